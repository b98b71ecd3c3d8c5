"""Publishers and buyers: added, changed, paused, resumed; a buyer's credit limited and topped up."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Literal
from uuid import UUID

from app.domain.actor import Actor
from app.domain.ids import new_id
from app.domain.money import Money
from app.gateways.kit import kit
from app.models.parties import Buyer, Publisher
from app.services import catalogue_edits, ledger, payments
from app.services.catalogue_edits import Terms
from app.services.changes import added, change, load, only_staff
from app.services.contract_faults import Faulty, is_zone
from app.services.payments import Payment

Status = Literal["active", "paused"]
INGEST_PER_MINUTE = 120
MOST_PER_MINUTE = 10_000_000
LONGEST_NAME = 120
LONGEST_WINDOW = 3650
MOST_CREDIT = 10**14
"""Minor units; far above any credit, far below what a column holds."""
CREDIT = "credit_limit_minor"


@dataclass(frozen=True, slots=True)
class PublisherWish:
    """What a publisher shall be; ``requests_per_minute`` holds for each of its keys."""

    name: str
    requests_per_minute: int = INGEST_PER_MINUTE

    def terms(self) -> Terms:
        """What its page edits, as columns."""
        return asdict(self) | {"name": self.name.strip()}

    def faults(self) -> Iterable[tuple[str, str]]:
        """What is wrong with it, field by field."""
        yield from _name_faults(self.name)
        if not 1 <= self.requests_per_minute <= MOST_PER_MINUTE:
            yield "requests_per_minute", f"A publisher is allowed 1 to {MOST_PER_MINUTE:,} requests a minute."


@dataclass(frozen=True, slots=True)
class BuyerWish:
    """What a buyer shall be. ``credit_limit_minor``: how far its balance may fall under nought.

    ``person_window_days``: for so long it does not buy the same person again; 0 = it may at once.
    """

    name: str
    zone: str
    credit_limit_minor: int = 0
    person_window_days: int = 30

    def terms(self) -> Terms:
        """What its page edits, as columns."""
        return asdict(self) | {"name": self.name.strip()}

    def faults(self) -> Iterable[tuple[str, str]]:
        """What is wrong with it, field by field."""
        yield from _name_faults(self.name)
        if not is_zone(self.zone):
            yield "zone", "This is no time zone, such as Europe/London."
        yield from _credit_faults(self.credit_limit_minor)
        if not 0 <= self.person_window_days <= LONGEST_WINDOW:
            yield "person_window_days", f"The window is 0 to {LONGEST_WINDOW:,} days."


def add_publisher(actor: Actor, name: str, *, requests_per_minute: int = INGEST_PER_MINUTE, now: datetime) -> UUID:
    """A company that sends leads in; ``requests_per_minute`` holds for each of its keys. Raises Faulty."""
    _judge(PublisherWish(name, requests_per_minute))
    row = Publisher(
        tenant_id=actor.tenant_id, id=new_id(now, kit().rng), name=name.strip(),
        requests_per_minute=requests_per_minute, created_at=now,
    )  # fmt: skip
    return added(actor, row, "publisher", now=now)


def add_buyer(actor: Actor, wish: BuyerWish, *, now: datetime) -> UUID:
    """A company that receives leads; it starts with nothing on its balance. Raises Faulty."""
    _judge(wish)
    row = Buyer(
        tenant_id=actor.tenant_id, id=new_id(now, kit().rng), name=wish.name.strip(), zone=wish.zone,
        credit_limit_minor=wish.credit_limit_minor, person_window_days=wish.person_window_days, created_at=now,
    )  # fmt: skip
    return added(actor, row, "buyer", now=now)


def change_publisher(actor: Actor, publisher_id: UUID, wish: PublisherWish, seen: str, *, now: datetime) -> bool:
    """Another name or limit in the place of those seen under the mark ``seen``; holds from the next request on.

    Raises Faulty, NoSuchThing, and Stale where somebody was quicker.
    """
    only_staff(actor)
    _judge(wish)
    row = load(actor, Publisher, publisher_id)
    return bool(catalogue_edits.put(actor, row, "publisher", _terms(row, wish), wish.terms(), seen, now=now))


def change_buyer(actor: Actor, buyer_id: UUID, wish: BuyerWish, seen: str, *, now: datetime) -> bool:
    """Another name, zone, window or credit limit in the place of those seen under the mark ``seen``.

    The zone is that of the buyer's people; contracts and caps keep theirs. Raises Faulty, NoSuchThing, and Stale where
    somebody was quicker.
    """
    only_staff(actor)
    _judge(wish)
    row = load(actor, Buyer, buyer_id)  # locked: nothing is sold to it until this is settled
    current, wanted = _terms(row, wish), wish.terms()
    if CREDIT in catalogue_edits.moved(current, wanted, seen):
        _cover_debt(actor, row, wish.credit_limit_minor)
    return bool(catalogue_edits.put(actor, row, "buyer", current, wanted, seen, now=now))


def set_publisher_status(actor: Actor, publisher_id: UUID, status: Status, *, now: datetime) -> bool:
    """Pause or resume a publisher: its keys go on being known, its leads are refused."""
    return change(actor, load(actor, Publisher, publisher_id), "publisher", {"status": status}, now=now)


def set_buyer_status(actor: Actor, buyer_id: UUID, status: Status, *, now: datetime) -> bool:
    """Pause or resume a buyer: none of its contracts is offered a lead while it is paused."""
    return change(actor, load(actor, Buyer, buyer_id), "buyer", {"status": status}, now=now)


def set_credit_limit(actor: Actor, buyer_id: UUID, limit_minor: int, seen: str, *, now: datetime) -> bool:
    """How far a buyer's balance may fall under nought, in minor units; refused below what it owes already.

    ``seen``: the mark of ``{CREDIT: limit}`` as it was shown. Raises Faulty, NoSuchThing, Stale.
    """
    only_staff(actor)
    if faults := tuple(_credit_faults(limit_minor)):
        raise Faulty(faults)
    row = load(actor, Buyer, buyer_id)  # locked: nothing is sold to it until this is settled
    current, wanted = {CREDIT: row.credit_limit_minor}, {CREDIT: limit_minor}
    if catalogue_edits.moved(current, wanted, seen):
        _cover_debt(actor, row, limit_minor)
    return bool(catalogue_edits.put(actor, row, "buyer", current, wanted, seen, now=now))


def top_up(actor: Actor, buyer_id: UUID, amount_minor: int, *, now: datetime) -> UUID:
    """Book a payment of a buyer, in minor units of the tenant's currency; answers the posting."""
    payment = Payment(amount_minor, payments.ticket(now))
    payments.record(actor, buyer_id, payment, now=now)
    return payment.once


