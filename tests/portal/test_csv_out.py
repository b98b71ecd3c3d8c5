import csv
import io
from collections.abc import Iterator
from datetime import UTC, date, datetime
from decimal import Decimal
from uuid import uuid4

import pytest
from flask import Flask, g
from sqlalchemy import text

from app.db import db
from app.portal import csv_out
from app.portal.csv_out import Column, Export
from app.portal.stream_slots import StreamSlots
from app.queries.page import Cursor, Page
from app.web.problem import Problem
from tests.portal.people import Person

DAY = date(2026, 11, 20)


@pytest.mark.parametrize(
    "text",
    [
        '=HYPERLINK("http://evil.example","x")', "+44 7712 345678", "+447712345678", "-2+3", "@SUM(A1)", "\t=1", "\r=1",
        " =1", '"=1', "'=1", "“+1", "＝1+1", "-", "\n=1", "\tplain",
    ],
)  # fmt: skip
def test_text_that_a_spreadsheet_would_compute_gets_an_apostrophe(text: str):
    assert csv_out.cell(text) == "'" + text


@pytest.mark.parametrize(
    ("value", "shown"),
    [
        (-12, "-12"), (Decimal("-3.50"), "-3.50"), ("-12.5", "-12.5"), (42, "42"), ("0044", "0044"), (None, ""),
        (True, "yes"), ("O'Neill", "O'Neill"), ("a=b", "a=b"), ("<img src=x onerror=alert(1)>",) * 2, ("Zoë", "Zoë"),
    ],
)  # fmt: skip
def test_numbers_stay_numbers_and_text_stays_text(value: object, shown: str):
    assert csv_out.cell(value) == shown


def test_a_line_is_quoted_where_it_must_be():
    assert csv_out.line(['say "a, b"', "two\nlines", 1]) == '"say ""a, b""","two\nlines",1\r\n'


def test_a_moment_is_told_in_the_zone_of_its_head():
    assert csv_out.moment(datetime(2026, 7, 1, 23, 30, tzinfo=UTC), "Europe/London") == "2026-07-02 00:30:00"
    assert csv_out.moment(None, "UTC") == ""


class Numbers:
    """A list of numbers, and what became of its download."""

    def __init__(self, most: int) -> None:
        self.most = most
        self.asked: list[int] = []
        self.ended: list[tuple[int, bool]] = []

    def read(self, cursor: Cursor | None, limit: int) -> Page[int]:
        db.session.execute(text("select 1"))
        self.asked.append(limit)
        begin = cursor.at.microsecond if cursor else 0
        end = min(begin + limit, self.most)
        goes_on = Cursor(datetime(2026, 1, 1, microsecond=end, tzinfo=UTC), uuid4()) if end < self.most else None
        return Page(tuple(range(begin, end)), goes_on)

    def export(self, limit: int = csv_out.LIMIT) -> Export[int]:
        columns = [Column("Number", int)]
        return Export("numbers", DAY, columns, self.read, lambda *how: self.ended.append(how), limit)


@pytest.fixture
def at_the_desk(app: Flask, alice: Person) -> Iterator[None]:
    """Inside a request of Alice's."""
    cookie = alice.client.get_cookie("visit")
    assert cookie
    with app.test_request_context("/leads", headers={"Cookie": f"visit={cookie.value}"}):
        app.preprocess_request()
        assert g.visitor
        yield


def test_a_file_is_read_in_batches_with_no_transaction_left_open(at_the_desk: None):
    numbers = Numbers(1200)
    answer = csv_out.download(numbers.export())
    assert answer.headers["Content-Disposition"] == 'attachment; filename="numbers-2026-11-20.csv"'
    assert not numbers.asked
    told = []
    for chunk in answer.response:
        told.append(chunk)
        assert not db.session().in_transaction()
    answer.close()
    body = "".join(part.decode() if isinstance(part, bytes) else part for part in told)
    assert body.startswith("\ufeffNumber\r\n")
    assert [row[0] for row in csv.reader(io.StringIO(body))][1:] == [str(number) for number in range(1200)]
    assert numbers.asked == [500, 500, 500]
    assert numbers.ended == [(1200, True)]


def test_a_file_that_would_be_longer_than_the_limit_says_so(at_the_desk: None):
    numbers = Numbers(1200)
    answer = csv_out.download(numbers.export(limit=700))
    body = answer.get_data(as_text=True)
    assert body.splitlines()[-1] == '"The file ends here, after 700 rows; there are more. Narrow the filter."'
    assert numbers.ended == [(700, False)]


def test_who_goes_away_half_way_is_written_down_too(at_the_desk: None):
    numbers = Numbers(1200)
    answer = csv_out.download(numbers.export())
    chunks = iter(answer.response)
    next(chunks)
    next(chunks)
    next(chunks)  # the first five hundred are on their way only when the next are asked for
    answer.close()
    assert numbers.ended == [(500, False)]


def test_downloads_hold_a_share_of_the_threads_alone(app: Flask, at_the_desk: None):
    app.extensions[csv_out.SLOTS] = StreamSlots(1, 1)
    first = csv_out.download(Numbers(1).export())
    with pytest.raises(Problem) as refused:
        csv_out.download(Numbers(1).export())
    assert refused.value.headers["Retry-After"] == "10"
    first.close()
    csv_out.download(Numbers(1).export()).close()
