"""Awards: never above the seats, never twice to one buyer, and a reason for everybody else."""

import random
from uuid import UUID

from hypothesis import given
from hypothesis import strategies as st

from app.domain import reasons
from app.domain.auction import Award, Held, award
from app.domain.eligibility import Contract, Outcome
from app.domain.offers import Mode, Offer, Seats
from app.domain.panel import Panel, sift
from app.domain.routing import order
from app.domain.trace import pack, unpack
from tests.domain.selling import (
    NOW,
    a_contract,
    an_offer,
    candidates,
    numbers,
    some_contracts,
    some_offers,
    terms,
    wants,
)

NOTHING = Held()
held_seats = st.builds(Held, st.frozensets(st.integers(1, 4), max_size=3), st.booleans())


def awarded(offer: Offer, *contracts: Contract, held: Held = NOTHING) -> Award:
    return award(offer, order(offer, candidates(*contracts), random.Random(1)), held)


def a_hybrid(*contracts: Contract, held: Held = NOTHING) -> Award:
    return awarded(an_offer(Mode.HIGHEST_BID, Seats.HYBRID, 3), *contracts, held=held)


def test_an_exclusive_lead_has_one_winner() -> None:
    result = awarded(an_offer(Mode.HIGHEST_BID), a_contract(1, 40), a_contract(2, 50))

    assert numbers(result.winners) == [2]
    [(candidate, no)] = result.passed
    assert (candidate.contract.id.int, no.reason, no.sentence) == (1, reasons.OUTBID, "outbid by 10.00 GBP")


def test_a_shared_lead_goes_to_the_first_of_the_line_never_twice_to_one_buyer() -> None:
    same = UUID(int=9)
    offer = an_offer(Mode.HIGHEST_BID, Seats.SHARED, 2)
    result = awarded(offer, a_contract(1, 50, buyer_id=same), a_contract(2, 45, buyer_id=same), a_contract(3, 40))

    assert numbers(result.winners) == [1, 3]
    assert [winner.slot for winner in result.winners] == [1, 2]
    assert [no.reason for _, no in result.passed] == [reasons.ONE_SEAT_A_BUYER]


def test_seats_already_sold_are_not_sold_again() -> None:
    offer = an_offer(Mode.PRIORITY, Seats.SHARED, 3)
    result = awarded(offer, a_contract(1), a_contract(2), a_contract(3), held=Held(frozenset({2}), shared=True))

    assert [winner.slot for winner in result.winners] == [1, 3]


def test_an_exclusive_lead_that_is_held_has_no_winner() -> None:
    held = Held(frozenset({1}))

    assert awarded(an_offer(), a_contract(1), held=held).winners == ()
    assert a_hybrid(a_contract(1), held=held).winners == ()


def test_contracts_get_only_the_kind_of_seat_they_take() -> None:
    alone, together = a_contract(1, 50, sells="exclusive"), a_contract(2, 40, sells="shared")

    assert numbers(awarded(an_offer(), together, alone).winners) == [1]
    assert numbers(awarded(an_offer(Mode.PRIORITY, Seats.SHARED, 2), together, alone).winners) == [2]


def test_a_hybrid_offer_starts_with_whatever_earns_more() -> None:
    shared = [a_contract(number, 20, sells="shared") for number in (1, 2, 3, 4)]

    assert numbers(a_hybrid(*shared, a_contract(9, 59, sells="exclusive")).winners) == [4, 3, 2]
    assert numbers(a_hybrid(*shared, a_contract(9, 60, sells="exclusive")).winners) == [9]


def test_a_hybrid_offer_recomputes_after_a_decline() -> None:
    alone = a_contract(9, 50, sells="exclusive")
    shared = [a_contract(number, 20, sells="shared") for number in (1, 2, 3)]
    assert numbers(a_hybrid(*shared, alone).winners) == [3, 2, 1]

    after_a_decline = [one for one in shared if one.id.int != 3]
    assert numbers(a_hybrid(*after_a_decline, alone).winners) == [9]


def test_one_accepted_shared_sale_keeps_the_lead_shared() -> None:
    left = (a_contract(1, 5, sells="shared"), a_contract(9, 500, sells="exclusive"))
    result = a_hybrid(*left, held=Held(frozenset({1}), shared=True))

    assert numbers(result.winners) == [1]
    assert result.winners[0].slot == 2


def test_a_hybrid_offer_counts_a_buyer_once_in_the_sum() -> None:
    same = UUID(int=9)
    shared = [a_contract(number, 20, sells="shared", buyer_id=same) for number in (1, 2, 3)]

    assert numbers(a_hybrid(*shared, a_contract(9, 30, sells="exclusive")).winners) == [9]


@given(some_offers, some_contracts, held_seats, st.integers())
def test_no_award_passes_the_seats_or_gives_a_buyer_two(
    offer: Offer, contracts: list[Contract], held: Held, seed: int
) -> None:
    result = award(offer, order(offer, candidates(*contracts), random.Random(seed)), held)
    slots = [winner.slot for winner in result.winners]
    buyers = [winner.candidate.contract.buyer_id for winner in result.winners]

    assert len(set(slots) | held.slots) == len(slots) + len(held.slots)
    assert all(1 <= slot <= offer.seat_count for slot in slots)
    assert len(set(buyers)) == len(buyers)
    if any(not winner.shared for winner in result.winners):
        assert len(slots) == 1
        assert not held.slots


@given(some_offers, some_contracts, held_seats)
def test_whoever_does_not_win_is_told_why(offer: Offer, contracts: list[Contract], held: Held) -> None:
    result = award(offer, order(offer, candidates(*contracts), random.Random(3)), held)

    assert sorted(numbers(result.winners) + numbers(one for one, _ in result.passed)) == [
        contract.id.int for contract in contracts
    ]
    assert all(no.sentence for _, no in result.passed)


@given(some_contracts, st.integers(1, 4))
def test_a_hybrid_offer_never_takes_less_than_its_best_single_price(contracts: list[Contract], count: int) -> None:
    offer = an_offer(Mode.HIGHEST_BID, Seats.HYBRID, count)
    pool = candidates(*contracts)
    result = award(offer, order(offer, pool, random.Random(1)), NOTHING)
    alone = [one.price.amount for one in pool if one.contract.sells != "shared"]

    assert sum(winner.candidate.price.amount for winner in result.winners) >= max(alone, default=0)


def test_the_trace_holds_every_contract_winners_first() -> None:
    offer = an_offer(Mode.HIGHEST_BID)
    contracts = (a_contract(1, 50), a_contract(2, 40), a_contract(3, wants=wants("region", "eq", "TX")))
    sifted = sift(Panel(offer, contracts), {"region": "NY"}, terms(), NOW)
    result = award(offer, order(offer, sifted.eligible, random.Random(1)), NOTHING)
    entries = unpack(pack(sifted, result), sifted.panel.sheet.body)

    assert [(entry.contract, entry.outcome, entry.place) for entry in entries] == [
        ("Contract 1", Outcome.SOLD, 1), ("Contract 2", Outcome.OUTBID, 2), ("Contract 3", Outcome.FILTERED, None),
    ]  # fmt: skip
    assert entries[2].reasons[0].sentence == "region NY is not TX"
    assert [entry.price_minor for entry in entries] == [5000, 4000, 4000]
