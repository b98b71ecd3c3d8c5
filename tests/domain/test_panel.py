"""A panel says of every contract what the plain judge says of it alone, lead after lead."""

import json
import random
from datetime import time, timedelta
from decimal import Decimal
from typing import Any
from uuid import UUID

from hypothesis import given
from hypothesis import strategies as st

from app.domain.auction import Held, award
from app.domain.caps import Cap, Measure, Owner, Period
from app.domain.contract import Contract, Usage
from app.domain.criteria import ALWAYS, Criterion, parse
from app.domain.eligibility import Candidate, Terms
from app.domain.facts import Facts
from app.domain.hours import ScheduleRow
from app.domain.offers import Mode, Seats
from app.domain.panel import Panel, sift
from app.domain.pricing import Floors, PayoutKind, PayoutTerms, PriceRule
from app.domain.reasons import GEO_MISMATCH, No
from app.domain.routing import order
from app.domain.trace import pack, unpack
from tests.domain.plain_judge import judge_plainly
from tests.domain.plain_trace import trace_plainly
from tests.domain.selling import NOW, a_contract, an_offer, pounds, terms, wants

LONDON = {"field": "postal_code", "op": "postcode_prefix", "value": ["SW", "E"]}
RICH = {"field": "deposit_gbp", "op": "ge", "value": 75000}
TREES: tuple[dict[str, Any], ...] = (
    LONDON, RICH, {"all": [LONDON, RICH]}, {"any": [LONDON, RICH]}, {"not": {"all": [LONDON, RICH]}},
    {"field": "region", "op": "not_in", "value": ["NY", "1"]}, {"field": "region", "op": "blank"},
    {"field": "score", "op": "between", "value": [40, 60]}, {"field": "flag", "op": "eq", "value": True},
)  # fmt: skip
SHARED: tuple[Criterion, ...] = (ALWAYS, *map(parse, TREES))
CAPS = tuple(
    Cap(UUID(int=70 + number), Owner.CONTRACT, measure, period, limit, "Europe/London", "GBP")
    for number, (measure, period, limit) in enumerate([
        (Measure.COUNT, Period.DAY, 20), (Measure.MONEY, Period.MONTH, 10_000), (Measure.COUNT, Period.TOTAL, 0),
        (Measure.MONEY, Period.HOUR, 3000),
    ])
)  # fmt: skip
ROWS = (
    ScheduleRow(frozenset({5, 6}), time(9), time(17)), ScheduleRow(frozenset(range(5)), time(8), time(18)),
    ScheduleRow(frozenset(range(7)), price=pounds(52)), ScheduleRow(frozenset(range(7)), cap=3),
)  # fmt: skip

filters = st.sampled_from(SHARED) | st.sampled_from(TREES).map(parse)
premiums = st.builds(PriceRule, st.sampled_from(["London", ""]), filters, st.sampled_from([pounds(30), pounds(60)]))
buyer = st.integers(1, 5).map(lambda number: UUID(int=1000 + number))
described = st.fixed_dictionaries({
    "buyer_id": buyer,
    "price": st.sampled_from([35, 40, "40.50", 90]),
    "active": st.sampled_from([True, True, True, False]),
    "buyer_active": st.sampled_from([True, True, True, False]),
    "wants": filters,
    "minimum_score": st.sampled_from([0, 0, 50]),
    "price_rules": st.lists(premiums, max_size=2).map(tuple),
    "schedule": st.lists(st.sampled_from(ROWS), max_size=2).map(tuple),
    "zone": st.sampled_from(["Europe/London", "America/New_York"]),
    "caps": st.lists(st.sampled_from(CAPS), max_size=2, unique=True).map(tuple),
    "multiplier": st.sampled_from([Decimal(1), Decimal("1.5")]),
})  # fmt: skip
shops = st.lists(described, max_size=12).map(
    lambda rows: [a_contract(number, **row) for number, row in enumerate(rows, start=1)]
)
people = st.fixed_dictionaries({}, optional={
    "postal_code": st.sampled_from(["SW1A 1AA", "E2 8HD", "M1 1AA", "", "?"]),
    "deposit_gbp": st.sampled_from([70000, "80000", "80000.5", True, None]),
    "region": st.sampled_from(["NY", "TX", 1, True, "1"]),
    "score": st.sampled_from([39, 40, 61, "50", None]),
    "flag": st.sampled_from([True, "true", 1, "no"]),
})  # fmt: skip
ids = st.frozensets(st.integers(1, 12).map(lambda number: UUID(int=number)), max_size=2)
buyer_ids = st.frozensets(buyer, max_size=1)
usages = st.builds(
    Usage,
    used=st.dictionaries(st.sampled_from([cap.id for cap in CAPS]), st.sampled_from([0, 19, 20, 9000]), max_size=2),
    available=st.dictionaries(buyer, st.integers(0, 9000), max_size=1),
    last_sold=st.dictionaries(st.integers(1, 12).map(lambda number: UUID(int=number)), st.just(NOW), max_size=3),
    bought=buyer_ids, suppressed=buyer_ids, declined=ids, holding=buyer_ids,
)  # fmt: skip
grounds = st.builds(
    lambda percent, base, floor, loss: Terms(
        PayoutTerms(PayoutKind.STANDARD, percent=Decimal(percent)),
        Floors(pounds(base), pounds(floor), pounds(0), allow_loss=loss),
    ),
    st.sampled_from([0, 60]), st.sampled_from([0, 38]), st.sampled_from([0, 41]), st.booleans(),
)  # fmt: skip
moments = st.integers(0, 7 * 24).map(lambda hours: NOW + timedelta(hours=hours))
offers = st.builds(
    lambda mode, seats, floor: an_offer(mode, seats, 1 if seats is Seats.EXCLUSIVE else 3, floor=pounds(floor)),
    st.sampled_from(Mode), st.sampled_from(Seats), st.sampled_from([0, 36]),
)  # fmt: skip


