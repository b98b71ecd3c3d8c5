"""What just happened, for open pages: ids from the feed, rows from the tables.

The feed is a courtesy: it says that something happened to a lead, and the tables say what, to those
who may see it. Without Redis pages ask the tables now and then.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from uuid import UUID

from app.db import enter_tenant
from app.domain.actor import Actor
from app.gateways.feed import FeedAway, FeedEntry, is_entry_id
from app.gateways.kit import kit
from app.queries import leads
from app.queries.leads import LeadFilter, LeadRow
from app.transaction import read_only

__all__ = ["Away", "Batch", "is_entry_id", "latest", "wait"]


class Away(Exception):
    """The feed cannot be read just now; poll."""


@dataclass(frozen=True, slots=True)
class Batch:
    """What was read: the leads that something happened to, newest last, and where to read on."""

    place: str
    rows: tuple[tuple[str, LeadRow], ...]


def latest(actor: Actor) -> str:
    """The place of the newest entry. Raises Away."""
    try:
        return kit().feed.latest_id(actor.tenant_id)
    except FeedAway as error:
        raise Away from error


def wait(actor: Actor, after: str, block_ms: int, wanted: LeadFilter | None = None) -> Batch:
    """Wait up to ``block_ms`` for entries after a place; their leads, if the actor may see and wants them; or Away."""
    try:
        entries = kit().feed.read(actor.tenant_id, after, block_ms)
    except FeedAway as error:
        raise Away from error
    if not entries:
        return Batch(after, ())
    return Batch(entries[-1].id, _rows(actor, entries, wanted))


def _rows(actor: Actor, entries: Iterable[FeedEntry], wanted: LeadFilter | None) -> tuple[tuple[str, LeadRow], ...]:
    """(place, row) for each lead once, at its newest entry; what is not the actor's falls out here."""
    newest = {lead_id: entry.id for entry in entries if (lead_id := _lead_id(entry)) is not None}
    enter_tenant(actor.tenant_id)
    with read_only():
        rows = {row.id: row for row in leads.by_ids(actor, tuple(newest), wanted)}
    order = {entry.id: number for number, entry in enumerate(entries)}
    shown = ((place, rows[lead_id]) for lead_id, place in newest.items() if lead_id in rows)
    return tuple(sorted(shown, key=lambda pair: order[pair[0]]))


def _lead_id(entry: FeedEntry) -> UUID | None:
    try:
        return UUID(entry.ids.get("lead_id", ""))
    except ValueError:
        return None
