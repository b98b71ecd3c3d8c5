"""The overview in words: tiles with what they are compared with, and the page that each alert leads to."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from types import MappingProxyType
from typing import Any, NamedTuple
from zoneinfo import ZoneInfo

from flask import url_for

from app.domain.alerts import Alert, Kind
from app.domain.normality import Flow, change, share
from app.portal import wording
from app.queries.cap_pressure import Pressure, buyers_near
from app.queries.overview import Today

DASH = wording.DASH


class Tile(NamedTuple):
    """One number: what it is, its value, what it is compared with, and the address of exactly its rows."""

    word: str
    value: str
    beside: str
    url: str
    tone: str = ""


def last(now: datetime, zone: str) -> str:
    """The day a week ago: "last Friday"."""
    return f"last {now.astimezone(ZoneInfo(zone)):%A}"


def then(now: datetime, zone: str) -> str:
    """That day up to this time: "last Friday by 14:05"."""
    return f"{last(now, zone)} by {now.astimezone(ZoneInfo(zone)):%H:%M}"


def title(now: datetime, zone: str) -> str:
    """The day: "Friday 20 Nov"."""
    local = now.astimezone(ZoneInfo(zone))
    return f"{local:%A} {local.day} {local:%b}"


def tiles(found: Today, caps: tuple[Pressure, ...], late: int, day: str) -> tuple[Tile, ...]:
    """The row of numbers. ``late``: deliveries; ``day``: what today is compared with."""
    now, before = found.flow, found.before
    sold, buyers = leads_url(state="sold"), buyers_near(caps)
    return (
        Tile(_named(now.leads, "lead", "leads"), f"{now.leads:,}", against(now.leads, before.leads, day), leads_url()),
        Tile("sold", _percent(share(now.sold, now.leads)), _points(now, before, day), sold),
        Tile("revenue", _amount(now.revenue_minor), against(now.revenue_minor, before.revenue_minor, day), sold),
        Tile("margin", _amount(now.margin_minor), against(now.margin_minor, before.margin_minor, day), sold),
        Tile(
            _named(buyers, "buyer near a cap", "buyers near a cap"), _number(buyers), _full(caps), "#caps", _tone(caps)
        ),
        Tile(
            _named(late, "late delivery", "late deliveries"),
            _number(late),
            "owed for over 5 minutes",
            late_url(),
            "bad" if late else "",
        ),
    )


def leads_url(**wanted: Any) -> str:
    """Today's leads, those of tests left out, as the overview counts them."""
    return url_for("portal.leads", period="today", traffic="live", **wanted)


def late_url() -> str:
    """The deliveries that are late."""
    return url_for("portal.deliveries", state="late")


def url_of(alert: Alert) -> str:
    """Where that is seen to."""
    page, chosen = _PAGES[alert.kind]
    about: dict[str, Any] = dict(chosen) | ({"buyer": alert.subject} if alert.subject else {})
    return url_for(f"portal.{page}", **about)


_PAGES: Mapping[Kind, tuple[str, Mapping[str, Any]]] = MappingProxyType({
    Kind.APPLICATIONS: ("applications", {}),
    Kind.CHANGES: ("changes", {}),
    Kind.HELD: ("leads", {"period": "today", "state": "held", "traffic": "live"}),
    Kind.UNKNOWN: ("deliveries", {"state": "unknown"}),
    Kind.LATE: ("deliveries", {"state": "late"}),
    Kind.UNROUTED: ("leads", {"period": "all", "state": ["received", "queued"]}),
    Kind.UNTOLD: ("queues", {}),
    Kind.UNHEARD: ("queues", {}),
    Kind.BEHIND: ("messages", {"state": "pending"}),
    Kind.MAILS: ("mails", {"state": "failed"}),
    Kind.SWITCHED_OFF: ("webhooks", {}),
    Kind.FAILING_ENDPOINT: ("webhooks", {}),
    Kind.FAILING_BUYER: ("deliveries", {"period": "today"}),
})  # fmt: skip


def against(now: int, before: int, day: str) -> str:
    """The difference in words: "+12 % on last Friday"."""
    percent = change(now, before)
    if percent is None:
        return f"none {day}"
    return f"{_signed(percent)} % on {day}" if percent else f"as {day}"


def _points(now: Flow, before: Flow, day: str) -> str:
    shares = share(now.sold, now.leads), share(before.sold, before.leads)
    if shares[0] is None or shares[1] is None:
        return f"none {day}" if shares[1] is None else DASH
    points = shares[0] - shares[1]
    return f"{_signed(points)} {'point' if abs(points) == 1 else 'points'} on {day}" if points else f"as {day}"


def _full(caps: tuple[Pressure, ...]) -> str:
    full = sum(one.is_full for one in caps)
    return f"{wording.counted(full, 'cap')} full" if full else "none full"


def _tone(caps: tuple[Pressure, ...]) -> str:
    return "notice" if caps else ""


def _named(number: int, one: str, many: str) -> str:
    return one if number == 1 else many


def _signed(number: int) -> str:
    return f"+{number:,}" if number > 0 else f"−{-number:,}"


def _percent(value: int | None) -> str:
    return DASH if value is None else f"{value} %"


def _amount(minor: int) -> str:
    """Money without pennies, which nobody reads here; a quiet dash for nothing."""
    return wording.money(minor).removesuffix(".00") if minor else DASH


def _number(number: int) -> str:
    return f"{number:,}" if number else DASH
