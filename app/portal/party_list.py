"""The list of buyers and the list of publishers: the same filters, the same page."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from flask import Response

from app import clock
from app.portal import filters, pages, visit, words
from app.queries.page import Page
from app.queries.party_filter import PartyFilter
from app.transaction import read_only


def show(template: str, listed: Callable[..., Page[Any]]) -> Response:
    """One page of what ``listed`` (a query of the party's own) finds for the filters in the address."""
    cursor = filters.cursor()
    wanted = PartyFilter(filters.text("name", 80), filters.one_of("status", words.PARTY))
    with read_only():
        found = listed(visit.actor(), wanted, cursor, filters.PAGE_SIZE, zone=visit.visitor().zone, now=clock.now())
    return pages.page(
        template,
        fragment="batch" if cursor else "rows",
        found=found,
        chosen=wanted,
        is_filtered=wanted != PartyFilter(),
        statuses=[(code, one.word) for code, one in words.PARTY.items()],
        next_url=filters.same_with(after=found.next) if found.next else "",
    )
