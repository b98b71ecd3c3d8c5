"""Deleting counters and marks that can never count again.

What people may still want to read (leads, sales, deliveries, messages and their tries) is not
touched here: how long that is kept is the operator's choice.
"""

from __future__ import annotations

from datetime import datetime, timedelta
from uuid import UUID

from sqlalchemy import delete

from app.db import db
from app.domain.caps import EPOCH
from app.models.contracts import CapUsage
from app.models.leads import Fingerprint, SuppressionDraft
from app.models.people import KeptForm, UserSession
from app.services import book as books

LONGEST_PERIOD = timedelta(days=62)
"""A month's window and then some: a return may still give a place back in the window before."""

LEAST_MEMORY = timedelta(days=62)
"""Marks of persons are kept at least so long, and as long as any rule or buyer looks back."""

SESSIONS_SHOWN = timedelta(days=30)


def forget_old(tenant_id: UUID, now: datetime) -> int:
    """Delete what has run out, in the current transaction; how many rows."""
    old = (
        # Windows without an end begin at the epoch and count for ever.
        delete(CapUsage).where(
            CapUsage.tenant_id == tenant_id,
            CapUsage.window_start < now - LONGEST_PERIOD,
            CapUsage.window_start > EPOCH,
        ),
        delete(Fingerprint).where(
            Fingerprint.tenant_id == tenant_id, Fingerprint.claimed_at < now - _memory(tenant_id)
        ),
        delete(KeptForm).where(KeptForm.tenant_id == tenant_id, KeptForm.expires_at <= now),
        delete(SuppressionDraft).where(SuppressionDraft.tenant_id == tenant_id, SuppressionDraft.expires_at <= now),
        delete(UserSession).where(UserSession.tenant_id == tenant_id, UserSession.expires_at < now - SESSIONS_SHOWN),
    )
    gone = [db.session.execute(one.execution_options(synchronize_session=False)) for one in old]
    return sum(int(getattr(done, "rowcount", 0)) for done in gone)


def _memory(tenant_id: UUID) -> timedelta:
    """How far back the longest duplicate rule or buyer's window looks."""
    book = books.current(tenant_id)
    days = [campaign.duplicate_rule.days for campaign in book.campaigns.values()]
    days += [buyer.person_window_days for buyer in book.buyers.values()]
    return max(LEAST_MEMORY, timedelta(days=1 + max(days, default=0)))