def with_usage(given_terms: Terms, usage: Usage) -> Terms:
    return Terms(given_terms.payout, given_terms.floors, usage, given_terms.remembered)


@given(offers, shops, grounds, st.lists(st.tuples(people, usages, moments), min_size=1, max_size=4))
def test_a_panel_says_what_the_plain_judge_says_lead_after_lead(
    offer: Any, contracts: list[Contract], ground: Terms, leads: list[tuple[dict[str, Any], Usage, Any]]
) -> None:
    panel = Panel(offer, contracts)

    for facts, usage, now in leads:
        sifted = sift(panel, facts, with_usage(ground, usage), now)
        plainly = judge_plainly(offer, contracts, facts, with_usage(ground, usage), now)

        assert sifted.eligible == tuple(one for one in plainly if isinstance(one, Candidate))
        assert sifted.turned_away == tuple(one for one in plainly if not isinstance(one, Candidate))


@given(offers, shops, grounds, people, usages, moments)
def test_a_trace_comes_back_whole_from_what_is_stored(
    offer: Any, contracts: list[Contract], ground: Terms, facts: dict[str, Any], usage: Usage, now: Any
) -> None:
    panel = Panel(offer, contracts)
    sifted = sift(panel, facts, with_usage(ground, usage), now)
    result = award(offer, order(offer, sifted.eligible, random.Random(1)), Held())

    kept, sheet = (json.loads(json.dumps(one)) for one in (pack(sifted, result), panel.sheet.body))

    assert unpack(kept, sheet) == trace_plainly(sifted, result)


def test_equals_are_asked_once() -> None:
    asked: list[Facts] = []

    def failures(facts: Facts) -> tuple[No, ...]:
        asked.append(facts)
        return (No(GEO_MISMATCH, "region NY is not TX", "filter"),)

    counting = Criterion(lambda _facts: False, failures)
    panel = Panel(an_offer(), [a_contract(number, 40 + number, wants=counting) for number in range(1, 30)])

    sifted = sift(panel, {"region": "NY"}, terms(), NOW)

    assert (len(asked), len(sifted.turned_away)) == (1, 29)
    assert len({away.contract.id for away in sifted.turned_away}) == 29


def test_the_name_of_a_sheet_follows_from_what_stands_on_it() -> None:
    def sheet(*prices: int) -> UUID:
        return Panel(an_offer(), [a_contract(number, price) for number, price in enumerate(prices)]).sheet.id

    assert sheet(40, 50) == sheet(40, 50)
    assert len({sheet(40, 50), sheet(50, 40), sheet(40), sheet()}) == 4


def test_what_a_lead_leaves_behind_hardly_grows_with_the_number_of_equals() -> None:
    def packed(count: int) -> int:
        panel = Panel(an_offer(), [a_contract(one, wants=SHARED[1]) for one in range(count)])
        sifted = sift(panel, {"postal_code": "M1 1AA"}, terms(), NOW)
        return len(json.dumps(pack(sifted, award(panel.offer, (), Held()))))

    assert packed(200) < packed(2) + 200 * len("100, ")


def test_filters_that_look_alike_to_python_are_told_apart() -> None:
    panel = Panel(an_offer(), [a_contract(1, wants=wants("region", "eq", "1"))])

    assert [len(sift(panel, {"region": region}, terms(), NOW).eligible) for region in (1, True, "1", 1.5)] == [
        1,
        0,
        1,
        0,
    ]
