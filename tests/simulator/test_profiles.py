"""How fake buyers decide, without a server."""

from __future__ import annotations

import json
from decimal import Decimal

import pytest

from app.simulator.profiles import (
    BadProfile,
    Kind,
    Manner,
    Profile,
    answer_ping,
    answer_post,
    from_file,
    from_query,
)


def test_an_accepting_buyer_gives_a_reference():
    answer = answer_post(Profile(), "northgate", "d-1")
    body = json.loads(answer.body)
    assert (answer.status, body["status"]) == (200, "accepted")
    assert body["reference"].startswith("NOR-")


def test_the_same_id_gets_the_same_answer():
    moody = Profile(Kind.SOMETIMES, decline_percent=50, jitter_ms=100, seed=7)
    first = [answer_post(moody, "northgate", f"d-{number}") for number in range(50)]
    assert first == [answer_post(moody, "northgate", f"d-{number}") for number in range(50)]


def test_another_seed_is_another_mood():
    outcomes = {
        tuple(answer_post(Profile(Kind.SOMETIMES, seed=seed), "a", str(n)).outcome for n in range(40))
        for seed in range(3)
    }
    assert len(outcomes) == 3


def test_a_sometimes_decliner_declines_about_as_often_as_asked():
    moody = Profile(Kind.SOMETIMES, decline_percent=30)
    declined = sum(answer_post(moody, "a", str(number)).outcome == "rejected" for number in range(2000))
    assert 500 < declined < 700


def test_a_query_goes_before_the_registered_profile():
    base = Profile(Kind.DECLINE, latency_ms=40)
    changed = from_query({"profile": "bid", "price": "41.5", "seed": "3"}, base)
    assert changed == Profile(Kind.BID, latency_ms=40, price=Decimal("41.5"), seed=3)


@pytest.mark.parametrize(
    ("query", "word"),
    [
        ({"profile": "angelic"}, "angelic"),
        ({"latency_ms": "-1"}, "latency_ms"),
        ({"latency_ms": "999999999"}, "latency_ms"),
        ({"price": "cheap"}, "price"),
        ({"price": "NaN"}, "finite"),
        ({"decline_percent": "101"}, "decline_percent"),
    ],
)
def test_a_profile_that_does_not_exist_is_named(query, word):
    with pytest.raises(BadProfile, match=word):
        from_query(query, Profile())


def test_registered_buyers_come_from_a_file():
    roster = from_file('{"northgate": {"profile": "slow", "latency_ms": 30}}')
    assert roster == {"northgate": Profile(Kind.SLOW, latency_ms=30)}


def test_a_file_of_another_shape_is_refused():
    with pytest.raises(BadProfile):
        from_file('["northgate"]')


def test_a_bid_has_two_decimals_and_a_promise():
    body = json.loads(answer_ping(Profile(price=Decimal("41.5")), "a", "p-1").body)
    assert body["price"] == "41.50"
    assert len(body["promise"]) == 16


def test_a_decliner_does_not_bid():
    assert json.loads(answer_ping(Profile(Kind.DECLINE), "a", "p-1").body)["status"] == "no_bid"


def test_faults_go_over_the_wire_in_their_own_manner():
    manners = {kind: answer_post(Profile(kind), "a", "1").manner for kind in Kind}
    assert manners[Kind.HANG] is Manner.HANG
    assert manners[Kind.RESET] is Manner.RESET
    assert manners[Kind.GARBAGE] is Manner.PLAIN


def test_a_slow_buyer_is_slow_unless_told_how_slow():
    assert answer_post(Profile(Kind.SLOW), "a", "1").wait_ms == 1500
    assert answer_post(Profile(Kind.SLOW, latency_ms=20), "a", "1").wait_ms == 20
