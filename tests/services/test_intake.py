"""A lead's way from submission to sale, on both databases."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from flask import Flask
from sqlalchemy import func, select

from app.db import db
from app.domain.dedupe import DuplicateRule
from app.domain.offers import Mode, Seats
from app.domain.states import LeadState
from app.domain.suppression import Purpose
from app.models.leads import Lead
from app.models.parties import Buyer
from app.models.sales import LedgerEntry, Sale
from app.services import intake, suppressions
from app.services.outcomes import Outcome
from app.transaction import commit, rollback
from tests.support.world import NOON, World, submission

pytestmark = pytest.mark.usefixtures("app")


def _submit(world: World, number: int = 1, **values: object) -> Outcome:
    return intake.submit(world.access(), submission(number, **values), now=world.now)


def _outcomes(world: World, outcome: Outcome) -> dict[str, str]:
    return {entry.contract: str(entry.outcome) for entry in world.trace(outcome.lead_id)}


def _reasons(world: World, outcome: Outcome, contract: str) -> list[str]:
    entry = next(entry for entry in world.trace(outcome.lead_id) if entry.contract == contract)
    return [no.code for no in entry.reasons]


def test_a_good_lead_is_sold_to_the_highest_price(app: Flask) -> None:
    world = World()
    world.contract(world.buyer("Fenwick"), 4500, name="low")
    world.contract(world.buyer("Northgate"), 5000, name="high")

    outcome = _submit(world)

    assert outcome.state is LeadState.SOLD
    assert _outcomes(world, outcome) == {"high": "sold", "low": "outbid"}
    assert [(sale.price_minor, sale.payout_minor, sale.state) for sale in outcome.sales] == [(5000, 3800, "sold")]


def test_every_posting_adds_up_to_zero_and_the_balance_is_the_sum_of_its_lines(app: Flask) -> None:
    world = World()
    buyer = world.buyer()
    world.contract(buyer, 5000)

    for number in range(3):
        _submit(world, number)

    assert db.session.scalar(select(func.sum(LedgerEntry.amount_minor))) == 0
    lines = db.session.scalar(select(func.sum(LedgerEntry.amount_minor)).where(LedgerEntry.owner_id == buyer))
    assert db.session.scalar(select(Buyer.balance_minor).where(Buyer.id == buyer)) == lines == -15_000


def test_a_contract_under_base_price_and_margin_does_not_match(app: Flask) -> None:
    world = World()
    world.contract(world.buyer(), 3700, name="cheap")

    outcome = _submit(world)

    assert outcome.state is LeadState.UNSOLD
    assert outcome.reason == "no_eligible_buyer"
    assert _reasons(world, outcome, "cheap") == ["below_base_price"]


def test_all_failed_checks_of_a_contract_are_kept(app: Flask) -> None:
    world = World()
    wants = {"all": [
        {"field": "deposit_gbp", "op": "ge", "value": 75000},
        {"field": "postal_code", "op": "postcode_prefix", "value": ["m", "ls"]},
    ]}  # fmt: skip
    world.contract(world.buyer(), 5000, name="picky", filters=wants, minimum_score=100)

    outcome = _submit(world)

    assert _outcomes(world, outcome) == {"picky": "filtered"}
    assert set(_reasons(world, outcome, "picky")) == {"filter_mismatch", "geo_mismatch", "score_too_low"}


def test_a_full_cap_answers_with_its_reset_time(app: Flask) -> None:
    world = World()
    world.contract(world.buyer(), 5000, name="small", caps=[("day", 1, "count")])

    assert _submit(world, 1).state is LeadState.SOLD
    second = _submit(world, 2)

    assert _outcomes(world, second) == {"small": "capped"}
    reason = world.trace(second.lead_id)[0].reasons[0]
    assert (reason.code, reason.resets_at) == ("daily_cap_reached", datetime(2026, 11, 21, tzinfo=UTC))


def test_a_money_cap_and_the_credit_limit_hold(app: Flask) -> None:
    world = World()
    world.contract(world.buyer("Capped"), 6000, name="budget", caps=[("month", 11_000, "money")])
    world.contract(world.buyer("Broke", credit_limit_minor=5000), 5000, name="credit")

    sold = [_submit(world, number) for number in range(3)]

    assert [outcome.state for outcome in sold] == [LeadState.SOLD, LeadState.SOLD, LeadState.UNSOLD]
    assert _outcomes(world, sold[2]) == {"budget": "capped", "credit": "insufficient_balance"}


def test_a_shared_lead_goes_to_each_buyer_once(app: Flask) -> None:
    world = World(seats=Seats.SHARED, seat_count=3)
    twice = world.buyer("Twice")
    world.contract(twice, 6000, name="a")
    world.contract(twice, 5900, name="b")
    world.contract(world.buyer("Other"), 5000, name="c")

    outcome = _submit(world)

    assert _outcomes(world, outcome) == {"a": "sold", "c": "sold", "b": "outbid"}
    assert _reasons(world, outcome, "b") == ["one_seat_a_buyer"]


def test_a_premium_rule_raises_the_price_and_the_trace_names_it(app: Flask) -> None:
    world = World()
    rules = [
        {
            "name": "London",
            "when": {"field": "postal_code", "op": "postcode_prefix", "value": ["sw"]},
            "price_minor": 9000,
        }
    ]
    world.contract(world.buyer(), 5000, name="premium", price_rules=rules)

    outcome = _submit(world)

    assert outcome.sales[0].price_minor == 9000
    assert world.trace(outcome.lead_id)[0].rule == "London"


def test_round_robin_gives_turns(app: Flask) -> None:
    world = World(mode=Mode.ROUND_ROBIN)
    for name in ("a", "b", "c"):
        world.contract(world.buyer(name), 5000, name=name)
    turns = []
    for number in range(6):
        world.now = NOON + timedelta(seconds=number)
        outcomes = _outcomes(world, _submit(world, number))
        turns.append(next(one for one, outcome in outcomes.items() if outcome == "sold"))

    assert turns[:3] == turns[3:]
    assert set(turns) == {"a", "b", "c"}


def test_a_buyer_is_never_sold_the_same_person_twice(app: Flask) -> None:
    world = World(campaign={"duplicate_rule": _no_duplicates()})
    world.contract(world.buyer(), 5000, name="once")

    assert _submit(world, 1).state is LeadState.SOLD
    second = _submit(world, 1)

    assert _outcomes(world, second) == {"once": "already_bought"}


def _no_duplicates() -> DuplicateRule:
    return DuplicateRule(fields=())


def test_a_copy_is_a_duplicate_that_names_the_first_lead(app: Flask) -> None:
    world = World()
    world.contract(world.buyer(), 5000)
    first = _submit(world, 1)

    copy = _submit(world, 1, email="somebody.else@example.com")

    assert (copy.state, copy.reason, copy.first_lead_id) == (LeadState.REJECTED, "duplicate", first.lead_id)
    later = world.now + timedelta(days=30, seconds=1)
    assert intake.submit(world.access(later), submission(1), now=later).state is LeadState.SOLD


def test_an_unsold_lead_stands_in_nobodys_way(app: Flask) -> None:
    world = World()
    assert _submit(world, 1).state is LeadState.UNSOLD

    world.contract(world.buyer(), 5000)

    assert _submit(world, 1).state is LeadState.SOLD


def test_what_the_schema_refuses_is_kept_with_its_problems(app: Flask) -> None:
    world = World()

    outcome = _submit(world, 1, phone="12", email="nobody")

    assert (outcome.state, outcome.reason) == (LeadState.REJECTED, "schema_validation_failed")
    assert {name for name, _ in outcome.problems} == {"phone", "email"}
    stored = db.session.execute(select(Lead.state, Lead.reason).where(Lead.id == outcome.lead_id)).one()
    assert tuple(stored) == ("rejected", "schema_validation_failed")


def test_an_unknown_vertical_is_kept_and_says_which_are_known(app: Flask) -> None:
    world = World()

    outcome = _submit(world, 1, vertical_key="yachts")

    assert outcome.problems == (("vertical", "Not one of this account's verticals: mortgages."),)


def test_consent_in_the_future_is_refused_with_five_minutes_of_skew(app: Flask) -> None:
    world = World()
    world.contract(world.buyer(), 5000)

    assert _submit(world, 1, consent_at="2026-11-20T12:04:59Z").state is LeadState.SOLD
    assert _submit(world, 2, consent_at="2026-11-20T12:05:01Z").reason == "consent_in_future"


def test_no_sale_is_left_behind_by_a_refusal(app: Flask) -> None:
    world = World()
    _submit(world, 1, phone="12")
    rollback()

    assert db.session.scalar(select(func.count()).select_from(Sale)) == 0


def test_a_schedule_row_has_a_price_and_a_cap_of_its_own(app: Flask) -> None:
    world = World()
    row = {"weekdays": [0, 1, 2, 3, 4, 5, 6], "opens": "00:00", "closes": "00:00", "price_minor": 4400, "cap": 1}
    world.contract(world.buyer(), 5000, name="rows", schedule=[row])

    first, second = _submit(world, 1), _submit(world, 2)

    assert first.sales[0].price_minor == 4400
    assert _reasons(world, second, "rows") == ["schedule_cap_reached"]


def test_a_contract_that_cannot_be_read_stops_nobody_elses_leads(app: Flask) -> None:
    world = World()
    world.contract(
        world.buyer("Broken"), 9000, name="broken", filters={"field": "city", "op": "in_list", "value": "gone"}
    )
    world.contract(world.buyer("Sound"), 5000, name="sound")

    assert _outcomes(world, _submit(world)) == {"sound": "sold", "broken": "paused"}


def test_a_filter_may_name_a_list(app: Flask) -> None:
    world = World()
    world.add_list("londons", ["london", "greater london"])
    world.contract(world.buyer(), 5000, name="list", filters={"field": "city", "op": "in_list", "value": "londons"})

    assert _submit(world, 1, city="London").state is LeadState.SOLD
    assert _outcomes(world, _submit(world, 2, city="Leeds")) == {"list": "filtered"}


def test_a_source_cap_refuses_with_its_own_reason(app: Flask) -> None:
    world = World()
    world.contract(world.buyer(), 5000)
    world.cap("source", world.source_id, "day", 1)
    world.touch()

    assert _submit(world, 1).state is LeadState.SOLD
    assert _submit(world, 2).reason == "source_cap_reached"


@pytest.mark.parametrize("line", ["J.Patel1@example.co.uk", "447712300001"])
def test_a_person_on_a_buyers_own_list_goes_to_another_buyer(app: Flask, line: str) -> None:
    world = World()
    northgate = world.buyer()
    world.contract(northgate, 6000, name="dearer")
    world.contract(world.buyer("Harbour"), 5000, name="other")
    list_id = suppressions.add_list(world.admin, "Northgate's", Purpose.BUYER, buyer_id=northgate, now=NOON)
    suppressions.add(world.admin, list_id, [line], now=NOON)
    commit()

    known, stranger = _submit(world, 1), _submit(world, 2)

    assert _outcomes(world, known) == {"dearer": "filtered", "other": "sold"}
    assert _reasons(world, known, "dearer") == ["suppressed_for_buyer"]
    assert _outcomes(world, stranger) == {"dearer": "sold", "other": "outbid"}
