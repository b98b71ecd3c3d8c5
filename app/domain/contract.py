"""A contract as routing judges it, and what counts against it at this moment."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal
from uuid import UUID, uuid5

from app.domain.caps import Cap, Measure, Owner, Period
from app.domain.criteria import Criterion
from app.domain.hours import ScheduleRow
from app.domain.money import Money
from app.domain.pricing import PriceRule


@dataclass(frozen=True, slots=True)
class Contract:
    """A contract's standing terms, as configured; what it has used already is in ``Usage``.

    ``sells``: the kinds of seat it takes: any, exclusive or shared.
    """

    id: UUID
    buyer_id: UUID
    name: str
    buyer_name: str
    active: bool
    buyer_active: bool
    wants: Criterion
    price: Money
    price_rules: tuple[PriceRule, ...]
    rank: int
    weight: int
    multiplier: Decimal
    minimum_score: int
    schedule: tuple[ScheduleRow, ...]
    zone: str
    caps: tuple[Cap, ...]
    level: int
    setup_id: UUID
    created_at: datetime
    sells: str = "any"


@dataclass(frozen=True, slots=True)
class Usage:
    """What counts against contracts at this moment.

    ``used``: cap id -> used in its present window. ``available``: buyer -> balance and credit left, minor
    units. ``last_sold``: contract -> its last sale. ``bought``: buyers that had this person within their
    window. ``suppressed``: buyers on whose lists the person is. ``declined``: contracts that had their
    turn with this lead. ``holding``: buyers with a live sale of it.
    """

    used: Mapping[UUID, int] = field(default_factory=dict)
    available: Mapping[UUID, int] = field(default_factory=dict)
    last_sold: Mapping[UUID, datetime] = field(default_factory=dict)
    bought: frozenset[UUID] = frozenset()
    suppressed: frozenset[UUID] = frozenset()
    declined: frozenset[UUID] = frozenset()
    holding: frozenset[UUID] = frozenset()


def caps_of(contract: Contract, row: ScheduleRow | None) -> tuple[Cap, ...]:
    """A schedule row's own cap is a daily one whose id follows from the contract and the row's hours."""
    if row is None or row.cap is None:
        return contract.caps
    name = f"{sorted(row.weekdays)} {row.opens} {row.closes}"
    own = Cap(uuid5(contract.id, name), Owner.ROW, Measure.COUNT, Period.DAY, row.cap, contract.zone)
    return (*contract.caps, own)
