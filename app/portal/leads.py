"""The lead list, and the same list as a file."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from zoneinfo import ZoneInfo

from flask import Response, request, url_for

from app import clock
from app.domain.actor import Role
from app.portal import csv_out, filters, lead_columns, lead_wishes, nav, pages, refusals, visit, words
from app.portal.blueprint import portal
from app.portal.lead_columns import Sheet
from app.portal.lead_wishes import Wish
from app.queries import lead_bar, lead_keys
from app.queries import leads as queries
from app.queries.lead_filter import NEWEST_FIRST, By, LeadFilter
from app.services import lead_exports
from app.transaction import read_only, transaction


@portal.get("/leads")
def leads() -> Response:
    """Newest first; filters, order and columns in the address, so that a view can be sent to a colleague.

    ``person``: a fingerprint that a search ended in. What was typed never stands in an address.
    """
    if "column" in request.args:
        return _with_columns()
    return listed()


def listed(faults: dict[str, str] | None = None, typed: str = "", status: int = 200) -> Response:
    """The list; ``faults`` and ``typed`` of a view that could not be saved."""
    wish, cursor = lead_wishes.wish(), filters.cursor()
    actor = visit.actor()
    with read_only():
        found = queries.listed(actor, wish.filter, cursor, filters.PAGE_SIZE, wish.order)
        count = None if cursor else queries.counted(actor, wish.filter)
        bar = lead_bar.bar(actor)
    return pages.page(
        "leads/list.html",
        fragment="batch" if cursor else "rows",
        extras=() if cursor else ("views",),
        status=status,
        found=found,
        count=count,
        counted_to=queries.COUNTED_TO,
        sorted_of=lead_keys.SORTED_OF,
        bar=bar,
        faults=faults or {},
        typed=typed,
        next_url=url_for("portal.leads") + filters.same_with(after=found.next) if found.next else "",
        csv_limit=csv_out.LIMIT,
        **_words(wish),
        **_addresses(wish, bar),
    )


def _words(wish: Wish) -> dict[str, object]:
    actor = visit.actor()
    return {
        "wish": wish, "chosen": wish.filter, "person": wish.person, "period": wish.span.name,
        "periods": filters.WITH_DATES, "states": _choices(words.LEAD), "tiers": tuple(_choices(words.TIER).items()),
        "reasons": lead_wishes.REASONS if actor.role is Role.PUBLISHER else lead_wishes.ENDINGS,
        "traffic": lead_wishes.TRAFFIC, "offered": lead_columns.offered(actor.role),
        "for_buyer": actor.role is Role.BUYER, "for_publisher": actor.role is Role.PUBLISHER,
        "for_staff": actor.is_admin,
    }  # fmt: skip


def _choices(table: Mapping[str, words.Status]) -> dict[str, str]:
    return {code: status.word for code, status in table.items()}


def _addresses(wish: Wish, bar: lead_bar.LeadBar) -> dict[str, object]:
    query = lead_wishes.query()
    return {
        "shown": {column.key for column in wish.columns}, "hidden_filters": lead_wishes.given(but="columns"),
        "wants_more": wish.asks_for_more, "is_narrowed": wish.filter != LeadFilter(needle=wish.filter.needle),
        "query": query, "view": bar.view_of(query), "on_first": "after" not in request.args,
        "only": cache(lead_wishes.address),
        "is_default": not lead_wishes.query(sort=None, columns=None),
        "kept": [(name, request.args[name]) for name in ("sort", "columns", "person") if request.args.get(name)],
    }  # fmt: skip


def _with_columns() -> Response:
    """The columns that were ticked, as one short word in the address."""
    role = visit.actor().role
    ticked = lead_columns.chosen(role, request.args.getlist("column"))
    usual = lead_columns.chosen(role, ())
    columns = None if ticked == usual else ",".join(column.key for column in ticked)
    return pages.go(lead_wishes.address(columns=columns))


@portal.get("/leads.csv")
def leads_csv() -> Response:
    """What the list finds, as a file: companies get their own leads in full, staff get people masked."""
    return _file(personal=not visit.actor().is_admin)


@portal.post("/leads.csv")
@refusals.only(*nav.STAFF)
def leads_csv_personal() -> Response:
    """The same with people's data, for staff that ask for it; it is in the audit log before the first row goes."""
    return _file(personal=True)


def _file(*, personal: bool) -> Response:
    wish, actor, visitor = lead_wishes.wish(), visit.actor(), visit.visitor()
    asked = lead_exports.Asked(lead_wishes.told(), tuple(column.key for column in wish.columns), personal)
    with read_only():
        names = lead_bar.field_names(actor) if "fields" in asked.columns else ()
    sheet = Sheet(actor.role, visitor.currency, visitor.zone, names, personal)
    order = (
        wish.order if wish.order.by is By.MOMENT else NEWEST_FIRST
    )  # a sorted list is a part of it, a file all of it
    now = clock.now()
    if personal and actor.is_admin:
        with transaction():
            lead_exports.reveal(actor, asked, now=now)
    return csv_out.download(
        csv_out.Export(
            "leads",
            now.astimezone(ZoneInfo(visitor.zone)).date(),
            lead_columns.of_file(wish.columns, sheet),
            lambda cursor, limit: queries.listed(actor, wish.filter, cursor, limit, order),
            lambda rows, complete: lead_exports.ended(actor, asked, rows, complete=complete, now=clock.now()),
        )
    )
