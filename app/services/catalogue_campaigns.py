"""Campaigns edited one by one: how leads come in, through which offer they sell, and which fields they have."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any, Literal, Protocol
from uuid import UUID

from sqlalchemy import select

from app.db import db
from app.domain.actor import Actor
from app.domain.consent import ConsentRule
from app.domain.dedupe import Base, DuplicateRule, Match, Scope
from app.domain.fields import Schema
from app.domain.presets import PING_POST, direct
from app.models.catalogue import Campaign, Offer, Vertical
from app.services import catalogue
from app.services.application_form import countries
from app.services.catalogue import LEAST_BUDGET_MS, MOST_BUDGET_MS, CampaignWish
from app.services.catalogue_edits import Faults, Terms, moved, name_faults, put, refuse, written
from app.services.changes import load, only_staff

Status = Literal["active", "paused"]
PLAIN = ("name", "country", "traffic_type", "time_budget_ms", "wait_for_buyer")
TERMS = (*PLAIN, "offer_id", "duplicate_rule", "consent_rule")
TRAFFIC = ("direct", "ping_post")
MARKS = ("email", "phone")
"""The fields of which fingerprints are kept, so that copies are known by them."""

MOST_DAYS = 365
MOST_AGE_HOURS = 24 * 365 * 5


class HasTerms(Protocol):
    """A campaign's row, or what a query made of it."""

    @property
    def offer_id(self) -> UUID:
        """The offer that it sells through."""

    @property
    def duplicate_rule(self) -> Mapping[str, Any]:
        """As stored."""

    @property
    def consent_rule(self) -> Mapping[str, Any]:
        """As stored."""


def terms_in(row: HasTerms) -> Terms:
    """What the campaign's page edits; ids as text, rules in their whole spelling."""
    return {
        **{term: getattr(row, term) for term in PLAIN},
        "offer_id": str(row.offer_id),
        "duplicate_rule": DuplicateRule.from_json(row.duplicate_rule).to_json(),
        "consent_rule": ConsentRule.from_json(row.consent_rule).to_json(),
    }  # fmt: skip


def schema_terms(row: Campaign) -> Terms:
    """What the page of its fields edits."""
    return {"schema": Schema.from_json(row.schema).to_json()}


def edit(actor: Actor, campaign_id: UUID, wanted: Terms, *, seen: str, now: datetime) -> tuple[str, ...]:
    """Give it these terms; answers those that changed. Raises NoSuchThing, Faulty, Stale."""
    only_staff(actor)
    row = load(actor, Campaign, campaign_id)
    refuse(_faults_in(actor, row.vertical_id, wanted))
    current = terms_in(row)
    terms = moved(current, wanted, seen)
    for term in terms:
        setattr(row, term, UUID(wanted[term]) if term == "offer_id" else wanted[term])
    if terms:
        written(actor, ("campaign", row.id), current, {**current, **wanted}, now=now)
    return terms


def edit_schema(actor: Actor, campaign_id: UUID, schema: Schema, *, seen: str, now: datetime) -> bool:
    """Put these fields in the place of the old; leads are judged by them from the next one on. Raises Stale."""
    only_staff(actor)
    row = load(actor, Campaign, campaign_id)
    return bool(put(actor, row, "campaign", schema_terms(row), {"schema": schema.to_json()}, seen, now=now))


def set_status(actor: Actor, campaign_id: UUID, status: Status, *, now: datetime) -> bool:
    """Pause or resume; of two who pause at once, neither is in the other's way."""
    only_staff(actor)
    row = load(actor, Campaign, campaign_id)
    if row.status == status:
        return False
    before, row.status = {"status": row.status}, status
    written(actor, ("campaign", row.id), before, {"status": status}, now=now)
    return True


def add(actor: Actor, vertical_id: UUID, wanted: Terms, *, now: datetime) -> UUID:
    """A new way in, beginning with the ready fields of its vertical and kind of traffic. Raises Faulty."""
    only_staff(actor)
    vertical = load(actor, Vertical, vertical_id)
    refuse(_faults_in(actor, vertical_id, wanted))
    wish = CampaignWish(
        vertical_id, UUID(wanted["offer_id"]), wanted["name"], wanted["country"],
        PING_POST if wanted["traffic_type"] == "ping_post" else direct(vertical.key),
        DuplicateRule.from_json(wanted["duplicate_rule"]), ConsentRule.from_json(wanted["consent_rule"]),
        wanted["time_budget_ms"], wanted["wait_for_buyer"], wanted["traffic_type"],
    )  # fmt: skip
    return catalogue.add_campaign(actor, wish, now=now)


def _faults_in(actor: Actor, vertical_id: UUID, wanted: Terms) -> Faults:
    return (
        *name_faults(wanted), *_choices(actor, vertical_id, wanted), *_duplicates(wanted["duplicate_rule"]),
        *_consent(wanted["consent_rule"]), *_time(wanted["time_budget_ms"]),
    )  # fmt: skip


def _choices(actor: Actor, vertical_id: UUID, wanted: Terms) -> Faults:
    found = []
    if wanted["offer_id"] not in _offers(actor, vertical_id):
        found.append(("offer_id", "Choose an offer of the same vertical."))
    if wanted["country"] not in dict(countries()):
        found.append(("country", "Choose a country."))
    if wanted["traffic_type"] not in TRAFFIC:
        found.append(("traffic_type", "Choose one of these."))
    return tuple(found)


def _offers(actor: Actor, vertical_id: UUID) -> frozenset[str]:
    rows = db.session.scalars(
        select(Offer.id).where(Offer.tenant_id == actor.tenant_id, Offer.vertical_id == vertical_id)
    )
    return frozenset(map(str, rows))


def _duplicates(rule: dict[str, Any]) -> Faults:
    found = []
    if not set(rule["fields"]) <= set(MARKS):
        found.append(("duplicate.fields", "Copies are known by e-mail and telephone."))
    closed = (("match", set(Match)), ("scope", set(Scope)), ("base", set(Base)))
    found += [(f"duplicate.{name}", "Choose one of these.") for name, known in closed if rule[name] not in known]
    if not 0 <= rule["days"] <= MOST_DAYS:
        found.append(("duplicate.days", f"From 0 to {MOST_DAYS} days."))
    return tuple(found)


def _consent(rule: dict[str, Any]) -> Faults:
    hours = rule["max_age_hours"]
    if hours is None or 0 < hours <= MOST_AGE_HOURS:
        return ()
    return (("consent.max_age", "From 1 hour to 5 years, or nothing for any age."),)


def _time(budget_ms: int) -> Faults:
    if LEAST_BUDGET_MS <= budget_ms <= MOST_BUDGET_MS:
        return ()
    return (("time_budget_ms", f"From {LEAST_BUDGET_MS} to {MOST_BUDGET_MS:,} ms."),)
