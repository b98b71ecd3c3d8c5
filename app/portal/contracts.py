"""The contracts: all of them for admins, a buyer's own for the buyer; paused and resumed from the list."""

from __future__ import annotations

from uuid import UUID

from flask import Response, flash, request, url_for

from app import clock
from app.domain.actor import Role
from app.portal import contract_words, filters, nav, pages, refusals, visit, words
from app.portal.blueprint import portal
from app.queries import choices, contract_order
from app.queries import contracts as queries
from app.queries.contract_filter import ContractFilter
from app.queries.contract_order import Place
from app.queries.contracts import ContractRow
from app.queries.page import BadCursor
from app.services import contract_edits
from app.services.changes import NoSuchThing, Refused
from app.transaction import read_only, transaction


@portal.get("/contracts")
@refusals.only(*nav.BUYING)
def contracts() -> Response:
    """By buyer and name, each with what is taken under its caps."""
    return _list("", 200)


@portal.post("/contracts/<uuid:contract_id>/<any(pause,resume):act>")
@refusals.only(*nav.BUYING)
def switch_contract(contract_id: UUID, act: str) -> Response:
    """Pause or resume, from the next lead on; beyond the buyer's permission it is asked for."""
    actor = visit.actor()
    try:
        with transaction():
            done = contract_edits.set_status(actor, contract_id, _status(act), now=clock.now())
    except NoSuchThing:
        refusals.not_yours("contract", contract_id)
    except Refused as refused:
        return _list(str(refused), 422)
    if done.change_id:
        flash(f"You asked to {act} it. It stays as it is until the request is approved.")
    back = visit.local_path(request.form.get("back") or url_for("portal.contracts"))
    mark = {} if done.change_id or not done.applied else {"done": str(contract_id)}
    return pages.go(_with(back, mark))


def _list(fault: str, status: int) -> Response:
    actor, place, now = visit.actor(), _place(), clock.now()
    wanted = ContractFilter(
        status=filters.one_of("status", words.CONTRACT),
        buyer_id=filters.uuid("buyer") if actor.is_admin else None,
        vertical_id=filters.uuid("vertical"),
        name=filters.text("name", 80),
    )
    with read_only():
        found = queries.by_name(actor, wanted, place, filters.PAGE_SIZE, now=now)
        offered = choices.choices(actor) if place is None else None
    return pages.page(
        "contracts/list.html",
        fragment="batch" if place else "rows",
        status=status,
        found=found,
        chosen=wanted,
        offered=offered,
        fault=fault,
        say=contract_words,
        right=_right,
        statuses=[(code, one.word) for code, one in words.CONTRACT.items()],
        is_filtered=wanted != ContractFilter(),
        next_url=filters.same_with(after=found.next, ask=None, done=None) if found.next else "",
        asked=filters.uuid("ask"),
        done=filters.uuid("done"),
        ask_url=lambda row_id: filters.same_with(ask=row_id, done=None, after=None),
        back=request.path + filters.same_with(ask=None, done=None, after=None),
        for_buyer=actor.role is Role.BUYER,
    )


def _place() -> Place | None:
    """Where the page begins. Raises Problem for text that is no place."""
    text = filters.text("after", contract_order.LONGEST)
    try:
        return Place.parse(text) if text else None
    except BadCursor as error:
        raise filters.unreadable("after") from error


def _right(row: ContractRow) -> str:
    """What this person may do with the contract's status."""
    return str(contract_edits.may(visit.actor(), row.permissions, "status"))


def _status(act: str) -> contract_edits.Status:
    return "paused" if act == "pause" else "active"


def _with(path: str, more: dict[str, str]) -> str:
    joined = "&".join(f"{name}={value}" for name, value in more.items())
    return f"{path}{'&' if '?' in path else '?'}{joined}" if joined else path
