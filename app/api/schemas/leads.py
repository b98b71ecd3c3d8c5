"""Leads on the wire. What a caller may not know is null: the queries leave it out, not these shapes."""

from __future__ import annotations

from datetime import datetime
from typing import Any
from uuid import UUID

from pydantic import Field

from app.api.endpoint import Wire
from app.api.money import decimal
from app.domain.auction import Entry
from app.domain.reasons import Reason
from app.queries.lead_page import LeadPage, Round, SaleFacts
from app.queries.leads import LeadRow


class LeadSummary(Wire):
    """A lead in a list, without a person's data."""

    id: UUID
    short_id: str = Field(description="What people read out on the telephone.")
    at: datetime = Field(description="When it was received; for buyers, when it was sold to them.")
    state: str
    reason: str | None = Field(description="Why it was rejected or did not sell, in a word that the caller may know.")
    vertical: str | None
    partner: str | None = Field(description="The publisher; null for buyers.")
    source: str | None
    score: int | None
    tier: str | None
    test: bool
    price: str | None = Field(description="What buyers pay, as a decimal; null for partners.")
    payout: str | None = Field(description="What the publisher gets, as a decimal; null for buyers.")
    currency: str


class Why(Wire):
    """A reason: a code for machines, a sentence for people."""

    code: str
    sentence: str


class LeadFault(Wire):
    """A field that breaks a rule of the campaign."""

    field: str
    message: str


class LeadSale(Wire):
    """One sale of the lead."""

    id: UUID
    state: str
    contract: str | None
    buyer: str | None
    price: str | None
    payout: str | None
    margin: str | None
    currency: str
    reserved_at: datetime
    sold_at: datetime | None
    released_at: datetime | None
    reference: str | None


class Considered(Wire):
    """One contract of an auction: what became of it, and every reason."""

    contract_id: UUID
    contract: str
    buyer_id: UUID
    buyer: str
    outcome: str
    reasons: list[Why]
    price: str | None
    rule: str | None
    took_ms: int | None


class Auction(Wire):
    """One round of routing."""

    round: int
    mode: str
    started_at: datetime
    took_ms: float
    contracts: list[Considered]


class LeadDelivery(Wire):
    """Handing the lead over to a buyer."""

    id: UUID
    buyer: str
    state: str
    attempts: int
    reason: str | None
    created_at: datetime
    done_at: datetime | None


class LeadDetail(Wire):
    """A lead with everything that happened to it, cut to what the caller may know."""

    id: UUID
    short_id: str
    received_at: datetime
    decided_at: datetime | None
    state: str
    reason: Why | None
    vertical: str | None
    campaign: str | None
    partner: str | None
    source: str | None
    sub_id: str | None
    test: bool
    score: int | None
    tier: str | None
    fields: dict[str, Any]
    extra_fields: dict[str, Any]
    facts: dict[str, Any]
    problems: list[LeadFault]
    first_lead_id: UUID | None = Field(description="The lead that a duplicate repeats, where it is the caller's.")
    sales: list[LeadSale]
    deliveries: list[LeadDelivery] | None = Field(description="Null for partners.")
    distribution: list[Auction] | None = Field(
        description="Every contract considered; buyers see their own, for partners it is null."
    )


def summary(row: LeadRow, currency: str) -> LeadSummary:
    """A row of the list."""
    return LeadSummary(
        id=row.id, short_id=row.short_id, at=row.at, state=row.state, reason=row.reason, vertical=row.vertical,
        partner=row.publisher, source=row.source, score=row.score, tier=row.tier, test=row.test,
        price=decimal(row.price, currency), payout=decimal(row.payout, currency), currency=currency,
    )  # fmt: skip


def detail(page: LeadPage, *, with_buyers: bool) -> LeadDetail:
    """The lead's page; ``with_buyers``: whether the caller is told of contracts and deliveries at all."""
    lead = page.lead
    return LeadDetail(
        id=lead.id, short_id=lead.short_id, received_at=lead.received_at, decided_at=lead.decided_at,
        state=lead.state, reason=_why(lead.reason), vertical=lead.vertical, campaign=lead.campaign,
        partner=lead.publisher, source=lead.source, sub_id=lead.sub_id, test=lead.test, score=lead.score,
        tier=lead.tier, fields=dict(lead.fields), extra_fields=dict(lead.extra), facts=dict(lead.facts),
        problems=[LeadFault(field=name, message=message) for name, message in lead.problems],
        first_lead_id=lead.first.id if lead.first else None,
        sales=[_sale(one) for one in page.sales],
        deliveries=[_delivery(one.row) for one in page.deliveries] if with_buyers else None,
        distribution=[_auction(one) for one in page.rounds] if with_buyers else None,
    )  # fmt: skip


def _why(reason: Reason | None) -> Why | None:
    return Why(code=reason.code, sentence=reason.sentence) if reason else None


def _sale(one: SaleFacts) -> LeadSale:
    return LeadSale(
        id=one.id, state=one.state, contract=one.contract, buyer=one.buyer, price=decimal(one.price, one.currency),
        payout=decimal(one.payout, one.currency), margin=decimal(one.margin, one.currency), currency=one.currency,
        reserved_at=one.reserved_at, sold_at=one.sold_at, released_at=one.released_at, reference=one.reference,
    )  # fmt: skip


def _delivery(row: Any) -> LeadDelivery:
    return LeadDelivery(
        id=row.id, buyer=row.buyer, state=row.state, attempts=row.attempt, reason=row.reason,
        created_at=row.created_at, done_at=row.done_at,
    )  # fmt: skip


def _auction(one: Round) -> Auction:
    return Auction(
        round=one.round, mode=one.mode, started_at=one.started_at, took_ms=one.took_us / 1000,
        contracts=[_considered(entry) for entry in one.entries],
    )  # fmt: skip


def _considered(entry: Entry) -> Considered:
    return Considered(
        contract_id=entry.contract_id, contract=entry.contract, buyer_id=entry.buyer_id, buyer=entry.buyer,
        outcome=str(entry.outcome), reasons=[Why(code=no.code, sentence=no.sentence) for no in entry.reasons],
        price=decimal(entry.price_minor, entry.currency) if entry.currency else None, rule=entry.rule or None,
        took_ms=entry.took_ms,
    )  # fmt: skip
