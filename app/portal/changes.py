"""Changes of contracts that buyers asked for: the queue, each with before and after in words, decided by admins."""

from __future__ import annotations

from dataclasses import dataclass
from uuid import UUID

from flask import Response, flash, request, url_for

from app import clock
from app.domain.actor import Role
from app.domain.contract_terms import Terms, differing
from app.portal import change_estimate, contract_words, filters, nav, pages, refusals, visit, words
from app.portal.blueprint import portal
from app.queries import contract_changes as queries
from app.queries import contract_choices
from app.queries import contracts as reading
from app.queries.contract_changes import ChangeRow
from app.services import contract_changes as services
from app.services.changes import Refused
from app.transaction import read_only, transaction

MEANWHILE = "Somebody changed the contract meanwhile. Read the values again and decide on these."


@dataclass(frozen=True)
class Line:
    """One term: as it was when the buyer asked, as it is now, and as the buyer wants it."""

    word: str
    before: list[str]
    now: list[str]
    after: list[str]

    @property
    def moved(self) -> bool:
        """It is no longer what the buyer saw."""
        return self.now != self.before


@portal.get("/changes")
@refusals.only(*nav.BUYING)
def changes() -> Response:
    """Those that wait first; a buyer sees its own."""
    actor, cursor = visit.actor(), filters.cursor()
    status = filters.one_of("status", {**words.CHANGE, "any": None}, "waiting")
    with read_only():
        found = queries.listed(actor, "" if status == "any" else status, cursor, filters.PAGE_SIZE)
        names = _offer_names()
    return pages.page(
        "changes/list.html",
        fragment="batch" if cursor else "rows",
        found=found,
        status_chosen=status,
        statuses=[(code, one.word) for code, one in words.CHANGE.items()],
        lines={row.id: lines(row, None, names) for row in found.rows},
        next_url=filters.same_with(after=found.next) if found.next else "",
        for_buyer=actor.role is Role.BUYER,
    )


@portal.get("/changes/<uuid:change_id>")
@refusals.only(*nav.BUYING)
def contract_change(change_id: UUID) -> Response:
    """One change: what would be different."""
    return _page(change_id, {}, 200)


@portal.post("/changes/<uuid:change_id>/<any(approve,reject,withdraw):act>")
@refusals.only(*nav.BUYING)
def decide_change(change_id: UUID, act: str) -> Response:
    """Approve (the next lead obeys), reject with a word, or take it back."""
    actor, now, message = visit.actor(), clock.now(), request.form.get("message", "")
    version = request.form.get("version", "0")
    theirs = actor.is_admin or act == "withdraw"
    with read_only():
        if not theirs or queries.one(actor, change_id) is None:
            refusals.not_yours("contract_change", change_id)
    try:
        with transaction():
            if act == "approve":
                seen = int(version) if version.isdecimal() and len(version) < 10 else 0  # noqa: PLR2004 - a milliard
                services.approve(actor, change_id, version=seen, message=message, now=now)
            elif act == "reject":
                services.reject(actor, change_id, message=message, now=now)
            else:
                services.withdraw(actor, change_id, now=now)
    except services.Stale:
        return _page(change_id, {"version": MEANWHILE}, 409)
    except Refused as refused:
        return _page(change_id, {"message": str(refused)}, 422)
    flash(TOLD[act])
    return pages.go(url_for("portal.changes" if act != "withdraw" else "portal.contracts"))


TOLD = {
    "approve": "Approved. The next lead obeys.",
    "reject": "Rejected. The contract stays as it is, and the buyer reads why.",
    "withdraw": "You took the change back. The contract stays as it is.",
}


def lines(row: ChangeRow, now: Terms | None, names: dict[str, str]) -> list[Line]:
    """The terms concerned, in words."""
    return [
        Line(
            contract_words.TERMS[term], contract_words.lines(term, row.before[term], names),
            contract_words.lines(term, (now or row.before)[term], names),
            contract_words.lines(term, row.after[term], names),
        )
        for term in differing({}, row.after)
    ]  # fmt: skip


def _page(change_id: UUID, faults: dict[str, str], status: int) -> Response:
    actor = visit.actor()
    with read_only():
        row = queries.one(actor, change_id)
        if row is None:
            refusals.not_yours("contract_change", change_id)
        found = reading.snapshot(actor, row.contract_id)
        names = _offer_names()
        to_decide = found if actor.is_admin and row.status == "waiting" else None
        effect = change_estimate.effect(to_decide, row) if to_decide else None
    return pages.page(
        "changes/show.html",
        status=status,
        row=row,
        lines=lines(row, found.terms if found and row.status == "waiting" else None, names),
        faults=faults,
        message=request.form.get("message", ""),
        for_staff=actor.is_admin,
        counted=to_decide is not None,
        effect=effect,
    )


def _offer_names() -> dict[str, str]:
    return {str(one.id): one.name for one in contract_choices.offers(visit.actor())}
