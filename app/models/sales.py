"""Sales and the books."""

from __future__ import annotations

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import BigInteger, CheckConstraint, text
from sqlalchemy.orm import Mapped, mapped_column

from app.db import Json, UtcDateTime
from app.models.tenancy import TenantRow, indexed, refers

LIVE_SALE = text("state IN ('reserved', 'posting', 'unknown', 'sold')")


class Sale(TenantRow):
    """One lead to one contract at a price; price = payout + margin.

    The two partial unique indexes are the last word on promise 2: one live sale a seat, and never two
    to the same buyer, whatever the code above believes.
    """

    __tablename__ = "sales"
    __table_args__ = (
        refers("lead_id", "leads"),
        refers("contract_id", "contracts"),
        refers("buyer_id", "buyers"),
        refers("publisher_id", "publishers"),
        refers("vertical_id", "verticals"),
        indexed("uq_sales_live_slot", "lead_id", "slot", unique=True, where=LIVE_SALE),
        indexed("uq_sales_live_buyer", "lead_id", "buyer_id", unique=True, where=LIVE_SALE),
        indexed("ix_sales_lead", "lead_id"),
        indexed("ix_sales_buyer", "buyer_id", "reserved_at", "id"),
        indexed("ix_sales_contract", "contract_id", "reserved_at", "id"),
        indexed("ix_sales_publisher", "publisher_id", "reserved_at", "id"),
        CheckConstraint("price_minor = payout_minor + margin_minor", name="price_is_payout_plus_margin"),
        CheckConstraint("price_minor >= 0 AND payout_minor >= 0", name="not_negative"),
    )

    lead_id: Mapped[UUID]
    slot: Mapped[int]
    contract_id: Mapped[UUID]
    buyer_id: Mapped[UUID]
    publisher_id: Mapped[UUID]
    vertical_id: Mapped[UUID]
    state: Mapped[str]
    price_minor: Mapped[int] = mapped_column(BigInteger)
    payout_minor: Mapped[int] = mapped_column(BigInteger)
    margin_minor: Mapped[int] = mapped_column(BigInteger)
    currency: Mapped[str]
    price_rule: Mapped[str | None]
    reserved_at: Mapped[datetime] = mapped_column(UtcDateTime)
    sold_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    released_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    buyer_reference: Mapped[str | None]
    cap_places: Mapped[list[Any]] = mapped_column(Json, default=list)


class LedgerEntry(TenantRow):
    """One line of the books. The lines of one ``posting_id`` add up to zero.

    ``account``: buyer, publisher, margin, or cash; ``owner_id`` is the party (None for the house).
    Negative: that account is charged. A buyer's balance is the sum of its lines. ``reference``: what people wrote
    beside a payment or its correction; those have no sale, and each of their postings is there once.
    """

    __tablename__ = "ledger_entries"
    __table_args__ = (
        refers("sale_id", "sales"),
        indexed("ix_ledger_entries_owner", "owner_id", "posted_at", "id"),
        indexed("ix_ledger_entries_sale", "sale_id"),
        indexed("ix_ledger_entries_booked", "posting_id", "account", unique=True, where=text("sale_id IS NULL")),
    )

    posting_id: Mapped[UUID]
    kind: Mapped[str]
    account: Mapped[str]
    owner_id: Mapped[UUID | None]
    sale_id: Mapped[UUID | None]
    amount_minor: Mapped[int] = mapped_column(BigInteger)
    currency: Mapped[str]
    reference: Mapped[str | None]
    posted_at: Mapped[datetime] = mapped_column(UtcDateTime)
