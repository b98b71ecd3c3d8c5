"""What a contract would have done last week agrees with walking through the leads by hand; one lead says why."""

from __future__ import annotations

import itertools
from datetime import UTC, datetime, timedelta
from uuid import UUID
from zoneinfo import ZoneInfo

import pytest

from app.domain.actor import Actor, Role
from app.services import contract_drafts, contract_estimate, contract_trial, intake
from app.transaction import read_only
from tests.support.world import World, submission

NOW = datetime(2026, 11, 20, 12, tzinfo=UTC)
LONDON = ZoneInfo("Europe/London")
OFFICE = {"weekdays": [0, 1, 2, 3, 4], "opens": "09:00", "closes": "17:00"}
MANCHESTER = {"field": "postal_code", "op": "postcode_prefix", "value": ["M"]}


@pytest.fixture
def world(app):
    return World(now=NOW - timedelta(days=8))


@pytest.fixture
def buyer_id(world):
    return world.buyer("Northgate")


@pytest.fixture
def leads(world, buyer_id):
    """A lead each five hours for eight days: when it came, and where it lives."""
    found = []
    areas = itertools.cycle(["SW1A 1AA", "M1 1AE", "LS1 4AP", "M2 5BQ"])
    for number in range(38):
        at = NOW - timedelta(days=8) + timedelta(hours=5 * number + 1)
        values = {"postal_code": next(areas), "consent_at": at.isoformat()}
        outcome = intake.submit(world.access(at), submission(number, **values), now=at)
        assert outcome.state == "unsold"
        found.append((at, values["postal_code"], outcome.lead_id))
    return found


def terms(world, **more):
    plain = {
        "name": "Draft", "status": "active", "filters": None, "caps": [], "price_minor": 5000, "price_rules": [],
        "schedule": [], "zone": "Europe/London", "minimum_score": 0, "rank": 100, "weight": 1, "multiplier": "1",
        "seats": "any", "offers": [{"offer_id": str(world.offer_id), "level": 1}],
    }  # fmt: skip
    return plain | more


def estimated(world, buyer_id, **more):
    draft = contract_drafts.Draft(buyer_id, terms(world, **more), NOW)
    with read_only():
        return contract_estimate.estimate(world.admin, draft, now=NOW)


def tried(world, buyer_id, lead_id: UUID, actor: Actor | None = None, **more):
    draft = contract_drafts.Draft(buyer_id, terms(world, **more), NOW)
    with read_only():
        return contract_trial.try_lead(actor or world.admin, draft, lead_id, now=NOW)


def last_week(leads):
    return [(at, area) for at, area, _ in leads if at >= NOW - timedelta(days=7)]


def test_without_conditions_every_lead_of_the_week_matches(world, buyer_id, leads):
    told = estimated(world, buyer_id)
    count = len(last_week(leads))
    assert (told.looked_at, told.matched, told.bought, told.cost_minor) == (count, count, count, 5000 * count)
    assert not told.sampled


def test_the_estimate_equals_a_naive_replay(world, buyer_id, leads):
    daily = {"measure": "count", "period": "day", "limit": 1, "zone": "Europe/London"}
    budget = {"measure": "money", "period": "week", "limit": 9_000, "zone": "Europe/London"}
    premium = {"name": "City", "when": MANCHESTER | {"value": ["M2"]}, "price_minor": 6000}
    told = estimated(
        world, buyer_id, filters=MANCHESTER, schedule=[OFFICE], caps=[daily, budget], price_rules=[premium]
    )
    matched = bought = cost = 0
    days, weeks = {}, {}
    for at, area in last_week(leads):
        there = at.astimezone(LONDON)
        if not area.startswith("M") or there.weekday() > 4 or not 9 <= there.hour < 17:
            continue
        matched += 1
        price = 6000 if area.startswith("M2") else 5000
        week = there.date() - timedelta(days=there.weekday())
        if days.get(there.date(), 0) < 1 and weeks.get(week, 0) + price <= 9_000:
            days[there.date()], weeks[week] = 1, weeks.get(week, 0) + price
            bought, cost = bought + 1, cost + price
    assert 0 < bought < matched
    assert (told.matched, told.bought, told.cost_minor) == (matched, bought, cost)


def test_the_commonest_reasons_are_told(world, buyer_id, leads):
    told = estimated(world, buyer_id, filters=MANCHESTER)
    reason, count = told.why[0]
    assert (reason.code, count) == ("geo_mismatch", told.looked_at - told.matched)


def test_a_price_under_the_base_price_matches_nothing(world, buyer_id, leads):
    told = estimated(world, buyer_id, price_minor=3000)
    assert told.matched == 0
    assert told.why[0][0].code == "below_base_price"


def test_a_busier_week_is_answered_from_the_newest_leads(world, buyer_id, leads, monkeypatch):
    monkeypatch.setattr(contract_estimate, "MOST", 10)
    told = estimated(world, buyer_id)
    assert (told.looked_at, told.sampled, told.since) == (10, True, leads[-10][0])


def test_without_an_offer_no_lead_would_have_come(world, buyer_id, leads):
    assert not estimated(world, buyer_id, offers=[]).has_offers


