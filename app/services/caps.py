"""Cap places: taken with a sale, given back on a decline, never passed by one.

The single way to take a place is one guarded statement: it either moves the counter within the
limit or changes nothing. Read-then-write sold 1,200 leads on a cap of 500 when it was measured.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import BigInteger, bindparam, select, update

from app.db import db
from app.models.contracts import CapUsage
from app.models.upsert import Guarded


class Full(Exception):
    """A cap had no place left when it came to taking one."""


@dataclass(frozen=True, slots=True)
class Place:
    """A place asked for: under this cap, in the window that began then; amount in the cap's measure.

    ``while_in_work``: given back as soon as the buyer has the lead (a cap on concurrency).
    """

    cap_id: UUID
    window_start: datetime
    amount: int
    limit: int
    while_in_work: bool = False

    def to_json(self) -> list[Any]:
        """For the sale's row, so that it can be given back."""
        return [str(self.cap_id), self.window_start.isoformat(), self.amount, self.while_in_work]


def take(tenant_id: UUID, places: Iterable[Place]) -> None:
    """Take every place in the current transaction, in one fixed order, or raise Full.

    After Full the caller rolls back, which gives back the places taken before it.
    """
    wanted = sorted(places, key=lambda one: (one.cap_id, one.window_start))
    rows = [
        {
            "tenant_id": tenant_id,
            "id": place.cap_id,
            "window_start": place.window_start,
            "used": place.amount,
            "most": place.limit,
        }
        for place in wanted
    ]
    if any(place.amount > place.limit for place in wanted) or _TAKE.run(rows) != len(rows):
        raise Full


_TAKE = Guarded(
    CapUsage,
    lambda insert: insert.values(
        {name: bindparam(name) for name in ("tenant_id", "id", "window_start", "used")}
    ).on_conflict_do_update(
        index_elements=["tenant_id", "id", "window_start"],
        set_={"used": CapUsage.used + insert.excluded.used},
        where=CapUsage.used + insert.excluded.used <= bindparam("most", type_=BigInteger()),
    ),
)


def have_room(tenant_id: UUID, places: Iterable[Place]) -> bool:
    """Whether each of these places could be taken at this moment; none is, so the answer may be old already."""
    return all(_used(tenant_id, place) + place.amount <= place.limit for place in places)


def _used(tenant_id: UUID, place: Place) -> int:
    used = db.session.scalar(
        select(CapUsage.used).where(
            CapUsage.tenant_id == tenant_id,
            CapUsage.id == place.cap_id,
            CapUsage.window_start == place.window_start,
        )
    )
    return used or 0


_GIVE_BACK = (
    update(CapUsage)
    .where(
        CapUsage.tenant_id == bindparam("tenant"),
        CapUsage.id == bindparam("cap"),
        CapUsage.window_start == bindparam("start"),
        CapUsage.used >= bindparam("amount"),
    )
    .values(used=CapUsage.used - bindparam("amount"))
    .execution_options(synchronize_session=False)
)


def give_back(tenant_id: UUID, kept: Sequence[Sequence[Any]]) -> None:
    """Free the places that a sale's row remembers (``Place.to_json``)."""
    connection = db.session.connection()
    for cap_id, start, amount, _ in sorted(kept, key=lambda place: (place[0], place[1])):
        connection.execute(
            _GIVE_BACK,
            {"tenant": tenant_id, "cap": UUID(cap_id), "start": datetime.fromisoformat(start), "amount": amount},
        )
