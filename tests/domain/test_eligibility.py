"""Sifting: who may have the lead, and every reason of everybody who may not."""

from datetime import datetime, time, timedelta
from typing import Any
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.domain import reasons
from app.domain.caps import Cap, Measure, Owner, Period
from app.domain.eligibility import Contract, Outcome, TurnedAway, Usage
from app.domain.hours import ScheduleRow
from app.domain.panel import Panel, sift
from app.domain.reasons import Reason
from tests.domain.selling import NOW, a_contract, an_offer, pounds, some_contracts, terms, wants

DAILY = Cap(UUID(int=77), Owner.CONTRACT, Measure.COUNT, Period.DAY, 20, "Europe/London")
SPEND = Cap(UUID(int=78), Owner.BUYER, Measure.MONEY, Period.MONTH, 10_000, "Europe/London", "GBP")
WEEKEND = ScheduleRow(frozenset({5, 6}), time(9), time(17))


def turned_away(contract: Contract, facts: dict[str, Any] | None = None, **given: Any) -> TurnedAway:
    sifted = sift(Panel(an_offer(), [contract]), facts or {}, terms(**given), NOW)
    assert not sifted.eligible
    [away] = sifted.turned_away
    return away


def reasons_of(away: TurnedAway) -> list[Reason]:
    return [no.reason for no in away.noes]


def test_a_contract_that_nothing_speaks_against_is_eligible_with_its_price_and_payout() -> None:
    [candidate] = sift(Panel(an_offer(), [a_contract(1, 45)]), {}, terms(base=38), NOW).eligible

    assert (candidate.price, candidate.settlement.payout, candidate.settlement.margin) == (
        pounds(45), pounds(38), pounds(7),
    )  # fmt: skip


@pytest.mark.parametrize(
    ("changed", "given", "outcome", "reason"),
    [
        ({"active": False}, {}, Outcome.PAUSED, reasons.CONTRACT_PAUSED),
        ({"buyer_active": False}, {}, Outcome.PAUSED, reasons.BUYER_PAUSED),
        ({"wants": wants("region", "in", ["TX"])}, {}, Outcome.FILTERED, reasons.GEO_MISMATCH),
        ({"wants": wants("deposit_gbp", "ge", 75000)}, {}, Outcome.FILTERED, reasons.FILTER_MISMATCH),
        ({"minimum_score": 61}, {}, Outcome.FILTERED, reasons.SCORE_TOO_LOW),
        ({"schedule": (WEEKEND,)}, {}, Outcome.CLOSED, reasons.OUTSIDE_SCHEDULE),
        ({}, {"base": 41}, Outcome.BELOW_PRICE, reasons.BELOW_BASE_PRICE),
        ({"caps": (DAILY,)}, {"usage": Usage(used={DAILY.id: 20})}, Outcome.CAPPED, reasons.DAILY_CAP_REACHED),
        ({"caps": (SPEND,)}, {"usage": Usage(used={SPEND.id: 6001})}, Outcome.CAPPED, reasons.MONTHLY_BUDGET_REACHED),
        (
            {},
            {"usage": Usage(available={UUID(int=1001): 3999})},
            Outcome.INSUFFICIENT_BALANCE,
            reasons.INSUFFICIENT_BALANCE,
        ),
        ({}, {"usage": Usage(bought=frozenset({UUID(int=1001)}))}, Outcome.ALREADY_BOUGHT, reasons.ALREADY_BOUGHT),
        ({}, {"usage": Usage(suppressed=frozenset({UUID(int=1001)}))}, Outcome.FILTERED, reasons.SUPPRESSED_FOR_BUYER),
        ({}, {"usage": Usage(declined=frozenset({UUID(int=1)}))}, Outcome.DECLINED, reasons.ALREADY_DECLINED),
        ({}, {"usage": Usage(holding=frozenset({UUID(int=1001)}))}, Outcome.DECLINED, reasons.ONE_SEAT_A_BUYER),
    ],
)
def test_each_hindrance_has_its_outcome_and_reason(
    changed: dict[str, Any], given: dict[str, Any], outcome: Outcome, reason: Reason
) -> None:
    away = turned_away(a_contract(1, **changed), {"region": "NY", "deposit_gbp": 70000, "score": 60}, **given)

    assert (away.outcome, reasons_of(away)) == (outcome, [reason])


