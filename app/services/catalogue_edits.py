"""What every edit of the catalogue does: two editors are noticed, the book hears of it, the audit log keeps it.

Terms are JSON-ready values by name, the part of a row that one page edits. Whoever opens the page gets the terms' mark
with them; whoever saves brings it back. When the terms moved meanwhile, nothing is written and both values are shown.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from datetime import datetime
from typing import Any
from uuid import UUID

from app.db import db
from app.domain.actor import Actor
from app.domain.money import LIMIT
from app.models.tenancy import TenantRow
from app.services import audit
from app.services import book as books
from app.services.changes import only_staff
from app.services.contract_faults import Faulty

Terms = Mapping[str, Any]
Faults = tuple[tuple[str, str], ...]
LONGEST_NAME = 200
MOST_MONEY = int(LIMIT // 10)
"""The dearest that anything is, in minor units."""


class Stale(Exception):
    """Somebody changed it meanwhile; ``current`` are the terms as they stand now."""

    def __init__(self, current: Terms) -> None:
        super().__init__("changed meanwhile")
        self.current = current


def mark(terms: Terms) -> str:
    """Sixteen hex digits that are others as soon as any term is another."""
    plain = json.dumps(dict(terms), sort_keys=True, default=str)
    return hashlib.sha256(plain.encode()).hexdigest()[:16]


def differing(before: Terms, after: Terms) -> tuple[str, ...]:
    """The terms that ``after`` names and that are not what they were."""
    return tuple(term for term, value in after.items() if value != before.get(term))


def moved(current: Terms, wanted: Terms, seen: str) -> tuple[str, ...]:
    """The terms to write, none when nothing is different; raises Stale when ``seen`` is not the present mark."""
    terms = differing(current, wanted)
    if terms and seen != mark(current):
        raise Stale(current)
    return terms


def written(actor: Actor, subject: tuple[str, UUID], before: Terms, after: Terms, *, now: datetime) -> None:
    """After the row was changed: flush it, tell the book, write down the terms in which the two differ."""
    only_staff(actor)
    terms = differing(before, after)
    db.session.flush()
    books.touch(actor.tenant_id)
    audit.record(
        actor, f"{subject[0]}.changed", subject, now=now,
        before={term: before.get(term) for term in terms}, after={term: after[term] for term in terms},
    )  # fmt: skip


def put(
    actor: Actor, row: TenantRow, kind: str, current: Terms, wanted: Terms, seen: str, *, now: datetime
) -> tuple[str, ...]:
    """Write terms that are columns of the row by the same names; answers those that changed. Raises Stale."""
    only_staff(actor)
    terms = moved(current, wanted, seen)
    for term in terms:
        setattr(row, term, wanted[term])
    if terms:
        written(actor, (kind, row.id), current, {**current, **wanted}, now=now)
    return terms


def refuse(faults: Faults) -> None:
    """Raise Faulty if there is a fault."""
    if faults:
        raise Faulty(faults)


def name_faults(terms: Terms) -> Faults:
    """A name is there and not endless."""
    name = str(terms.get("name", "x")).strip()
    if not name:
        return (("name", "A name is needed."),)
    return (("name", f"A name has at most {LONGEST_NAME} characters."),) if len(name) > LONGEST_NAME else ()


def money_faults(terms: Terms, *names: str) -> Faults:
    """Sums are nought or more, and not beyond all measure."""
    found = ((name, terms.get(name, 0)) for name in names)
    return tuple((name, "This cannot be negative.") for name, value in found if value < 0) + tuple(
        (name, "This is more than any lead costs.") for name in names if terms.get(name, 0) > MOST_MONEY
    )
