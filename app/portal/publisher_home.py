"""A publisher's first page: what became of its leads, what they earned, what goes wrong most and how to mend it."""

from __future__ import annotations

from datetime import datetime, timedelta

from flask import Response, url_for

from app import clock
from app.domain import fixes
from app.domain.actor import Actor
from app.portal import contract_words, filters, pages, visit, wording
from app.portal.checklist import Step, left
from app.queries import limits
from app.queries import publisher_home as queries
from app.queries.limits import KeyLimit
from app.queries.publisher_home import Facts, Mix
from app.services import key_usage
from app.transaction import read_only

ON_THE_WAY = "state=received&state=queued&state=held&state=listed"
ACCEPTED = f"state=sold&state=unsold&{ON_THE_WAY}"


def page() -> Response:
    """The page of whoever is signed in."""
    actor, now, zone = visit.actor(), clock.now(), visit.visitor().zone
    with read_only():
        mix = queries.mix(actor, zone, now)
        since, _ = filters.period("7d", zone, now)
        top = mix.endings[0] if mix.endings else None
        faults = queries.faults(actor, top.reason, since or now - timedelta(days=7)) if top else ()
        earned = queries.earned(actor, zone, now)
        keys, sources = limits.keys(actor, now), limits.sources(actor, now)
        told = queries.told(actor, mix.days[-1][0])
        steps = _steps(queries.facts(actor))
    return pages.page(
        "home/publisher.html",
        mix=mix,
        earned=earned,
        top=top,
        fix=wording.in_code(fixes.fix(top.reason.code)) if top else "",
        faults=faults,
        keys=[(key, _used(actor, key)) for key in keys],
        sources=sources,
        told=told,
        steps=steps,
        left=left(steps),
        say=contract_words,
        start=url_for("portal.start"),
        verdicts=_verdicts(mix),
        week_ago=f"{now.astimezone(mix.days[-1][0].tzinfo):%A}",
        month_from=f"{_month(mix.days[-1][0]):%Y-%m-%d}",
        today=f"{mix.days[-1][0]:%Y-%m-%d}",
        days=[f"{at.day} {at:%b}" for at, _ in mix.days],
    )


def _verdicts(mix: Mix) -> list[tuple[str, str, int, int, str]]:
    """Each verdict: word, tone, today, seven days, and the part of an address that lists exactly those leads."""
    day, week = mix.today, mix.week
    return [
        ("Accepted", "neutral", day.accepted, week.accepted, ACCEPTED),
        ("Sold", "good", day.sold, week.sold, "state=sold"),
        ("Unsold", "muted", day.unsold, week.unsold, "state=unsold"),
        ("On the way", "live", day.on_the_way, week.on_the_way, ON_THE_WAY),
        ("Rejected", "bad", day.rejected, week.rejected, "state=rejected"),
    ]


def _used(actor: Actor, key: KeyLimit) -> int:
    return min(key_usage.in_last_minute(actor, key.id), key.per_minute)


def _month(today: datetime) -> datetime:
    return today.replace(day=1)


def _steps(facts: Facts) -> tuple[Step, ...]:
    start, leads = url_for("portal.start"), url_for("portal.leads", period="all")
    return (
        Step(facts.key_used, "Key used", "Your system made its first call with your key.", start, "Make a call"),
        Step(facts.first_lead, "First lead", "A lead of yours arrived.", start, "Send a lead"),
        Step(facts.first_refusal, "One refusal read", "You have seen what a lead that breaks a rule is answered.",
             f"{leads}&state=rejected", "Show rejected leads"),
        Step(facts.webhook_answered, "Webhook answered", "An address of yours took a message; it hears of each sale.",
             url_for("portal.webhooks"), "Show webhooks"),
        Step(facts.first_sale, "First sale", "A lead of yours was bought and pays.", leads, "Show leads"),
        Step(facts.second_factor, "Second factor", "A code from your phone keeps your account yours.",
             url_for("portal.second_factor"), "Set up second factor"),
    )  # fmt: skip