def _terms(row: Publisher | Buyer, wish: PublisherWish | BuyerWish) -> Terms:
    """How the terms that a wish names stand now."""
    return {term: getattr(row, term) for term in wish.terms()}


def _cover_debt(actor: Actor, row: Buyer, limit_minor: int) -> None:
    """Raise Faulty where the buyer owes more than the limit would allow."""
    balance = ledger.balance(actor.tenant_id, row.id)
    if balance < -limit_minor:
        debt = Money.from_minor(-balance, payments.currency_of(actor))
        told = f"{row.name} owes {debt}; its credit limit cannot be lower. Record a payment first."
        raise Faulty((("credit_limit", told),))


def _judge(wish: PublisherWish | BuyerWish) -> None:
    if faults := tuple(wish.faults()):
        raise Faulty(faults)


def _credit_faults(limit_minor: int) -> Iterable[tuple[str, str]]:
    if not 0 <= limit_minor <= MOST_CREDIT:
        yield "credit_limit", "It cannot be negative: enter 0.00 or more, at most twelve digits before the point."


def _name_faults(name: str) -> Iterable[tuple[str, str]]:
    if not name.strip():
        yield "name", "A name is needed."
    elif len(name.strip()) > LONGEST_NAME or not name.strip().isprintable():
        yield "name", f"A name has at most {LONGEST_NAME} characters, on one line."
