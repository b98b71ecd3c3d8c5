"""Companies that ask to become publishers."""

from __future__ import annotations

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy.orm import Mapped, mapped_column

from app.db import Json, UtcDateTime
from app.models.tenancy import TenantRow, indexed


class Application(TenantRow):
    """One application. ``checks``: [{name, passed, sentence}], made when it came in.

    ``status``: new, asked (we wait for an answer), approved, rejected.
    """

    __tablename__ = "applications"
    __table_args__ = (
        indexed("ix_applications_status", "status", "created_at", "id"),
        indexed("ix_applications_email", "email"),
    )

    company: Mapped[str]
    website: Mapped[str]
    contact_name: Mapped[str]
    email: Mapped[str]
    phone: Mapped[str]
    country: Mapped[str]
    verticals: Mapped[list[Any]] = mapped_column(Json)
    monthly_leads: Mapped[int]
    traffic: Mapped[str]
    checks: Mapped[list[Any]] = mapped_column(Json, default=list)
    status: Mapped[str] = mapped_column(default="new")
    message: Mapped[str] = mapped_column(default="")
    publisher_id: Mapped[UUID | None]
    decided_by: Mapped[UUID | None]
    decided_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    ip: Mapped[str]
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)
    version: Mapped[int] = mapped_column(default=1)
