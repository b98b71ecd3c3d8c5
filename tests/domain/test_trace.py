from dataclasses import replace
from datetime import UTC, datetime
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.domain import reasons
from app.domain.auction import Entry
from app.domain.eligibility import Outcome
from app.domain.reasons import No
from app.domain.trace import pack, unpack

BUYERS = tuple((UUID(int=number), f"Buyer {number}") for number in range(3))

noes = st.builds(
    No,
    st.sampled_from(list(reasons.BY_CODE.values())),
    st.sampled_from(["", "state NY is not in TX, FL, CA", "50 of 50 taken today"]),
    st.sampled_from(["", "cap:1"]),
    st.none() | st.just(datetime(2026, 11, 21, tzinfo=UTC)),
)
entries = st.builds(
    lambda contract, buyer, outcome, said, price, place: Entry(
        contract,
        f"Contract {contract.int}",
        *buyer,
        outcome,
        tuple(said),
        price,
        "GBP" if price else "",
        "London",
        place,
    ),
    st.uuids(),
    st.sampled_from(BUYERS),
    st.sampled_from(list(Outcome)),
    st.lists(noes, max_size=3),
    st.none() | st.integers(1, 10_000),
    st.none() | st.integers(1, 9),
)


@given(st.lists(entries, max_size=12))
def test_a_trace_comes_back_as_it_was(trace: list[Entry]) -> None:
    assert unpack(pack(trace)) == tuple(trace)


def test_the_same_words_are_written_once() -> None:
    no = No(reasons.GEO_MISMATCH, "state NY is not in TX")
    one = Entry(UUID(int=7), "A", *BUYERS[0], Outcome.FILTERED, (no,), 4200, "GBP")

    kept = pack([one, replace(one, contract_id=UUID(int=8), reasons=(replace(no),))])

    assert len(kept["reasons"]) == len(kept["buyers"]) == 1
    assert [row[4] for row in kept["rows"]] == [[0], [0]]


def test_a_trace_of_another_version_is_refused() -> None:
    with pytest.raises(ValueError, match="version"):
        unpack({"version": 2})
