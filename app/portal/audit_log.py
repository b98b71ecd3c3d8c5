"""The audit log: who did what to which thing, with before and after; as a page and as a file."""

from __future__ import annotations

import json
from typing import NamedTuple
from zoneinfo import ZoneInfo

from flask import Response

from app import clock
from app.portal import audit_words, csv_out, filters, nav, pages, refusals, visit
from app.portal.blueprint import portal
from app.portal.csv_out import Column, Export
from app.queries import audit_log as queries
from app.queries import users
from app.queries.audit_log import AuditFilter, AuditRow
from app.services import audit
from app.transaction import read_only

LONGEST_ACTION = 80


class Action(NamedTuple):
    """One choice of the filter."""

    code: str
    word: str


@portal.get("/audit", endpoint="audit")
@refusals.only(*nav.STAFF)
def audit_page() -> Response:
    """Newest first; filters in the address."""
    actor, cursor, wanted = visit.actor(), filters.cursor(), _wanted()
    with read_only():
        found = queries.listed(actor, wanted, cursor, filters.PAGE_SIZE)
        actions = queries.actions(actor)
        people = users.named(actor)
    return pages.page(
        "audit/list.html",
        fragment="batch" if cursor else "rows",
        found=found,
        chosen=wanted,
        period=filters.one_of("period", filters.PERIODS, "all"),
        periods=filters.PERIODS,
        actions=[Action(code, audit_words.action_word(code)) for code in actions],
        people=people,
        kinds=sorted(audit_words.KINDS.items(), key=lambda pair: pair[1]),
        say=audit_words,
        is_filtered=wanted != AuditFilter(),
        next_url=filters.same_with(after=found.next) if found.next else "",
        csv_query=filters.same_with(after=None),
    )


@portal.get("/audit.csv")
@refusals.only(*nav.STAFF)
def audit_csv() -> Response:
    """What the filters find, as a file; that it was taken stands in the log itself."""
    actor, wanted, zone = visit.actor(), _wanted(), visit.visitor().zone
    asked = {name: str(value) for name, value in _fields(wanted).items() if value}

    def ended(rows: int, complete: bool) -> None:  # noqa: FBT001 - csv_out.Export calls it so
        after = {"filter": asked, "rows": rows, "complete": complete}
        audit.record(actor, "audit.exported", ("audit", None), now=clock.now(), after=after)

    return csv_out.download(
        Export(
            name="audit",
            day=clock.now().astimezone(ZoneInfo(zone)).date(),
            columns=_columns(zone),
            read=lambda cursor, limit: queries.listed(actor, wanted, cursor, limit),
            ended=ended,
        )
    )


def _columns(zone: str) -> list[Column[AuditRow]]:
    return [
        Column(f"At ({zone})", lambda row: csv_out.moment(row.at, zone)),
        Column("Who", audit_words.actor),
        Column("Action", lambda row: row.action),
        Column("Kind", lambda row: row.kind),
        Column("Subject", lambda row: row.subject or ""),
        Column("Subject id", lambda row: row.subject_id),
        Column("Before", lambda row: _side(row, 1)),
        Column("After", lambda row: _side(row, 2)),
        Column("Request id", lambda row: row.request_id),
    ]


def _side(row: AuditRow, side: int) -> str:
    """One side of all its fields as JSON; empty when there is none."""
    said = {line.word: list(line[side]) for line in audit_words.lines(row) if line[side]}
    return json.dumps(said, ensure_ascii=False) if said else ""


def _wanted() -> AuditFilter:
    period = filters.one_of("period", filters.PERIODS, "all")
    since, until = filters.period(period, visit.visitor().zone, clock.now())
    return AuditFilter(
        who=filters.uuid("who"),
        action=filters.text("action", LONGEST_ACTION),
        kind=filters.one_of("kind", audit_words.KINDS),
        subject_id=filters.uuid("subject"),
        since=since,
        until=until,
    )


def _fields(wanted: AuditFilter) -> dict[str, object]:
    return {
        "who": wanted.who, "action": wanted.action, "kind": wanted.kind, "subject": wanted.subject_id,
        "since": wanted.since, "until": wanted.until,
    }  # fmt: skip
