"""Tenants, and what must be found before a tenant is known."""

from __future__ import annotations

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import ForeignKey
from sqlalchemy.orm import Mapped, mapped_column

from app.db import Base, Json, UtcDateTime


class Tenant(Base):
    """One operation's private world. ``book_version`` counts changes of what can be sold to whom."""

    __tablename__ = "tenants"

    id: Mapped[UUID] = mapped_column(primary_key=True)
    slug: Mapped[str] = mapped_column(unique=True)
    name: Mapped[str]
    currency: Mapped[str]
    zone: Mapped[str]
    status: Mapped[str] = mapped_column(default="active")
    webhook_prefix: Mapped[str] = mapped_column(default="Switchyard")
    book_version: Mapped[int] = mapped_column(default=1)
    # Choices of the operator that no rule of selling reads: {"require_second_factor": true, …}.
    choices: Mapped[dict[str, Any]] = mapped_column(Json, default=dict, server_default="{}")
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)


class Lookup(Base):
    """From a key's digest, a sign-in name, a SRC, a link token or a session to its tenant."""

    __tablename__ = "lookups"

    kind: Mapped[str] = mapped_column(primary_key=True)
    digest: Mapped[str] = mapped_column(primary_key=True)
    tenant_id: Mapped[UUID] = mapped_column(ForeignKey("tenants.id"), index=True)
    subject_id: Mapped[UUID]


class SignInThrottle(Base):
    """Failures of one account or one network; in the database, so that emptying Redis resets nothing."""

    __tablename__ = "sign_in_throttles"

    digest: Mapped[str] = mapped_column(primary_key=True)
    failures: Mapped[int]
    blocked_until: Mapped[datetime | None] = mapped_column(UtcDateTime)
    updated_at: Mapped[datetime] = mapped_column(UtcDateTime)
