from datetime import UTC, datetime, timedelta
from uuid import UUID

import pytest

from app.queries.page import BadCursor, Cursor, cut

NOON = datetime(2026, 11, 20, 12, 0, 0, 123456, tzinfo=UTC)
SOME_ID = UUID("01943b2e-0000-7000-8000-000000000001")


def test_a_cursor_comes_back_as_it_was_written():
    cursor = Cursor(NOON, SOME_ID)
    assert Cursor.parse(str(cursor)) == cursor


@pytest.mark.parametrize("text", ["", "x", "AAAA", "é", "A" * 33, str(Cursor(NOON, SOME_ID))[:-4], "_" * 32])
def test_any_other_text_is_refused(text: str):
    with pytest.raises(BadCursor):
        Cursor.parse(text)


def test_one_row_too_many_only_tells_that_more_follow():
    rows = [Cursor(NOON - timedelta(seconds=number), SOME_ID) for number in range(3)]
    page = cut(rows, 2, lambda row: row)
    assert page.rows == tuple(rows[:2])
    assert page.next == rows[1]


def test_the_last_page_has_no_next():
    rows = [Cursor(NOON, SOME_ID)]
    assert cut(rows, 2, lambda row: row).next is None
    assert not cut([], 2, lambda row: row).has_more
