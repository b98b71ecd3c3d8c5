"""Editing a contract: admins at once, buyers as far as their permissions go, and the rest waits for approval.

Two people may have the same contract open. Whoever saves second gets ``Stale`` with both values and chooses.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Literal
from uuid import UUID

from app.db import db
from app.domain.actor import Actor, Role
from app.domain.contract_terms import PARTS, Permission, Terms, differing, parts_of_change, permission
from app.domain.ids import new_id
from app.gateways.kit import kit
from app.models.contracts import Contract, DeliverySetup
from app.models.parties import Buyer
from app.queries.contracts import Snapshot
from app.services import book as books
from app.services.changes import NotAllowed, Refused, added, change, load, only_staff
from app.services.contract_apply import apply
from app.services.contract_changes import Stale, ask, seen
from app.services.contract_faults import Faulty, judge

Status = Literal["active", "paused"]
_PARTS_SAID = {
    "status": "pause or resume", "filters": "change the filters of", "caps": "change the caps of",
    "price": "change the price of", "schedule": "change the hours of", "minimum_score": "change the minimum score of",
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Edited:
    """What became of an edit: the terms that hold now, and the change that waits for an admin, if any."""

    applied: tuple[str, ...] = ()
    waiting: tuple[str, ...] = ()
    change_id: UUID | None = None


def edit(actor: Actor, contract_id: UUID, wanted: Terms, *, version: int, now: datetime) -> Edited:
    """Give the contract these terms. ``version``: the one that the editor began from.

    Raises NoSuchThing for another's contract, Stale, Faulty, or Refused for a part that is not the buyer's.
    """
    row, current = _opened(actor, contract_id)
    terms = differing(current.terms, wanted)
    if not terms:
        return Edited()
    if row.version != version:
        raise Stale(current)
    after = {term: wanted[term] for term in terms}
    judge(actor, current.terms, after, books.current(actor.tenant_id).tenant.currency)
    return _carried_out(actor, row, current, after, now)


def set_status(actor: Actor, contract_id: UUID, status: Status, *, now: datetime) -> Edited:
    """Pause or resume; counts from the next lead on. Of two who pause at once, neither is in the other's way."""
    row, current = _opened(actor, contract_id)
    terms = {"status": status} if current.status != status else {}
    return _carried_out(actor, row, current, terms, now) if terms else Edited()


def add(actor: Actor, buyer_id: UUID, setup_id: UUID, wanted: Terms, *, now: datetime) -> UUID:
    """A new contract with these terms, offers and caps too."""
    only_staff(actor)
    load(actor, Buyer, buyer_id)
    if load(actor, DeliverySetup, setup_id).buyer_id != buyer_id:
        raise Faulty((("setup", "Choose one of this buyer's own ways of delivery."),))
    judge(actor, {}, wanted, books.current(actor.tenant_id).tenant.currency)
    row = Contract(
        tenant_id=actor.tenant_id, id=new_id(now, kit().rng), buyer_id=buyer_id, delivery_setup_id=setup_id,
        name=wanted["name"], zone=wanted["zone"], price_minor=wanted["price_minor"], created_at=now,
        status=wanted["status"], filters=None, price_rules=[], schedule=[], version=0,
    )  # fmt: skip
    contract_id = added(actor, row, "contract", now=now)
    apply(actor, row, seen(actor, contract_id).terms, wanted, now=now)
    row.version = 1
    db.session.flush()
    return contract_id


def change_address(actor: Actor, contract_id: UUID, url: str, *, now: datetime) -> bool:
    """Where the buyer is handed its leads; every contract that is delivered the same way moves along."""
    only_staff(actor)
    _, current = _opened(actor, contract_id)
    setup = load(actor, DeliverySetup, current.setup_id)
    if setup.kind != "http":
        raise Faulty((("url", "This buyer reads its leads in the portal; nothing is sent."),))
    check_address(url, "url")
    return change(actor, setup, "delivery_setup", {"url": url}, now=now)


def check_address(url: str, term: str = "setup_url") -> None:
    """Raise Faulty for an address that nothing of ours would ever be sent to."""
    if faults := kit().http.check_url(url):
        raise Faulty(tuple((term, fault) for fault in faults))


def set_permissions(actor: Actor, buyer_id: UUID, given: Mapping[str, str], *, now: datetime) -> bool:
    """Which parts of its contracts a buyer may change: part -> instant, approval or no."""
    wrong = [(part, "Choose at once, after approval, or not at all.") for part in PARTS
             if given.get(part) not in set(Permission)]  # fmt: skip
    if wrong:
        raise Faulty(tuple(wrong))
    kept = {part: str(given[part]) for part in PARTS}
    return change(actor, load(actor, Buyer, buyer_id), "buyer", {"permissions": kept}, now=now)


def may(actor: Actor, permissions: Mapping[str, Any], part: str) -> Permission:
    """What this actor may do with a part by itself."""
    if actor.is_admin or actor.role is Role.SYSTEM:
        return Permission.INSTANT
    return permission(permissions, part) if actor.role is Role.BUYER else Permission.NO


def _opened(actor: Actor, contract_id: UUID) -> tuple[Contract, Snapshot]:
    """The row, locked, and how it stands; raises NoSuchThing for what the actor may not see."""
    row = load(actor, Contract, contract_id)
    return row, seen(actor, contract_id)


def _carried_out(actor: Actor, row: Contract, current: Snapshot, after: Terms, now: datetime) -> Edited:
    """Apply what the actor may, ask for what needs approval, refuse the whole where a part is not theirs."""
    rights = {term: _right(actor, current, term, after) for term in after}
    instant = {term: after[term] for term, right in rights.items() if right is Permission.INSTANT}
    later = {term: after[term] for term, right in rights.items() if right is Permission.APPROVAL}
    applied = apply(actor, row, current.terms, instant, now=now)
    if not later:
        return Edited(applied)
    change_id = ask(actor, row, {term: current.terms[term] for term in later}, later, now=now)
    return Edited(applied, tuple(later), change_id)


def _right(actor: Actor, current: Snapshot, term: str, after: Terms) -> Permission:
    """Whether the change of a term holds at once or is asked for. Raises NotAllowed, Refused where it is not theirs."""
    parts = parts_of_change(term, current.terms, after)
    if not parts and not (actor.is_admin or actor.role is Role.SYSTEM):
        raise NotAllowed
    rights = {part: may(actor, current.permissions, part) for part in parts}
    if forbidden := [part for part, right in rights.items() if right is Permission.NO]:
        said = _PARTS_SAID[forbidden[0]]
        raise Refused(f"You may not {said} this contract. Ask the people who run the exchange.")
    return Permission.APPROVAL if Permission.APPROVAL in rights.values() else Permission.INSTANT
