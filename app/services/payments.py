"""Money that a buyer paid in, booked by staff: each form once, and never changed afterwards.

What was booked wrongly is taken back by a line of its own with a reason. Both stand in the books and in the audit log.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy import select

from app.db import db
from app.domain.actor import Actor
from app.domain.ids import new_id
from app.domain.money import Money
from app.gateways.kit import kit
from app.models.parties import Buyer
from app.models.sales import LedgerEntry
from app.models.tenants import Tenant
from app.services import audit, ledger
from app.services.changes import load, only_staff
from app.services.contract_faults import Faulty

LONGEST = 120
MOST = 10**14
"""Minor units; far above any payment or balance, far below what a column or an amount holds."""


@dataclass(frozen=True, slots=True)
class Payment:
    """Money received, in minor units of the tenant's currency; a negative amount takes back what was booked wrongly.

    ``once`` comes with the form: what is sent twice under it is booked once.
    """

    amount_minor: int
    once: UUID
    reference: str = ""

    def faults(self) -> Iterable[tuple[str, str]]:
        """What is wrong with it, field by field."""
        if not self.amount_minor or abs(self.amount_minor) > MOST:
            yield "amount", "Enter what was received, such as 250.00; at most twelve digits before the point."
        if self.amount_minor < 0 and not self.reference:
            yield "reference", "Say why it is taken back: both lines stay in the account."
        if len(self.reference) > LONGEST or not self.reference.isprintable():
            yield "reference", f"A reference has at most {LONGEST} characters, on one line."


def ticket(now: datetime) -> UUID:
    """What a form is known by when it comes back."""
    return new_id(now, kit().rng)


def currency_of(actor: Actor) -> str:
    """What the tenant's money is counted in."""
    return db.session.scalars(select(Tenant.currency).where(Tenant.id == actor.tenant_id)).one()


def record(actor: Actor, buyer_id: UUID, payment: Payment, *, now: datetime) -> bool:
    """Book it on the buyer's balance; whether it was booked now rather than by the same form before.

    Raises Faulty, NoSuchThing, NotAllowed.
    """
    only_staff(actor)
    if faults := tuple(payment.faults()):
        raise Faulty(faults)
    load(actor, Buyer, buyer_id)  # locked: of one form sent twice at once, the second finds what the first booked
    currency = currency_of(actor)
    if _is_booked(actor, buyer_id, payment, currency):
        return False
    by_hand = ledger.ByHand(payment.once, payment.reference)
    if ledger.balance(actor.tenant_id, buyer_id) + payment.amount_minor > MOST:
        raise Faulty((("amount", "With this the balance is beyond what an account holds. Look for a digit too many."),))
    try:
        ledger.pay_in(actor.tenant_id, buyer_id, payment.amount_minor, by_hand, currency=currency, now=now)
    except ledger.InsufficientBalance as error:
        told = "The balance would fall below the credit limit. Take back less, or raise the limit first."
        raise Faulty((("amount", told),)) from error
    action = "buyer.paid_in" if payment.amount_minor > 0 else "buyer.payment_taken_back"
    after = {"amount_minor": payment.amount_minor} | ({"reference": payment.reference} if payment.reference else {})
    audit.record(actor, action, ("buyer", buyer_id), now=now, after=after)
    return True


def _is_booked(actor: Actor, buyer_id: UUID, payment: Payment, currency: str) -> bool:
    """Whether this form was booked before; raises Faulty where it held something else then."""
    entry = LedgerEntry
    found = db.session.execute(
        select(entry.owner_id, entry.amount_minor, entry.reference)
        .where(entry.tenant_id == actor.tenant_id, entry.posting_id == payment.once)
        .where(entry.account == "buyer", entry.sale_id.is_(None))
    ).one_or_none()
    if found is None:
        return False
    if tuple(found) != (buyer_id, payment.amount_minor, payment.reference):
        before = Money.from_minor(found.amount_minor, currency)
        told = f"This form has booked {before} already. Look at the account; send it again if this comes on top."
        raise Faulty((("amount", told),))
    return True
