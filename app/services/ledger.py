"""The books: every posting adds up to zero, and a buyer's balance is the sum of its lines.

Accounts: ``buyer`` and ``publisher`` (one a party), ``margin`` (the house), ``cash`` (money that came
in from outside or went out). Negative lines are charges.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import cast
from uuid import UUID

from sqlalchemy import Table, bindparam, insert, select, update

from app.db import connection
from app.domain.ids import new_id
from app.domain.money import Money
from app.gateways.kit import kit
from app.models.parties import Buyer
from app.models.sales import LedgerEntry


class Unbalanced(AssertionError):
    """Lines that do not add up to zero: a fault of ours, never to be stored."""


class InsufficientBalance(Exception):
    """The buyer's balance and credit do not cover the charge."""


@dataclass(frozen=True, slots=True)
class Line:
    """One side of a posting, in minor units."""

    account: str
    owner_id: UUID | None
    amount_minor: int


@dataclass(frozen=True, slots=True)
class ByHand:
    """A posting that somebody booked: its id, which comes with their form, and what they wrote beside it."""

    posting_id: UUID
    reference: str


def post(
    tenant_id: UUID,
    kind: str,
    lines: Sequence[Line],
    *,
    currency: str,
    now: datetime,
    sale_id: UUID | None = None,
    by_hand: ByHand | None = None,
) -> UUID:
    """Write one posting in the current transaction; raises Unbalanced before anything is stored."""
    if sum(line.amount_minor for line in lines) != 0:
        raise Unbalanced(kind)
    rng = kit().rng
    posting_id = by_hand.posting_id if by_hand else new_id(now, rng)
    rows = [
        {
            "tenant_id": tenant_id,
            "id": new_id(now, rng),
            "posting_id": posting_id,
            "kind": kind,
            "account": line.account,
            "owner_id": line.owner_id,
            "sale_id": sale_id,
            "amount_minor": line.amount_minor,
            "currency": currency,
            "reference": by_hand.reference if by_hand else None,
            "posted_at": now,
        }
        for line in lines
        if line.amount_minor
    ]
    if rows:
        connection().execute(_INSERT, rows)
    return posting_id


_INSERT = insert(cast("Table", LedgerEntry.__table__))


def sale_lines(
    buyer_id: UUID, publisher_id: UUID, price: Money, payout: Money, *, undo: bool = False
) -> tuple[Line, ...]:
    """The buyer is charged the price; publisher and house share it. ``undo`` turns every sign."""
    sign = -1 if undo else 1
    return (
        Line("buyer", buyer_id, -sign * price.minor),
        Line("publisher", publisher_id, sign * payout.minor),
        Line("margin", None, sign * (price.minor - payout.minor)),
    )


_CHARGE = (
    update(Buyer)
    .where(
        Buyer.tenant_id == bindparam("tenant"),
        Buyer.id == bindparam("buyer"),
        Buyer.balance_minor - bindparam("amount") >= -Buyer.credit_limit_minor,
    )
    .values(balance_minor=Buyer.balance_minor - bindparam("amount"))
    .execution_options(synchronize_session=False)
)


def charge(tenant_id: UUID, buyer_id: UUID, amount_minor: int) -> None:
    """Take an amount off a buyer's balance, or raise InsufficientBalance: one guarded statement.

    A negative amount gives it back. The caller posts the lines in the same transaction.
    """
    done = connection().execute(_CHARGE, {"tenant": tenant_id, "buyer": buyer_id, "amount": amount_minor})
    if done.rowcount != 1:
        raise InsufficientBalance(str(buyer_id))


def balance(tenant_id: UUID, buyer_id: UUID) -> int:
    """A buyer's balance in minor units, as the database has it: sales move it past any row that is loaded."""
    mine = select(Buyer.balance_minor).where(Buyer.tenant_id == tenant_id, Buyer.id == buyer_id)
    return connection().execute(mine).scalar_one()


def pay_in(
    tenant_id: UUID, buyer_id: UUID, amount_minor: int, by_hand: ByHand, *, currency: str, now: datetime
) -> UUID:
    """A payment from a buyer: its balance rises, cash is the other side. A negative amount takes one back.

    Amount in minor units. Raises InsufficientBalance where the buyer has spent what is taken back.
    """
    if not amount_minor:
        message = "a payment must be more than nothing"
        raise ValueError(message)
    charge(tenant_id, buyer_id, -amount_minor)
    lines = (Line("buyer", buyer_id, amount_minor), Line("cash", None, -amount_minor))
    kind = "payment" if amount_minor > 0 else "correction"
    return post(tenant_id, kind, lines, currency=currency, now=now, by_hand=by_hand)
