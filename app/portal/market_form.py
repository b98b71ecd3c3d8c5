"""What the forms of the catalogue share: values as typed, read one by one, and two editors' values side by side."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, TypeVar
from uuid import UUID

from flask import request
from werkzeug.datastructures import MultiDict

from app.domain.money import Money
from app.portal import visit
from app.portal.contract_desk import Clash
from app.portal.contract_typed import minor, whole
from app.queries import last_edits
from app.queries.contract_changes import LastEdit
from app.services.catalogue_edits import Terms, differing, mark
from app.services.changes import Refused
from app.services.contract_faults import Faulty

LONGEST = 4000
Typed = dict[str, str]
Faults = dict[str, str]
T = TypeVar("T")


@dataclass
class Reading:
    """Takes values out of what was typed; what cannot be read becomes a fault, and the stand-in takes its place."""

    typed: Mapping[str, str]
    currency: str = ""
    faults: Faults = field(default_factory=dict)

    def taken(self, name: str, read_as: Callable[[str], T], text: str, otherwise: T) -> T:
        """One value; ``name`` is the field's, for its fault."""
        try:
            return read_as(text)
        except ValueError as fault:
            self.faults[name] = str(fault)
            return otherwise

    def money(self, name: str, term: str = "") -> int:
        """A sum in minor units; nothing typed is nought. ``term``: the field that a fault is shown at."""
        text = self.typed[name] or "0"
        return self.taken(term or name, lambda said: minor(said, self.currency), text, 0)

    def whole(self, name: str) -> int:
        """A whole number."""
        return self.taken(name, whole, self.typed[name], 0)


def typed_in(form: MultiDict[str, str], base: Typed) -> Typed:
    """What was typed, by the names of ``base``. Of several values of a name the last: a tick stands after its no."""
    return {name: (form.getlist(name) or [value])[-1].strip()[:LONGEST] for name, value in base.items()}


def amount(minor_units: int | None, currency: str) -> str:
    """A sum as it is typed."""
    return "" if minor_units is None else Money.from_minor(minor_units, currency).as_text()


def pressed() -> tuple[str, str]:
    """The button that was pressed within the form, and what it was about."""
    verb, _, about = request.form.get("do", "").partition(":")
    return verb, about


def faults_of(refused: Refused, names: Mapping[str, str] | None = None) -> Faults:
    """The faults that a service found, by the names of the form's fields."""
    if isinstance(refused, Faulty):
        return {(names or {}).get(name, name): sentence for name, sentence in refused.faults}
    return {"save": str(refused)}


def seen_by(current: Terms, *, clashing: bool) -> str:
    """The mark that the reader has seen: the present one once both values are on the screen."""
    return mark(current) if clashing or request.method == "GET" else request.form.get("seen", "") or mark(current)


def is_clashing(status: int) -> bool:
    """Whether both values are on the screen, now or since before."""
    return status == 409 or request.form.get("clash") == "1"  # noqa: PLR2004 - Conflict


def clashes(
    mine: Terms, theirs: Terms, labels: Mapping[str, str], said: Callable[[str, Any], Sequence[str]]
) -> list[Clash]:
    """Where what was typed and what is stored now part."""
    return [
        Clash(term, labels.get(term, term), list(said(term, mine[term])), list(said(term, theirs.get(term))))
        for term in differing(theirs, mine)
    ]


def last_edit(kind: str, subject_id: UUID) -> LastEdit | None:
    """Who changed it last."""
    return last_edits.of(visit.actor(), kind, subject_id)


def currency() -> str:
    """What the tenant's money is counted in."""
    return visit.visitor().currency
