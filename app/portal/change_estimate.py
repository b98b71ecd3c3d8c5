"""What a change that waits would do: last week as the contract stands, and as the buyer asks for."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import starmap

from app import clock
from app.domain.contract_terms import Terms
from app.portal import visit
from app.queries.contract_changes import ChangeRow
from app.queries.contracts import Snapshot
from app.services import contract_estimate, contract_faults, contract_fields
from app.services.contract_drafts import Draft
from app.services.contract_estimate import Estimate

WORDS, UNITS = ("Would have matched", "Bought at most", "Cost"), ("lead", "lead", "money")


@dataclass(frozen=True)
class Line:
    """One number of the two estimates; ``unit``: what it is counted in, "lead" or "money"."""

    word: str
    unit: str
    before: int
    after: int

    @property
    def more(self) -> int:
        """By how much it would be more; less is negative."""
        return self.after - self.before


@dataclass(frozen=True)
class Effect:
    """The two estimates side by side; ``stands`` says how far they were counted."""

    stands: Estimate
    lines: tuple[Line, ...]
    as_if_at_work: bool
    """The contract is paused and stays so: both tell what it would do if it were not."""


def effect(found: Snapshot, change: ChangeRow) -> Effect | None:
    """In the transaction of the caller; None where one of them can no longer be, so that nothing can be counted."""
    actor, asked = visit.actor(), {**found.terms, **change.after}
    if contract_faults.faults_in(actor, found.terms, asked, contract_fields.currency(actor)):
        return None
    switches = "status" in change.after
    try:
        stands, wanted = (_estimate(found, terms) for terms in (found.terms, asked))
    except (ValueError, KeyError, TypeError):  # stored terms of an older shape
        return None
    before, after = _counts(stands, found.terms, switches), _counts(wanted, asked, switches)
    lines = tuple(starmap(Line, zip(WORDS, UNITS, before, after, strict=True)))
    return Effect(stands, lines, as_if_at_work=not switches and found.terms["status"] != "active")


def _estimate(found: Snapshot, terms: Terms) -> Estimate:
    draft = Draft(found.buyer_id, terms, found.created_at, found.id)
    return contract_estimate.estimate(visit.actor(), draft, now=clock.now())


def _counts(told: Estimate, terms: Terms, switches: bool) -> tuple[int, int, int]:  # noqa: FBT001 - asked twice
    """Where the change is about pausing, paused terms match nothing; the estimate itself counts as if at work."""
    if switches and terms["status"] != "active":
        return 0, 0, 0
    return told.matched, told.bought, told.cost_minor