def test_one_lead_is_told_every_check_and_which_rule_fires(world, buyer_id, leads):
    _, area, lead_id = leads[2]
    assert area == "LS1 4AP"
    rules = [
        {"name": "City", "when": MANCHESTER, "price_minor": 9000},
        {
            "name": "Leeds",
            "when": {"field": "postal_code", "op": "postcode_prefix", "value": ["LS"]},
            "price_minor": 7000,
        },
        {"name": "Everybody", "when": {"all": []}, "price_minor": 6000},
    ]
    both = {"all": [MANCHESTER, {"field": "deposit_gbp", "op": "ge", "value": 1000}]}
    told = tried(world, buyer_id, lead_id, filters=both, price_rules=rules, minimum_score=100)
    assert told is not None
    assert (told.buys, told.rule, told.price_minor) == (False, "Leeds", 7000)
    assert [(rule.fits, rule.decides) for rule in told.rules] == [(False, False), (True, True), (True, False)]
    assert [(check.name, check.passed) for check in told.checks] == [
        ("offer", True), ("filter", False), ("filter", True), ("score", False), ("hours", True), ("price", True),
        ("buyer", True), ("caps", True),
    ]  # fmt: skip
    assert "is not in M" in told.checks[1].said[0][1]


def test_caps_of_a_stored_contract_count_what_is_taken_now(world, buyer_id):
    contract_id = world.contract(buyer_id, 5000, caps=(("day", 1, "count"),))
    lead_id = intake.submit(world.access(NOW), submission(1, consent_at=NOW.isoformat()), now=NOW).lead_id
    caps = [{"measure": "count", "period": "day", "limit": 1, "zone": "Europe/London"}]
    draft = contract_drafts.Draft(buyer_id, terms(world, caps=caps), NOW, contract_id)
    with read_only():
        told = contract_trial.try_lead(world.admin, draft, lead_id, now=NOW)
    assert told is not None
    assert told.checks[-1].said[0][0] == "daily_cap_reached"


def test_a_buyer_tries_only_leads_that_it_bought(world, buyer_id, leads):
    bob = Actor(world.tenant_id, Role.BUYER, world.admin.principal_id, buyer_id)
    assert tried(world, buyer_id, leads[0][2], actor=bob) is None
    world.contract(buyer_id, 5000)
    bought = intake.submit(world.access(NOW), submission(99, consent_at=NOW.isoformat()), now=NOW).lead_id
    told = tried(world, buyer_id, bought, actor=bob, price_minor=100)
    assert told is not None
    assert "base price" not in str(told.checks)
    assert not told.buys


PERSON = {"field": "email", "op": "eq", "value": "j.patel30@example.co.uk"}


@pytest.mark.parametrize(
    "more",
    [
        {"filters": PERSON},
        {"filters": {"all": [MANCHESTER, {"not": {"any": [PERSON]}}]}},
        {"price_rules": [{"name": "one", "when": {"field": "phone", "op": "starts_with", "value": ["+4477123"]},
                          "price_minor": 1}]},
    ],
    ids=["alone", "turned round", "as a premium"],
)  # fmt: skip
def test_a_buyer_cannot_count_its_way_to_a_person(world, buyer_id, leads, more):
    bob = Actor(world.tenant_id, Role.BUYER, world.admin.principal_id, buyer_id)
    draft = contract_drafts.Draft(buyer_id, terms(world, **more), NOW)
    with read_only():
        told = contract_estimate.estimate(bob, draft, now=NOW)
    assert told == contract_estimate.Estimate(NOW - timedelta(days=7), withheld=True)
    assert estimated(world, buyer_id, **more).looked_at, "staff know these people anyway"


def told_to_buyer(world, buyer_id, **more):
    bob = Actor(world.tenant_id, Role.BUYER, world.admin.principal_id, buyer_id)
    draft = contract_drafts.Draft(buyer_id, terms(world, **more), NOW)
    with read_only():
        return contract_estimate.estimate(bob, draft, now=NOW)


@pytest.mark.parametrize("postcode", ["LS1 4AP", "EC1A 1BB"])
def test_a_buyer_is_not_told_whether_a_few_came_or_nobody(world, buyer_id, leads, postcode):
    told = told_to_buyer(world, buyer_id, filters={"field": "postal_code", "op": "eq", "value": postcode})
    assert (told.rough, told.matched, told.bought, told.cost_minor) == (True, 0, 0, 0)
    assert (told.why, told.premiums) == ((), {})


def test_a_buyer_is_told_numbers_in_tens(world, buyer_id, leads):
    exact, told = estimated(world, buyer_id), told_to_buyer(world, buyer_id)
    assert exact.matched == len(last_week(leads)) == 33
    assert (told.matched, told.bought, told.cost_minor, told.why) == (30, 30, 30 * 5000, ())
    assert not exact.rough


@pytest.mark.parametrize("postcode", ["LS1 4AP", "EC1A 1BB"])
def test_a_premium_for_a_few_does_not_empty_a_budget_to_tell_of_them(world, buyer_id, leads, postcode):
    dear = {"name": "Dear", "when": {"field": "postal_code", "op": "eq", "value": postcode}, "price_minor": 200_000}
    budget = {"measure": "money", "period": "week", "limit": 200_000, "zone": "Europe/London"}
    more = {"price_rules": [dear], "caps": [budget]}
    assert told_to_buyer(world, buyer_id, **more) == told_to_buyer(world, buyer_id, caps=[budget])


def test_what_a_buyer_is_told_of_cost_is_at_the_mean_of_prices_that_many_pay(world, buyer_id, leads):
    premium = {"name": "City", "when": MANCHESTER, "price_minor": 6000}
    exact = estimated(world, buyer_id, price_rules=[premium])
    told = told_to_buyer(world, buyer_id, price_rules=[premium])
    assert exact.cost_minor == 6000 * exact.premiums["City"] + 5000 * (exact.bought - exact.premiums["City"])
    assert (exact.bought, exact.premiums) == (33, {"City": 17})
    assert (told.bought, told.premiums, told.cost_minor) == (30, {"City": 20}, (20 * 6000 + 20 * 5000) * 30 // 40)
