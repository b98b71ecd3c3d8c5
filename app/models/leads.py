"""Leads, the fingerprints that make duplicates impossible, and the trace of each auction."""

from __future__ import annotations

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import ForeignKey, text
from sqlalchemy.orm import Mapped, mapped_column

from app.db import Base, Json, UtcDateTime
from app.models.tenancy import TenantRow, indexed, refers

TO_ROUTE = text("route_until IS NOT NULL")
REASONED = text("reason IS NOT NULL")
SCORED = text("score IS NOT NULL")
TEST_TRAFFIC = text("test IS TRUE")


class Lead(TenantRow):
    """One consumer's enquiry, whatever became of it.

    ``fields``: every normalised value by field name. ``changes``: what normalising changed, before and
    after. ``extra``: the publisher's own object, verbatim. ``facts``: enrichment. ``route_until``
    set means that it must still be routed; until that moment it belongs to the holder of ``route_token``
    (the fence against a second router), after it to whoever claims it.
    """

    __tablename__ = "leads"
    __table_args__ = (
        refers("publisher_id", "publishers"),
        refers("source_id", "sources"),
        refers("campaign_id", "campaigns"),
        refers("vertical_id", "verticals"),
        indexed("ix_leads_received", "received_at", "id"),
        indexed("ix_leads_publisher", "publisher_id", "received_at", "id"),
        indexed("ix_leads_publisher_state", "publisher_id", "state", "received_at", "id"),
        indexed("ix_leads_state", "state", "received_at", "id"),
        indexed("ix_leads_score", "score", "received_at", "id", where=SCORED),
        indexed("ix_leads_reason", "reason", "received_at", "id", where=REASONED),
        indexed("ix_leads_vertical", "vertical_id", "received_at", "id"),
        indexed("ix_leads_source", "source_id", "received_at", "id"),
        indexed("ix_leads_campaign", "campaign_id", "received_at", "id"),
        indexed("ix_leads_test", "received_at", "id", where=TEST_TRAFFIC),
        indexed("ix_leads_short", "short_id"),
        indexed("ix_leads_email", "email_key"),
        indexed("ix_leads_phone", "phone_key"),
        indexed("ix_leads_open", "route_until", where=TO_ROUTE),
    )

    short_id: Mapped[str]
    publisher_id: Mapped[UUID]
    source_id: Mapped[UUID | None]
    campaign_id: Mapped[UUID | None]
    vertical_id: Mapped[UUID | None]
    api_key_id: Mapped[UUID | None]
    dialect: Mapped[str]
    state: Mapped[str]
    reason: Mapped[str | None]
    problems: Mapped[list[Any]] = mapped_column(Json, default=list)
    fields: Mapped[dict[str, Any]] = mapped_column(Json)
    changes: Mapped[dict[str, Any]] = mapped_column(Json, default=dict)
    extra: Mapped[dict[str, Any]] = mapped_column(Json, default=dict)
    facts: Mapped[dict[str, Any]] = mapped_column(Json, default=dict)
    email_key: Mapped[bytes | None]
    phone_key: Mapped[bytes | None]
    sub_id: Mapped[str | None]
    score: Mapped[int | None]
    tier: Mapped[str | None]
    score_parts: Mapped[list[Any]] = mapped_column(Json, default=list)
    first_lead_id: Mapped[UUID | None]
    test: Mapped[bool] = mapped_column(default=False)
    request_id: Mapped[str]
    received_at: Mapped[datetime] = mapped_column(UtcDateTime)
    routed_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    route_token: Mapped[UUID | None]
    route_until: Mapped[datetime | None] = mapped_column(UtcDateTime)


class Fingerprint(Base):
    """Who holds one person in one scope: the first lead in a campaign's window, or a buyer's purchase.

    One row a (scope, kind, digest); taking it is one INSERT … ON CONFLICT that overwrites only a row
    older than the window, so that of simultaneous copies exactly one passes.
    """

    __tablename__ = "fingerprints"
    __table_args__ = (indexed("ix_fingerprints_digest", "digest"),)

    tenant_id: Mapped[UUID] = mapped_column(ForeignKey("tenants.id"), primary_key=True)
    scope: Mapped[str] = mapped_column(primary_key=True)
    kind: Mapped[str] = mapped_column(primary_key=True)
    digest: Mapped[bytes] = mapped_column(primary_key=True)
    lead_id: Mapped[UUID]
    claimed_at: Mapped[datetime] = mapped_column(UtcDateTime)


class SuppressionList(TenantRow):
    """A list of hashes that must never be sold; ``buyer_id`` set: only not to that buyer."""

    __tablename__ = "suppression_lists"

    name: Mapped[str]
    purpose: Mapped[str]
    buyer_id: Mapped[UUID | None]
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)


class Suppression(Base):
    """One SHA-256 of a normalised e-mail or phone on a list."""

    __tablename__ = "suppressions"
    __table_args__ = (refers("list_id", "suppression_lists"), indexed("ix_suppressions_list", "list_id"))

    tenant_id: Mapped[UUID] = mapped_column(ForeignKey("tenants.id"), primary_key=True)
    digest: Mapped[bytes] = mapped_column(primary_key=True)
    list_id: Mapped[UUID] = mapped_column(primary_key=True)
    kind: Mapped[str]


class SuppressionDraft(TenantRow):
    """An upload that was read and waits for its confirmation; ``sealed``: kinds and digests, nothing plain."""

    __tablename__ = "suppression_drafts"

    list_id: Mapped[UUID]
    user_id: Mapped[UUID]
    sealed: Mapped[bytes]
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)
    expires_at: Mapped[datetime] = mapped_column(UtcDateTime)


class Distribution(TenantRow):
    """The whole trace of one auction: each contract considered and why (domain.trace).

    ``entries`` says the version; of the first it holds the trace itself, of later ones ``packed`` does, as compressed
    JSON that is read together with its sheet. No foreign key leads there: sheets are never deleted, and every lead
    that is routed would lock the one row that all of them point to.
    """

    __tablename__ = "distributions"
    __table_args__ = (refers("lead_id", "leads"), indexed("ix_distributions_lead", "lead_id"))

    lead_id: Mapped[UUID]
    round: Mapped[int]
    mode: Mapped[str]
    entries: Mapped[dict[str, Any]] = mapped_column(Json)
    started_at: Mapped[datetime] = mapped_column(UtcDateTime)
    took_us: Mapped[int]
    sheet_id: Mapped[UUID | None]
    packed: Mapped[bytes | None]


class TraceSheet(TenantRow):
    """What all traces of an offer say while its contracts keep their names and prices; its id is of its content."""

    __tablename__ = "trace_sheets"

    body: Mapped[dict[str, Any]] = mapped_column(Json)
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)
