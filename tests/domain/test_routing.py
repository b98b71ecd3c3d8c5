"""The order of the line: four modes, levels, chance from a seed, ties by rules."""

import random
from collections import Counter
from datetime import datetime, timedelta
from decimal import Decimal
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.domain.eligibility import Contract, Usage
from app.domain.offers import Mode, Offer
from app.domain.routing import order
from tests.domain.selling import NOW, a_contract, an_offer, candidates, numbers, some_contracts, some_offers


def line(mode: Mode, *contracts: Contract, usage: Usage | None = None, seed: int = 1) -> list[int]:
    return numbers(order(an_offer(mode), candidates(*contracts, usage=usage), random.Random(seed)))


def sold_minutes_ago(**ago: int) -> Usage:
    return Usage(last_sold={UUID(int=int(name[1:])): NOW - timedelta(minutes=past) for name, past in ago.items()})


def test_priority_goes_by_rank_and_equal_ranks_by_longest_wait() -> None:
    contracts = (a_contract(1, rank=2), a_contract(2, rank=1), a_contract(3, rank=1))

    assert line(Mode.PRIORITY, *contracts) == [3, 2, 1]
    assert line(Mode.PRIORITY, *contracts, usage=sold_minutes_ago(c3=1)) == [2, 3, 1]


def test_round_robin_goes_by_longest_wait_and_a_new_contract_waits_since_it_was_made() -> None:
    usage = sold_minutes_ago(c1=10, c2=30)

    assert line(Mode.ROUND_ROBIN, a_contract(1), a_contract(2), a_contract(20), usage=usage) == [2, 20, 1]


def test_taking_turns_serves_everybody_equally() -> None:
    contracts = [a_contract(number) for number in range(1, 5)]
    last: dict[UUID, datetime] = {}
    served = []
    for turn in range(12):
        first = line(Mode.ROUND_ROBIN, *contracts, usage=Usage(last_sold=last))[0]
        last = {**last, UUID(int=first): NOW + timedelta(seconds=turn)}
        served.append(first)

    assert Counter(served) == {1: 3, 2: 3, 3: 3, 4: 3}
    assert served == served[:4] * 3


def test_the_highest_price_goes_first_and_ties_by_longest_wait() -> None:
    assert line(Mode.HIGHEST_BID, a_contract(1, 40), a_contract(2, 50), a_contract(3, 40)) == [2, 3, 1]


def test_a_multiplier_moves_the_place_and_never_the_price() -> None:
    favoured = a_contract(1, 80, multiplier=Decimal("1.5"))
    ordered = order(an_offer(Mode.HIGHEST_BID), candidates(favoured, a_contract(2, 100)), random.Random(1))

    assert numbers(ordered) == [1, 2]
    assert ordered[0].price.as_text() == "80.00"


def test_levels_come_one_after_the_other_each_in_its_own_mode() -> None:
    offer = an_offer(Mode.HIGHEST_BID, levels={2: Mode.PRIORITY})
    contracts = (
        a_contract(1, 90, level=2, rank=2), a_contract(2, 10, level=2, rank=1), a_contract(3, 20), a_contract(4, 30),
    )  # fmt: skip

    assert numbers(order(offer, candidates(*contracts), random.Random(1))) == [4, 3, 2, 1]


@pytest.mark.parametrize(("weights", "gone"), [((1, 2, 7), None), ((1, 2, 7), 3), ((0, 5, 5), None)])
def test_weights_are_shares_renormalised_over_whoever_is_eligible(weights: tuple[int, ...], gone: int | None) -> None:
    contracts = [a_contract(number, weight=weight) for number, weight in enumerate(weights, start=1) if number != gone]
    rng, draws = random.Random(7), 6000
    pool = candidates(*contracts)
    first = Counter(numbers(order(an_offer(Mode.WEIGHTED), pool, rng))[0] for _ in range(draws))
    whole = sum(contract.weight for contract in contracts)

    for contract in contracts:
        assert first[contract.id.int] / draws == pytest.approx(contract.weight / whole, abs=0.025)


def test_a_weight_of_nought_stands_by_at_the_end() -> None:
    assert all(line(Mode.WEIGHTED, a_contract(1, weight=0), a_contract(2), seed=seed) == [2, 1] for seed in range(50))
    assert line(Mode.WEIGHTED, a_contract(1, weight=0), a_contract(2, weight=0)) == [2, 1]


@given(some_offers, some_contracts, st.integers(), st.randoms())
def test_one_seed_gives_one_line_whatever_the_order_the_contracts_come_in(
    offer: Offer, contracts: list[Contract], seed: int, shuffler: random.Random
) -> None:
    pool = list(candidates(*contracts))
    once = numbers(order(offer, pool, random.Random(seed)))
    shuffler.shuffle(pool)

    assert numbers(order(offer, pool, random.Random(seed))) == once
    assert sorted(once) == [contract.id.int for contract in contracts]
    levels = {contract.id.int: contract.level for contract in contracts}
    assert [levels[number] for number in once] == sorted(levels.values())
