"""Leads that leave as a file: what was asked for and how many went is in the audit log."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from app.domain.actor import Actor
from app.services import audit


@dataclass(frozen=True, slots=True)
class Asked:
    """What a file was asked to hold. ``filter``: codes and ids, never a person's data. ``personal``: unmasked."""

    filter: Mapping[str, Any]
    columns: tuple[str, ...]
    personal: bool


def reveal(actor: Actor, asked: Asked, *, now: datetime) -> None:
    """Write down that people's data is about to leave: committed before the first row goes."""
    audit.record(actor, "leads.revealed", ("leads", None), now=now, after=_told(asked))


def ended(actor: Actor, asked: Asked, rows: int, *, complete: bool, now: datetime) -> None:
    """Write down what went; ``complete``: whether it was everything that was asked for."""
    after = _told(asked) | {"rows": rows, "complete": complete}
    audit.record(actor, "leads.exported", ("leads", None), now=now, after=after)


def _told(asked: Asked) -> dict[str, Any]:
    return {"filter": dict(asked.filter), "columns": list(asked.columns), "personal": asked.personal}
