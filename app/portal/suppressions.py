"""Suppression lists: who must never be sold, list by list; filled from files, tested with one value, taken away.

What people type or upload here is somebody's address or number: it stays in the body of one request and goes into no
URL, log or table.
"""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from uuid import UUID

from flask import Response, flash, request, url_for

from app import clock
from app.adapters import suppression_file
from app.adapters.suppression_file import MOST_LINES, TooLong, Unreadable, Upload
from app.domain.actor import STAFF
from app.domain.suppression import Purpose
from app.portal import masking, pages, refusals, visit
from app.portal.blueprint import portal
from app.portal.wording import counted
from app.queries import choices
from app.queries import suppressions as queries
from app.queries.suppressions import ListRow
from app.services import suppression_uploads, suppressions
from app.services.changes import NoSuchThing
from app.transaction import read_only, transaction

BIGGEST = 2 * 1024 * 1024
UPLOADS = ("portal.preview_suppressions", "portal.add_value_list", "portal.change_value_list")
LONGEST_NAME = 80
BAD_SHOWN = 50
PURPOSES: Mapping[str, str] = MappingProxyType({
    Purpose.OPT_OUT.value: "Opted out", Purpose.DO_NOT_CALL.value: "Do not call",
    Purpose.LITIGATOR.value: "Litigators", Purpose.BUYER.value: "A buyer's own",
})  # fmt: skip
COUNTRIES = (
    ("GB", "the United Kingdom"), ("US", "the United States"), ("ZA", "South Africa"), ("IE", "Ireland"),
    ("CA", "Canada"), ("AU", "Australia"), ("IN", "India"), ("", "no country: each has its own +code"),
)  # fmt: skip
GONE = "That upload has run out, or was added already. Upload it again."


@portal.get("/suppressions")
@refusals.only(*STAFF)
def suppression_lists() -> Response:
    """Every list with its size, and a place to test one person."""
    return _lists({}, 200)


@portal.post("/suppressions/test")
@refusals.only(*STAFF)
def test_suppression() -> Response:
    """Would a lead of this person be stopped, and by which list."""
    try:
        people = suppression_file.spellings(request.form.get("value", ""), request.form.get("country", ""))
    except Unreadable as fault:
        return _lists({"value": f"This is {fault}."}, 422)
    with read_only():
        hits = queries.standing(visit.actor(), people)
    return _lists({}, 200, tested=True, hits=hits)


@portal.get("/suppressions/new")
@refusals.only(*STAFF)
def new_suppression_list() -> Response:
    """A name and what it is for."""
    return _new({}, 200)


@portal.post("/suppressions/new")
@refusals.only(*STAFF)
def add_suppression_list() -> Response:
    """An empty list; filling it is the next page."""
    name, for_whom = " ".join(request.form.get("name", "").split()), request.form.get("purpose", "")
    purpose, _, buyer = for_whom.partition(":")
    faults = {} if 0 < len(name) <= LONGEST_NAME else {"name": f"Enter a name of at most {LONGEST_NAME} characters."}
    try:
        wanted, buyer_id = Purpose(purpose), UUID(buyer) if buyer else None
        if faults:
            return _new(faults, 422)
        with transaction():
            list_id = suppressions.add_list(visit.actor(), name, wanted, buyer_id=buyer_id, now=clock.now())
    except (ValueError, NoSuchThing):
        return _new(faults | {"purpose": "Choose what it is for."}, 422)
    flash(f"{name} is there. Nobody stands on it yet.")
    return pages.go(url_for("portal.suppression_list", list_id=list_id))


@portal.get("/suppressions/<uuid:list_id>")
@refusals.only(*STAFF)
def suppression_list(list_id: UUID) -> Response:
    """One list: fill it, take somebody off it, delete it."""
    return _one(list_id, {}, 200)


@portal.post("/suppressions/<uuid:list_id>/preview")
@refusals.only(*STAFF)
def preview_suppressions(list_id: UUID) -> Response:
    """Read a file and say what would come of it; nothing is on the list before it is confirmed."""
    row = _row(list_id)
    text = typed_or_uploaded()
    if not text.strip():
        return _one(list_id, {"file": "Choose a file, or type at least one line."}, 422)
    try:
        upload = suppression_file.read(text, request.form.get("country", ""))
    except TooLong:
        return _one(list_id, {"file": f"At most {MOST_LINES:,} lines at once; split the file."}, 422)
    found = None
    if upload.entries:
        with transaction():
            found = suppression_uploads.preview(visit.actor(), list_id, upload, now=clock.now())
    return pages.page(
        "suppressions/preview.html", row=row, upload=upload, found=found, purposes=PURPOSES, bad_shown=BAD_SHOWN,
        samples=_masked(upload),
    )  # fmt: skip


