"""What the address of a lead list asks for: filter, order, columns. Lists, downloads and the live feed read it here."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType
from urllib.parse import urlencode
from uuid import UUID

from flask import request, url_for

from app import clock
from app.domain.actor import Actor, Role
from app.domain.reasons import BY_CODE, Audience, Stage
from app.portal import filters, lead_columns, visit, words
from app.portal.filters import Span
from app.queries.lead_filter import By, LeadFilter, Needle, Sort
from app.services import lead_search

DEFAULT_PERIOD = "30d"
REASONS = {code: reason.sentence for code, reason in BY_CODE.items() if reason.seen_by(Audience.PUBLISHER)}
"""Reasons that a lead itself can end with; those of contracts stand in its distribution."""
ENDINGS = REASONS | {code: reason.sentence for code, reason in BY_CODE.items() if reason.stage is Stage.DELIVERY}
TRAFFIC: Mapping[str, str] = MappingProxyType({"live": "Live", "test": "Test"})
SORTS: Mapping[str, Sort] = MappingProxyType({
    "-received": Sort(By.MOMENT), "received": Sort(By.MOMENT, ascending=True), "-score": Sort(By.SCORE),
    "score": Sort(By.SCORE, ascending=True), "-price": Sort(By.MONEY), "price": Sort(By.MONEY, ascending=True),
})  # fmt: skip
NEWEST = "-received"
KEPT = (
    "period", "from", "to", "state", "vertical", "publisher", "source", "campaign", "buyer", "contract", "reason",
    "tier", "score", "traffic", "person", "sort", "columns",
)  # fmt: skip
"""What an address of the list may say, in the order in which a saved view says it."""


@dataclass(frozen=True, slots=True)
class Wish:
    """One list that is asked for."""

    filter: LeadFilter
    span: Span
    sort: str
    columns: tuple[lead_columns.ListColumn, ...]
    person: str = ""

    @property
    def order(self) -> Sort:
        """How it is sorted."""
        return SORTS[self.sort]

    @property
    def is_filtered(self) -> bool:
        """Whether it leaves anything out."""
        return self.filter != LeadFilter()

    @property
    def asks_for_more(self) -> bool:
        """Whether a filter is set that stands behind "More filters"."""
        wanted = self.filter
        behind = (
            wanted.source_id, wanted.campaign_id, wanted.buyer_id, wanted.contract_id, wanted.tier,
            wanted.score is not None, wanted.test is not None, self.span.name == filters.DATES, wanted.states[1:],
        )  # fmt: skip
        return any(behind)


def wish() -> Wish:
    """The wish in this request's address. Raises Problem for a filter that cannot be read."""
    actor = visit.actor()
    person = filters.text("person")
    span = filters.span(visit.visitor().zone, clock.now(), "all" if person else DEFAULT_PERIOD)
    sort = filters.one_of("sort", SORTS, NEWEST)
    wanted = _filter(actor, span, _needle(person))
    return Wish(wanted, span, sort, _columns(actor, wanted), person)


def live_filter() -> LeadFilter:
    """What the live feed understands of it: state (not for buyers, as in the list), vertical, publisher."""
    actor = visit.actor()
    return LeadFilter(
        states=() if actor.role is Role.BUYER else filters.several("state", words.LEAD),
        vertical_id=filters.uuid("vertical"),
        publisher_id=filters.uuid("publisher") if actor.is_admin else None,
    )


def query(**changes: object) -> str:
    """This list's query string in its one normal form: known names, in their order, nothing empty, no place in it."""
    given = {name: request.args.getlist(name) for name in KEPT}
    given |= {name: [str(value)] if value is not None else [] for name, value in changes.items()}
    return urlencode([(name, value) for name in KEPT for value in given[name] if value])


def given(but: str = "") -> list[tuple[str, str]]:
    """What the address says, name by name, for the hidden fields of a form."""
    return [(name, value) for name in KEPT if name != but for value in request.args.getlist(name) if value]


def address(**changes: object) -> str:
    """The list's address with some of it changed; None takes a filter away."""
    found = query(**changes)
    return url_for("portal.leads") + (f"?{found}" if found else "")


def told() -> dict[str, str]:
    """The filter as the audit log may keep it: codes and ids; that it was one person's, not whose."""
    given = {name: ",".join(filter(None, request.args.getlist(name))) for name in KEPT if name != "columns"}
    return {name: "one person" if name == "person" else value[:200] for name, value in given.items() if value}


def _columns(actor: Actor, wanted: LeadFilter) -> tuple[lead_columns.ListColumn, ...]:
    asked = ",".join(request.args.getlist("columns"))
    found = lead_columns.chosen(actor.role, tuple(filter(None, asked.split(","))))
    if actor.is_admin and wanted.is_of_sales(actor):
        return tuple(column._replace(word="Sold") if column.key == "when" else column for column in found)
    return found


def _needle(person: str) -> Needle | None:
    """Whose leads alone are wanted, if anybody's. Raises Problem for text that is no fingerprint."""
    needle = lead_search.person(person) if person else None
    if person and needle is None:
        raise filters.unreadable("person")
    return needle


def _filter(actor: Actor, span: Span, needle: Needle | None) -> LeadFilter:
    staff, for_buyer = actor.is_admin, actor.role is Role.BUYER
    traffic = filters.one_of("traffic", TRAFFIC)
    return LeadFilter(
        states=() if for_buyer else filters.several("state", words.LEAD),
        reason="" if for_buyer else filters.one_of("reason", ENDINGS if staff else REASONS),
        vertical_id=filters.uuid("vertical"),
        publisher_id=_id("publisher", theirs=staff),
        source_id=_id("source", theirs=not for_buyer),
        campaign_id=_id("campaign", theirs=staff),
        buyer_id=_id("buyer", theirs=staff),
        contract_id=_id("contract", theirs=staff or for_buyer),
        tier=filters.one_of("tier", words.TIER),
        score=filters.whole("score", 0, 100),
        test=traffic == "test" if traffic else None,
        since=span.since,
        until=span.until,
        needle=needle,
    )


def _id(name: str, *, theirs: bool) -> UUID | None:
    """An id, where the filter is theirs to use; from others it is not even read."""
    return filters.uuid(name) if theirs else None
