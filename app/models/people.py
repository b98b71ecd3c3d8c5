"""People: their sessions, links, mails and views; what they did, in the audit log."""

from __future__ import annotations

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import BigInteger, text
from sqlalchemy.orm import Mapped, mapped_column

from app.db import Json, UtcDateTime
from app.models.tenancy import TenantRow, indexed, refers


class User(TenantRow):
    """Somebody who signs in. ``owner_id`` is their buyer or publisher; None for admins."""

    __tablename__ = "users"
    __table_args__ = (indexed("uq_users_email", "email", unique=True),)

    role: Mapped[str]
    email: Mapped[str]
    name: Mapped[str]
    password_hash: Mapped[str]
    owner_id: Mapped[UUID | None]
    status: Mapped[str] = mapped_column(default="active")
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)
    # The second factor. A step that was accepted once is never accepted again (RFC 6238, section 5.2).
    totp_sealed: Mapped[bytes | None]
    totp_confirmed_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    totp_last_step: Mapped[int | None] = mapped_column(BigInteger)
    recovery_digests: Mapped[list[Any]] = mapped_column(Json, default=list, server_default="[]")


class UserSession(TenantRow):
    """One signed-in browser; revoking is a column, so it works at once everywhere."""

    __tablename__ = "sessions"
    __table_args__ = (refers("user_id", "users"), indexed("ix_sessions_user", "user_id"))

    user_id: Mapped[UUID]
    digest: Mapped[str]
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)
    seen_at: Mapped[datetime] = mapped_column(UtcDateTime)
    expires_at: Mapped[datetime] = mapped_column(UtcDateTime)
    revoked_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    user_agent: Mapped[str]
    ip: Mapped[str]
    # Set while an admin looks at the portal as this person would; every act then names both.
    acting_as: Mapped[UUID | None]
    acting_until: Mapped[datetime | None] = mapped_column(UtcDateTime)


class OneTimeLink(TenantRow):
    """A link in a mail: sets a password, accepts an invitation. Its token's digest is in lookups (kind link)."""

    __tablename__ = "one_time_links"
    __table_args__ = (refers("user_id", "users"),)

    user_id: Mapped[UUID]
    purpose: Mapped[str]
    digest: Mapped[str]
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)
    expires_at: Mapped[datetime] = mapped_column(UtcDateTime)
    used_at: Mapped[datetime | None] = mapped_column(UtcDateTime)


class Mail(TenantRow):
    """A mail that is owed: written with the change it tells of, sent afterwards, kept to be looked at.

    ``body_sealed``: the text, encrypted, for it may hold a one-time link.
    """

    __tablename__ = "mails"
    __table_args__ = (indexed("ix_mails_due", "next_at", where=text("state = 'pending'")),)

    kind: Mapped[str]
    to_email: Mapped[str]
    subject: Mapped[str]
    body_sealed: Mapped[bytes]
    state: Mapped[str] = mapped_column(default="pending")
    attempt: Mapped[int] = mapped_column(default=0)
    next_at: Mapped[datetime] = mapped_column(UtcDateTime)
    sent_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    error: Mapped[str | None]
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)


class SavedView(TenantRow):
    """A named query string of a list, one person's own."""

    __tablename__ = "saved_views"
    __table_args__ = (refers("user_id", "users"), indexed("uq_saved_views", "user_id", "page", "name", unique=True))

    user_id: Mapped[UUID]
    page: Mapped[str]
    name: Mapped[str]
    query: Mapped[str]
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)


class KeptForm(TenantRow):
    """What somebody sent after their session had ended: encrypted, theirs alone, gone within hours."""

    __tablename__ = "kept_forms"
    __table_args__ = (refers("user_id", "users"), indexed("ix_kept_forms_user", "user_id", "created_at"))

    user_id: Mapped[UUID]
    sealed: Mapped[bytes]
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)
    expires_at: Mapped[datetime] = mapped_column(UtcDateTime)


class AuditEntry(TenantRow):
    """Who did what to which thing, with the values before and after; ``acting_as``: in whose place an admin did it."""

    __tablename__ = "audit_entries"
    __table_args__ = (
        indexed("ix_audit_entries_subject", "subject_kind", "subject_id", "at", "id"),
        indexed("ix_audit_entries_listed", "at", "id"),
        indexed("ix_audit_entries_actor", "actor_id", "at", "id"),
        indexed("ix_audit_entries_action", "action", "at", "id"),
        indexed("ix_audit_entries_kind", "subject_kind", "at", "id"),
        indexed("ix_audit_entries_acting", "acting_as", "at", "id", where=text("acting_as IS NOT NULL")),
    )

    actor_kind: Mapped[str]
    actor_id: Mapped[UUID | None]
    acting_as: Mapped[UUID | None]
    action: Mapped[str]
    subject_kind: Mapped[str]
    subject_id: Mapped[UUID | None]
    before: Mapped[dict[str, Any] | None] = mapped_column(Json)
    after: Mapped[dict[str, Any] | None] = mapped_column(Json)
    request_id: Mapped[str]
    at: Mapped[datetime] = mapped_column(UtcDateTime)