def test_all_failed_checks_of_a_contract_are_kept() -> None:
    contract = a_contract(
        1,
        30,
        active=False,
        wants=wants("region", "eq", "TX"),
        minimum_score=61,
        schedule=(WEEKEND,),
        caps=(DAILY, SPEND),
    )
    away = turned_away(
        contract,
        {"region": "NY", "score": 60},
        base=38,
        usage=Usage(used={DAILY.id: 20, SPEND.id: 9999}, available={contract.buyer_id: 0}),
    )

    assert reasons_of(away) == [
        reasons.CONTRACT_PAUSED, reasons.GEO_MISMATCH, reasons.SCORE_TOO_LOW, reasons.OUTSIDE_SCHEDULE,
        reasons.BELOW_BASE_PRICE, reasons.DAILY_CAP_REACHED, reasons.MONTHLY_BUDGET_REACHED,
        reasons.INSUFFICIENT_BALANCE,
    ]  # fmt: skip
    assert away.outcome is Outcome.PAUSED


def test_the_sentences_carry_the_particulars() -> None:
    contract = a_contract(1, schedule=(WEEKEND,), minimum_score=61, caps=(DAILY,))
    away = turned_away(contract, {"score": 60}, usage=Usage(used={DAILY.id: 20}, available={contract.buyer_id: 3900}))

    assert [no.sentence for no in away.noes] == [
        "score 60 is under 61",
        "closed until Sat 23 May 08:00 UTC",
        "20 of 20 taken today",
        "the balance and credit are 1.00 GBP short",
    ]
    assert away.noes[2].resets_at == datetime.fromisoformat("2026-05-20T23:00:00+00:00")


def test_a_lead_without_a_score_is_under_every_minimum() -> None:
    assert reasons_of(turned_away(a_contract(1, minimum_score=1))) == [reasons.SCORE_TOO_LOW]


@pytest.mark.parametrize(("left", "eligible"), [(4000, 1), (3999, 0)])
def test_a_balance_covers_a_price_to_the_penny(left: int, eligible: int) -> None:
    usage = Usage(available={UUID(int=1001): left})

    assert len(sift(Panel(an_offer(), [a_contract(1, 40)]), {}, terms(usage=usage), NOW).eligible) == eligible


def test_an_open_row_brings_its_own_price() -> None:
    row = ScheduleRow(frozenset({2}), price=pounds(55))
    [candidate] = sift(Panel(an_offer(), [a_contract(1, schedule=(row,))]), {}, terms(), NOW).eligible

    assert (candidate.price, candidate.quote.rule, candidate.row) == (pounds(55), "schedule", row)


def test_a_contract_waits_since_its_last_sale_or_since_it_was_made() -> None:
    sold = NOW - timedelta(seconds=5)
    usage = Usage(last_sold={UUID(int=1): sold})
    first, second = sift(Panel(an_offer(), [a_contract(1), a_contract(2)]), {}, terms(usage=usage), NOW).eligible

    assert (first.waiting_since, second.waiting_since) == (sold, NOW - timedelta(minutes=2))


@given(some_contracts, st.integers(0, 60))
def test_every_contract_lands_on_exactly_one_heap_and_none_is_turned_away_without_a_reason(
    contracts: list[Contract], base: int
) -> None:
    sifted = sift(Panel(an_offer(), contracts), {}, terms(base=base), NOW)
    heaps = [one.contract for one in sifted.eligible] + [one.contract for one in sifted.turned_away]

    assert sorted(one.id for one in heaps) == [one.id for one in contracts]
    assert all(away.noes for away in sifted.turned_away)
    assert all(one.price >= pounds(base) for one in sifted.eligible)
