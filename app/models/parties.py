"""Publishers, buyers, and the keys they hold."""

from __future__ import annotations

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import BigInteger, CheckConstraint
from sqlalchemy.orm import Mapped, mapped_column

from app.db import Json, UtcDateTime
from app.models.tenancy import TenantRow, indexed


class Publisher(TenantRow):
    """A company that sends leads in and is paid for them."""

    __tablename__ = "publishers"

    name: Mapped[str]
    status: Mapped[str] = mapped_column(default="active")
    requests_per_minute: Mapped[int] = mapped_column(default=120)
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)


class Buyer(TenantRow):
    """A company that receives leads and pays for them.

    ``balance_minor`` moves only by a guarded UPDATE in the transaction that posts the ledger entries;
    it may fall to ``-credit_limit_minor`` and no further.
    """

    __tablename__ = "buyers"
    __table_args__ = (CheckConstraint("balance_minor >= -credit_limit_minor", name="within_credit"),)

    name: Mapped[str]
    status: Mapped[str] = mapped_column(default="active")
    zone: Mapped[str]
    balance_minor: Mapped[int] = mapped_column(BigInteger, default=0)
    credit_limit_minor: Mapped[int] = mapped_column(BigInteger, default=0)
    person_window_days: Mapped[int] = mapped_column(default=30)
    # Which parts of its contracts the buyer may change: part -> instant, approval or no; absent = approval.
    permissions: Mapped[dict[str, Any]] = mapped_column(Json, default=dict, server_default="{}")
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)


class ApiKey(TenantRow):
    """A secret of which only the SHA-256 is kept (in lookups); shown once.

    ``kind``: ingest (X-API-Key), router (Bearer, canonical API), intake, buyer.
    ``owner_id``: the publisher, buyer or source that it speaks for; None for admins.
    """

    __tablename__ = "api_keys"
    __table_args__ = (indexed("ix_api_keys_owner", "owner_id"),)

    kind: Mapped[str]
    role: Mapped[str]
    owner_id: Mapped[UUID | None]
    name: Mapped[str]
    prefix: Mapped[str]
    last4: Mapped[str]
    digest: Mapped[str]
    scopes: Mapped[list[Any]] = mapped_column(Json, default=list)
    requests_per_minute: Mapped[int | None]
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)
    expires_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    revoked_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    last_used_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
