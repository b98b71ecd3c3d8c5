"""Value lists: what filters may refer to by name, with the contracts that do."""

from __future__ import annotations

from uuid import UUID

from flask import Response, flash, request, url_for

from app import clock
from app.domain.actor import STAFF
from app.portal import pages, refusals, visit
from app.portal.blueprint import portal
from app.portal.suppressions import typed_or_uploaded
from app.queries import value_lists as queries
from app.queries.value_lists import ValueListRow
from app.services import value_lists
from app.services.changes import Refused
from app.services.contract_faults import Faulty
from app.services.value_lists import LONGEST_NAME, MOST_VALUES, ChangedMeanwhile
from app.transaction import read_only, transaction

CHANGED = "Somebody changed the list while you did. Their values are below yours; put together what shall hold."


@portal.get("/lists")
@refusals.only(*STAFF)
def value_list_pages() -> Response:
    """Every list: how long it is, and how many contracts use it."""
    with read_only():
        found, uses = queries.listed(visit.actor()), value_lists.uses(visit.actor())
    return pages.page("lists/list.html", found=found, uses=uses)


@portal.get("/lists/new")
@refusals.only(*STAFF)
def new_value_list() -> Response:
    """A name and its first values."""
    return _new({}, 200)


@portal.post("/lists/new")
@refusals.only(*STAFF)
def add_value_list() -> Response:
    """A new list."""
    name, text = request.form.get("name", ""), typed_or_uploaded()
    try:
        with transaction():
            list_id = value_lists.add(visit.actor(), name, text.splitlines(), now=clock.now())
    except Refused as refused:
        return _new(dict(refused.faults) if isinstance(refused, Faulty) else {"name": str(refused)}, 422, text)
    flash(f"{name} is there. Filters of contracts may name it now.")
    return pages.go(url_for("portal.value_list", value_list_id=list_id))


@portal.get("/lists/<uuid:value_list_id>")
@refusals.only(*STAFF)
def value_list(value_list_id: UUID) -> Response:
    """What it holds, and who uses it."""
    return _one(value_list_id, {}, 200)


@portal.post("/lists/<uuid:value_list_id>")
@refusals.only(*STAFF)
def change_value_list(value_list_id: UUID) -> Response:
    """Replace what it holds; with a file, its lines are added to what was typed."""
    text = typed_or_uploaded()
    try:
        with transaction():
            came, went = value_lists.change(
                visit.actor(), value_list_id, text.splitlines(), was=request.form.get("was", ""), now=clock.now()
            )
    except ChangedMeanwhile as theirs:
        return _one(value_list_id, {"lines": CHANGED}, 409, text, theirs.values)
    except Refused as refused:
        return _one(value_list_id, {"lines": str(refused)}, 422, text)
    flash(f"{came:,} came, {went:,} went. The next lead obeys." if came or went else "Nothing was different.")
    return pages.go(url_for("portal.value_list", value_list_id=value_list_id))


@portal.post("/lists/<uuid:value_list_id>/delete")
@refusals.only(*STAFF)
def delete_value_list(value_list_id: UUID) -> Response:
    """A list that no contract names."""
    try:
        with transaction():
            value_lists.remove(visit.actor(), value_list_id, now=clock.now())
    except Refused as refused:
        return _one(value_list_id, {"delete": str(refused)}, 422)
    flash("The list is deleted.")
    return pages.go(url_for("portal.value_list_pages"))


def _row(value_list_id: UUID) -> ValueListRow:
    with read_only():
        row = queries.one(visit.actor(), value_list_id)
    if row is None:
        refusals.not_yours("value_list", value_list_id)
    return row


def _new(faults: dict[str, str], status: int, text: str = "") -> Response:
    return pages.page(
        "lists/new.html", status=status, faults=faults, form=request.form, text=text, longest=LONGEST_NAME,
        most=MOST_VALUES,
    )  # fmt: skip


def _one(
    value_list_id: UUID, faults: dict[str, str], status: int, text: str = "", theirs: tuple[str, ...] = ()
) -> Response:
    row = _row(value_list_id)
    with read_only():
        contracts = value_lists.naming(visit.actor(), row.name)
    return pages.page(
        "lists/show.html", status=status, row=row, faults=faults, contracts=contracts, theirs=theirs, most=MOST_VALUES,
        text=text or "\n".join(row.values), was=value_lists.mark_of(row.values), asked="delete" in request.args,
    )  # fmt: skip
