"""The right side of the contract's page: what the draft would have done last week, and one lead tried on it."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any
from uuid import UUID

from flask import request

from app import clock
from app.domain.actor import Role
from app.domain.contract_terms import Terms
from app.domain.reasons import Audience
from app.portal import masking, reason_words, visit
from app.portal.contract_desk import Desk
from app.queries import leads
from app.queries.leads import LeadFilter, LeadRow
from app.services import contract_estimate, contract_faults, contract_trial, lead_search
from app.services.contract_estimate import Estimate
from app.services.contract_trial import Trial

NEWEST = 8
UNREADABLE = "The terms cannot be read yet: put the marked fields right."
NOT_FOUND = "No lead that you may see has this id, e-mail or telephone number."
NOWHERE = "This lead never reached a campaign, so no contract was asked."


@dataclass(frozen=True)
class Panel:
    """What stands there. ``estimate`` is None while the terms cannot be; ``said``: why nothing was tried;
    ``partly``: rows that are not finished were left out.
    """

    estimate: Estimate | None
    trial: Trial | None
    said: str
    typed: str
    newest: tuple[LeadRow, ...]
    chosen: str
    partly: bool = False

    @property
    def why(self) -> list[tuple[str, int]]:
        """Sentences of the commonest reasons, for this person's eyes."""
        if self.estimate is None:
            return []
        buyer = visit.actor().role is Role.BUYER
        return [
            (reason.sentence if not buyer or reason.seen_by(Audience.BUYER) else contract_trial.TOO_LOW, count)
            for reason, count in self.estimate.why
        ]


def panel(desk: Desk, wanted: Terms, faults: dict[str, str]) -> Panel:
    """In the transaction of the caller, which reads only. What is not finished yet is left out, and that is said."""
    actor = visit.actor()
    terms = desk.readable(wanted, faults)
    values: Any = request.values
    typed, chosen = values.get("try", "").strip()[:254], values.get("lead", "")
    newest = leads.listed(actor, LeadFilter(vertical_id=desk.vertical_of(terms)), None, NEWEST).rows
    if contract_faults.faults_in(actor, desk.terms, terms, desk.currency):
        return Panel(None, None, UNREADABLE if typed or chosen else "", typed, newest, chosen)
    draft = desk.draft_terms(terms)
    estimate = contract_estimate.estimate(actor, draft, now=clock.now())
    lead_id = _lead(typed, chosen)
    if lead_id is None:
        return Panel(estimate, None, NOT_FOUND if typed or chosen else "", typed, newest, chosen, bool(faults))
    trial = contract_trial.try_lead(actor, draft, lead_id, now=clock.now())
    if trial and actor.role is not Role.BUYER:  # a buyer sees its leads whole
        trial = veiled(trial)
    return Panel(estimate, trial, "" if trial else NOWHERE, typed, newest, chosen, bool(faults))


def veiled(trial: Trial) -> Trial:
    """The same with the person's values masked: whoever wants to read them opens the lead, and that is written down."""

    def masked(sentence: str) -> str:
        return reason_words.veiled(sentence, trial.facts, trial.pii)

    checks = (replace(one, said=tuple((code, masked(text)) for code, text in one.said)) for one in trial.checks)
    rules = (replace(one, said=tuple(map(masked, one.said))) for one in trial.rules)
    return replace(trial, checks=tuple(checks), rules=tuple(rules))


def _lead(typed: str, chosen: str) -> UUID | None:
    """Which lead to try: what was typed goes before what was chosen."""
    if not typed:
        return _uuid(chosen)
    actor = visit.actor()
    found = leads.listed(actor, LeadFilter(needle=lead_search.needle(actor, typed)), None, 1).rows
    return found[0].id if found else None


def lead_name(row: LeadRow) -> str:
    """How a lead stands in the select box: its short id and place, never the person."""
    return " ".join(part for part in (row.short_id, masking.place(row.fields)) if part)


def _uuid(text: str) -> UUID | None:
    try:
        return UUID(text)
    except ValueError:
        return None
