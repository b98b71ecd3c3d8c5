"""Opening hours: weekday rows in the owner's zone; no rows at all means always open.

A row opens and closes at moments: a time of day that the clocks skip is read with the offset before the change, and
one that comes twice is its first coming (RFC 5545, section 3.3.5). A row whose closing is not after its opening runs
on into the next day; 00:00 to 00:00 is the whole day. The first open row from the top decides price and cap.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from typing import Any, Self
from zoneinfo import ZoneInfo

from app.domain.money import Money

DAY = timedelta(days=1)
EVERY_DAY = frozenset(range(7))
_AHEAD = 9
"""Days to look ahead: a week, and the days that the date line or a change of clocks can add."""


@dataclass(frozen=True, slots=True)
class ScheduleRow:
    """Open on these weekdays (Monday is 0) from ``opens`` to ``closes``; ``price`` and ``cap`` hold while it is open.

    ``cap``: leads a day under this row. Raises ValueError for a row that names no weekday.
    """

    weekdays: frozenset[int]
    opens: time = time()
    closes: time = time()
    price: Money | None = None
    cap: int | None = None

    def __post_init__(self) -> None:
        if not self.weekdays or not self.weekdays <= EVERY_DAY:
            raise ValueError("a row of the schedule names weekdays, 0 (Monday) to 6 (Sunday)")

    @classmethod
    def from_json(cls, kept: Mapping[str, Any], currency: str) -> Self:
        """{"weekdays", "opens", "closes", "price_minor", "cap"}; times as HH:MM. Raises ValueError."""
        minor = kept.get("price_minor")
        return cls(
            frozenset(map(int, kept["weekdays"])),
            time.fromisoformat(kept.get("opens", "00:00")),
            time.fromisoformat(kept.get("closes", "00:00")),
            None if minor is None else Money.from_minor(int(minor), currency),
            kept.get("cap"),
        )

    def to_json(self) -> dict[str, Any]:
        """For the contract's or the source's row."""
        kept: dict[str, Any] = {
            "weekdays": sorted(self.weekdays),
            "opens": f"{self.opens:%H:%M}",
            "closes": f"{self.closes:%H:%M}",
        }
        optional = {"price_minor": self.price and self.price.minor, "cap": self.cap}
        return kept | {name: value for name, value in optional.items() if value is not None}


def rows_from_json(kept: Iterable[Mapping[str, Any]], currency: str) -> tuple[ScheduleRow, ...]:
    """A whole schedule. Raises ValueError naming the row, counted from 1."""
    rows = []
    for number, row in enumerate(kept, start=1):
        try:
            rows.append(ScheduleRow.from_json(row, currency))
        except (KeyError, TypeError, ValueError) as fault:
            raise ValueError(f"row {number} of the schedule: {fault}") from fault
    return tuple(rows)


def is_open(rows: Sequence[ScheduleRow], zone: str, now: datetime) -> bool:
    """Open now: one of the rows is, or there are none."""
    return not rows or open_row(rows, zone, now) is not None


def open_row(rows: Sequence[ScheduleRow], zone: str, now: datetime) -> ScheduleRow | None:
    """The first row from the top that is open now; None when none is, and when there are no rows."""
    if not rows:
        return None
    local = ZoneInfo(zone)
    today = now.astimezone(local).date()
    days = (today, today - DAY, today + DAY)  # tomorrow: where clocks go back over midnight, it may have begun
    return next((row for row in rows if any(_covers(row, local, day, now) for day in days)), None)


def opens_next(rows: Sequence[ScheduleRow], zone: str, now: datetime) -> datetime | None:
    """When a closed schedule opens again (UTC): `now` itself if it is open, None if it never does."""
    if is_open(rows, zone, now):
        return now
    return min((start for start in _openings(rows, ZoneInfo(zone), now) if start > now), default=None)


def _openings(rows: Sequence[ScheduleRow], zone: ZoneInfo, now: datetime) -> Iterator[datetime]:
    today = now.astimezone(zone).date()
    for row in rows:
        for ahead in range(_AHEAD):
            start, end = _span(row, zone, today + ahead * DAY)
            if (today + ahead * DAY).weekday() in row.weekdays and start < end:
                yield start


def _covers(row: ScheduleRow, zone: ZoneInfo, day: date, now: datetime) -> bool:
    if day.weekday() not in row.weekdays:
        return False
    start, end = _span(row, zone, day)
    return start <= now < end


def _span(row: ScheduleRow, zone: ZoneInfo, day: date) -> tuple[datetime, datetime]:
    """When the row opens on that day and when it closes after, in UTC."""
    last = day if row.closes > row.opens else day + DAY
    return _moment(zone, day, row.opens), _moment(zone, last, row.closes)


def _moment(zone: ZoneInfo, day: date, at: time) -> datetime:
    return datetime.combine(day, at, tzinfo=zone).astimezone(UTC)
