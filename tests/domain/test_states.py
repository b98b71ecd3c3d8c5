"""The machines are closed: no state is forgotten and no step exists that is not drawn."""

from enum import StrEnum
from itertools import product

import pytest

from app.domain.states import (
    ALLOWED,
    SEAT_TAKEN,
    DeliveryState,
    ImpossibleTransition,
    LeadState,
    MessageState,
    SaleState,
    before,
    is_final,
    move,
)

MACHINES = [LeadState, SaleState, DeliveryState, MessageState]
START = {
    LeadState: LeadState.RECEIVED,
    SaleState: SaleState.RESERVED,
    DeliveryState: DeliveryState.PENDING,
    MessageState: MessageState.PENDING,
}


@pytest.mark.parametrize("machine", MACHINES)
def test_every_state_is_drawn_and_leads_only_to_states_of_its_machine(
    machine: type[StrEnum],
) -> None:
    assert set(ALLOWED[machine]) == set(machine)
    assert all(followers <= set(machine) for followers in ALLOWED[machine].values())


@pytest.mark.parametrize("machine", MACHINES)
def test_every_state_can_be_reached_from_the_first(machine: type[StrEnum]) -> None:
    reached, edge = set[StrEnum](), {START[machine]}
    while edge:
        reached |= edge
        edge = {new for old in edge for new in ALLOWED[machine][old]} - reached

    assert reached == set(machine)


@pytest.mark.parametrize("machine", MACHINES)
def test_move_allows_exactly_what_is_drawn(machine: type[StrEnum]) -> None:
    for old, new in product(machine, machine):
        if new in ALLOWED[machine][old]:
            assert move(machine, old, new) is new
        else:
            with pytest.raises(ImpossibleTransition):
                move(machine, old, new)


@pytest.mark.parametrize("machine", MACHINES)
def test_before_is_the_machine_read_backwards(machine: type[StrEnum]) -> None:
    for old, new in product(machine, machine):
        assert (old in before(machine, new)) is (new in ALLOWED[machine][old])


@pytest.mark.parametrize("machine", MACHINES)
def test_nothing_moves_to_where_it_is(machine: type[StrEnum]) -> None:
    assert all(state not in followers for state, followers in ALLOWED[machine].items())


def test_a_received_lead_may_end_in_any_way() -> None:
    assert ALLOWED[LeadState][LeadState.RECEIVED] == set(LeadState) - {LeadState.RECEIVED}


def test_a_sold_lead_goes_back_to_the_queue_when_every_sale_was_declined() -> None:
    assert move(LeadState, LeadState.SOLD, LeadState.QUEUED) is LeadState.QUEUED


def test_a_sale_with_a_lost_answer_still_holds_its_seat() -> None:
    assert SaleState.UNKNOWN in SEAT_TAKEN
    assert not SEAT_TAKEN & {SaleState.RELEASED, SaleState.RETURNED}


def test_the_text_of_a_table_is_taken_for_the_state() -> None:
    assert move(SaleState, "sold", SaleState.RETURNED) is SaleState.RETURNED


def test_final_states_are_those_that_nothing_follows() -> None:
    final = {state for machine in MACHINES for state in machine if is_final(state)}

    assert final == {
        LeadState.REJECTED, SaleState.RELEASED, SaleState.RETURNED, DeliveryState.DELIVERED,
        DeliveryState.DECLINED, DeliveryState.CANCELLED, MessageState.DELIVERED, MessageState.FAILED,
        MessageState.CANCELLED,
    }  # fmt: skip
