"""Traces as releases before stored them, whole in their row: they are read as ever."""

from datetime import UTC, datetime
from uuid import UUID

from app.domain import reasons
from app.domain.auction import Entry
from app.domain.eligibility import Outcome
from app.domain.reasons import No
from app.domain.trace import unpack_whole

MORNING = datetime(2026, 11, 21, tzinfo=UTC)
KEPT = {
    "version": 1,
    "currency": "GBP",
    "buyers": [[str(UUID(int=1)), "Northgate"], [str(UUID(int=2)), "Harbour"]],
    "reasons": [
        {"code": "geo_mismatch", "detail": "state NY is not in TX", "rule": "filter"},
        {"code": "daily_cap_reached", "detail": "50 of 50 taken today", "resets_at": MORNING.isoformat()},
    ],
    "rows": [
        [str(UUID(int=7)), "Northgate UK", 0, "sold", [], 6200, "London", 1, None],
        [str(UUID(int=8)), "Harbour UK", 1, "filtered", [0, 1], 4200, "", None, None],
        [str(UUID(int=9)), "Harbour US", 1, "timeout", [0], None, "", None, 300],
    ],
}


def test_a_trace_of_the_first_form_is_read_as_it_was_written():
    outside = No(reasons.GEO_MISMATCH, "state NY is not in TX", "filter")
    full = No(reasons.DAILY_CAP_REACHED, "50 of 50 taken today", resets_at=MORNING)
    northgate, harbour = (UUID(int=1), "Northgate"), (UUID(int=2), "Harbour")

    assert unpack_whole(KEPT) == (
        Entry(UUID(int=7), "Northgate UK", *northgate, Outcome.SOLD, (), 6200, "GBP", "London", 1),
        Entry(UUID(int=8), "Harbour UK", *harbour, Outcome.FILTERED, (outside, full), 4200, "GBP"),
        Entry(UUID(int=9), "Harbour US", *harbour, Outcome.TIMEOUT, (outside,), took_ms=300),
    )
