"""A campaign's form: everything as typed, to and from its terms."""

from __future__ import annotations

from typing import Any

from werkzeug.datastructures import MultiDict

from app.portal import market_form
from app.portal.contract_typed import whole
from app.portal.market_form import Faults, Reading, Typed
from app.services.catalogue_campaigns import MARKS
from app.services.catalogue_edits import Terms

UNITS = {"days": 24, "hours": 1}
"""In what a greatest age is typed: unit -> hours."""

NEW: Terms = {
    "name": "", "country": "GB", "traffic_type": "direct", "time_budget_ms": 2000, "wait_for_buyer": False,
    "offer_id": "",
    "duplicate_rule": {"fields": ["email", "phone"], "match": "any", "days": 30, "scope": "publisher",
                       "base": "accepted"},
    "consent_rule": {"token_required": False, "max_age_hours": None},
}  # fmt: skip


def opened(terms: Terms) -> Typed:
    """The form as it opens on these terms."""
    rule, consent = terms["duplicate_rule"], terms["consent_rule"]
    hours = consent["max_age_hours"]
    unit = "days" if not hours or hours % 24 == 0 else "hours"
    return {
        **{name: str(terms[name]) for name in ("name", "offer_id", "country", "traffic_type", "time_budget_ms")},
        "wait_for_buyer": "1" if terms["wait_for_buyer"] else "",
        **{f"duplicate.{name}": str(rule[name]) for name in ("match", "days", "scope", "base")},
        **{f"duplicate.{name}": "1" if name in rule["fields"] else "" for name in MARKS},
        "consent.required": "1" if consent["token_required"] else "",
        "consent.max_age": f"{hours / UNITS[unit]:g}" if hours else "",
        "consent.unit": unit,
    }


def typed(form: MultiDict[str, str], base: Typed) -> Typed:
    """What was typed."""
    return market_form.typed_in(form, base)


def wanted(said: Typed, current: Terms) -> tuple[Terms, Faults]:
    """The terms that the form asks for, and what cannot be read. Untouched rules keep their stored spelling."""
    reading = Reading(said)
    before = opened(current)
    terms: dict[str, Any] = {name: said[name] for name in ("name", "offer_id", "country", "traffic_type")}
    terms |= {
        "time_budget_ms": reading.whole("time_budget_ms"),
        "wait_for_buyer": bool(said["wait_for_buyer"]),
        "duplicate_rule": _duplicates(reading, current["duplicate_rule"]),
        "consent_rule": _consent(reading),
    }
    for part, term in (("duplicate.", "duplicate_rule"), ("consent.", "consent_rule")):
        if all(said[name] == text for name, text in before.items() if name.startswith(part)):
            terms[term] = current[term]
    return terms, reading.faults


def take(said: Typed, term: str, current: Terms) -> None:
    """Put the stored value of a term into the form."""
    prefix = {"duplicate_rule": "duplicate.", "consent_rule": "consent."}.get(term)
    for name, text in opened(current).items():
        if name == term or (prefix and name.startswith(prefix)):
            said[name] = text


def _duplicates(reading: Reading, current: dict[str, Any]) -> dict[str, Any]:
    said = reading.typed
    others = [name for name in current["fields"] if name not in MARKS]
    return {
        "fields": [name for name in MARKS if said[f"duplicate.{name}"]] + others,
        **{name: said[f"duplicate.{name}"] for name in ("match", "scope", "base")},
        "days": reading.whole("duplicate.days"),
    }


def _consent(reading: Reading) -> dict[str, Any]:
    said = reading.typed
    unit = UNITS.get(said["consent.unit"], 24)
    age = reading.taken("consent.max_age", whole, said["consent.max_age"], 1) if said["consent.max_age"] else None
    return {"token_required": bool(said["consent.required"]), "max_age_hours": None if age is None else age * unit}