@portal.post("/suppressions/<uuid:list_id>/add")
@refusals.only(*STAFF)
def confirm_suppressions(list_id: UUID) -> Response:
    """Put the previewed people on the list."""
    row = _row(list_id)
    try:
        with transaction():
            filled = suppression_uploads.confirm(
                visit.actor(), list_id, UUID(request.form.get("draft", "")), now=clock.now()
            )
    except (ValueError, NoSuchThing):
        return _one(list_id, {"file": GONE}, 422)
    flash(f"{counted(filled.added, 'entry', 'entries')} added to {row.name}. The next lead obeys.")
    return pages.go(url_for("portal.suppression_list", list_id=list_id))


@portal.post("/suppressions/<uuid:list_id>/remove")
@refusals.only(*STAFF)
def remove_suppression(list_id: UUID) -> Response:
    """Take one person off the list."""
    row = _row(list_id)
    try:
        people = suppression_file.spellings(request.form.get("value", ""), request.form.get("country", ""))
    except Unreadable as fault:
        return _one(list_id, {"value": f"This is {fault}."}, 422)
    with transaction():
        gone = suppressions.remove(visit.actor(), list_id, people, now=clock.now())
    if not gone:
        return _one(list_id, {"value": f"Nobody like this stands on {row.name}."}, 422)
    flash(f"Taken off {row.name}. Other lists may still hold the same person: test it there.")
    return pages.go(url_for("portal.suppression_list", list_id=list_id))


@portal.post("/suppressions/<uuid:list_id>/delete")
@refusals.only(*STAFF)
def delete_suppression_list(list_id: UUID) -> Response:
    """The list and everybody on it."""
    row = _row(list_id)
    with transaction():
        count = suppressions.remove_list(visit.actor(), list_id, now=clock.now())
    flash(f"{row.name} is deleted; {counted(count, 'entry', 'entries')} no longer stop anything.")
    return pages.go(url_for("portal.suppression_lists"))


def _row(list_id: UUID) -> ListRow:
    with read_only():
        row = queries.one(visit.actor(), list_id)
    if row is None:
        refusals.not_yours("suppression_list", list_id)
    return row


def typed_or_uploaded() -> str:
    """The file as text, and below it what was typed."""
    sent = request.files.get("file")
    raw = sent.read() if sent else b""
    typed = request.form.get("lines", "")
    return "\n".join(part for part in (_decoded(raw), typed) if part.strip())


def _decoded(raw: bytes) -> str:
    """UTF-8, or UTF-16 with its mark as spreadsheets write it, or the Windows code page: no byte is refused."""
    if raw.startswith((b"\xff\xfe", b"\xfe\xff")):
        return raw.decode("utf-16", "replace")
    try:
        return raw.decode("utf-8")
    except UnicodeDecodeError:
        return raw.decode("cp1252", "replace")


def _masked(upload: Upload) -> list[tuple[str, str]]:
    return [
        (kind, f"{value.strip()[:6]}…" if kind == "hash" else masking.masked(kind, value.strip()))
        for kind, value in upload.samples
    ]


def _lists(
    faults: dict[str, str], status: int, *, tested: bool = False, hits: tuple[queries.HitRow, ...] = ()
) -> Response:
    with read_only():
        found = queries.listed(visit.actor())
    return pages.page(
        "suppressions/list.html", status=status, found=found, faults=faults, tested=tested, hits=hits,
        purposes=PURPOSES, countries=COUNTRIES, form=request.form,
    )  # fmt: skip


def _new(faults: dict[str, str], status: int) -> Response:
    with read_only():
        buyers = choices.choices(visit.actor()).buyers
    return pages.page(
        "suppressions/new.html", status=status, faults=faults, form=request.form, purposes=PURPOSES, buyers=buyers,
        longest=LONGEST_NAME,
    )  # fmt: skip


def _one(list_id: UUID, faults: dict[str, str], status: int) -> Response:
    return pages.page(
        "suppressions/show.html", status=status, row=_row(list_id), faults=faults, purposes=PURPOSES,
        countries=COUNTRIES, form=request.form, most=MOST_LINES, asked="delete" in request.args,
    )  # fmt: skip
