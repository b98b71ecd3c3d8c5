"""The admins' first page: is today normal, and what needs somebody."""

from __future__ import annotations

from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from flask import Response, url_for

from app import clock
from app.domain.actor import Actor
from app.domain.alerts import Alert, Kind, Pile, raised
from app.domain.normality import judge
from app.portal import contract_words, lead_wishes, nav, overview_words, pages, refusals, visit
from app.portal.blueprint import portal
from app.portal.checklist import Step
from app.queries import cap_pressure, leads, overview, owed
from app.queries.beginnings import Beginnings, beginnings
from app.queries.leads import LeadFilter
from app.queries.overview import UNDER_WAY, Today
from app.queries.owed import Debt
from app.services import queue_desk
from app.transaction import read_only

TEMPLATE = "overview/show.html"
NEWEST = 8
MOVING = ("pending", "sending")
CAPS_SHOWN = 8


@portal.get("/overview", endpoint="overview")
@refusals.only(*nav.STAFF)
def show() -> Response:
    """Today beside the same weekday a week ago, and everything that waits."""
    return _page()


@portal.get("/overview/now")
@refusals.only(*nav.STAFF)
def overview_now() -> Response:
    """The same for a page that looks again by itself: it keeps no session alive."""
    return _page()


def _page() -> Response:
    actor, zone, now = visit.actor(), visit.visitor().zone, clock.now()
    day = overview_words.last(now, zone)
    with read_only():
        found = overview.today(actor, zone, now)
        debts = owed.debts(actor, now)
        caps = cap_pressure.near(actor, now)
        alerts = _alerts(actor, found, debts, now)
        newest = leads.listed(actor, LeadFilter(), limit=NEWEST).rows
        begun = None if newest else beginnings(actor)
    return pages.page(
        TEMPLATE,
        fragment="now",
        found=found,
        verdict=judge(found.flow, found.before, overview_words.then(now, zone)),
        title=overview_words.title(now, zone),
        last=day,
        tiles=overview_words.tiles(found, caps, _late(debts), day),
        chart=_chart(found, zone, day),
        caps=caps[:CAPS_SHOWN],
        periods=contract_words.PERIODS,
        caps_left=caps[CAPS_SHOWN:],
        unsold=found.unsold(),
        unsold_url=_unsold_url,
        alerts=alerts,
        url_of=overview_words.url_of,
        newest=newest,
        steps=_steps(begun) if begun else (),
        debts=debts,
        queues=queue_desk.look(actor),
    )


def _late(debts: tuple[Debt, ...]) -> int:
    return sum(debt.late for debt in debts if debt.kind == owed.DELIVERIES)


def _chart(found: Today, zone: str, day: str) -> dict[str, Any]:
    """What is drawn: today's outcomes by hour, the day a week ago behind them."""
    local = ZoneInfo(zone)
    flow = found.flow
    under_way = flow.leads - flow.sold - flow.unsold - flow.rejected
    series = [
        ("sold", "good", found.hourly("sold")),
        ("unsold", "muted", found.hourly("unsold")),
        ("rejected", "bad", found.hourly("rejected")),
    ]
    if under_way:
        series.append(("under way", "live", found.hourly(*UNDER_WAY)))
    return {
        "labels": [f"{edge.astimezone(local):%H:%M}" for edge in found.day.edges[:-1]],
        "series": series,
        "band": (day, found.hourly_before()),
        "summary": f"{flow.sold:,} sold, {flow.unsold:,} unsold, {flow.rejected:,} rejected since midnight; "
        f"the shade behind is {day}.",
    }


def _alerts(actor: Actor, found: Today, debts: tuple[Debt, ...], now: datetime) -> tuple[Alert, ...]:
    """Everything there is cause for, out of what is owed and what waits for people."""

    def owing(kind: str, state: str) -> Pile:
        debt = owed.one(debts, kind, state)
        return Pile(debt.count, debt.since)

    def late(kind: str, *states: str) -> Pile:
        found = [debt for debt in debts if debt.kind == kind and debt.state in states and debt.late]
        return Pile(sum(debt.late for debt in found), min((debt.since for debt in found if debt.since), default=None))

    piles = overview.piles(actor) | {
        Kind.HELD: Pile(sum(one.leads for one in found.counts if one.state == "held")),
        Kind.UNKNOWN: owing(owed.DELIVERIES, "unknown"),
        Kind.LATE: late(owed.DELIVERIES, *MOVING),
        Kind.UNROUTED: late(owed.LEADS, "waiting"),
        Kind.UNTOLD: owing(owed.EVENTS, "put_off"),
        Kind.UNHEARD: late(owed.EVENTS, "waiting"),
        Kind.BEHIND: late(owed.MESSAGES, *MOVING),
        Kind.MAILS: owing(owed.MAILS, "failed"),
    }
    return raised(piles, overview.services_of(actor, found.day.start), now)


def _unsold_url(state: str, reason: str) -> str:
    """Exactly those leads; a reason that the list does not filter by leads to all of that state."""
    chosen = {"reason": reason} if reason in lead_wishes.ENDINGS else {}
    return overview_words.leads_url(state=state, **chosen)


def _steps(begun: Beginnings) -> tuple[Step, ...]:
    """What a new operation has to do before its first lead is sold."""
    return (
        Step(
            begun.publisher, "Approve a publisher", "Companies apply on the public page; you decide.",
            url_for("portal.applications"), "Read applications",
        ),
        Step(
            begun.source, "Open a way in", "A campaign takes leads of a vertical in; a source ties a publisher to it.",
            url_for("portal.sources"), "See sources",
        ),
        Step(
            begun.contract, "Write a contract", "It says which leads a buyer wants, and at what price.",
            url_for("portal.new_contract"), "Add contract",
        ),
        Step(
            begun.lead, "Receive a lead", "The publisher posts with its key.", url_for("portal.keys"), "See API keys",
        ),
        Step(begun.sale, "Sell it", "A lead that no contract wants says why.", url_for("portal.leads"), "See leads"),
    )  # fmt: skip
