"""Patterns of people: quick on hostile text, and refused with a sentence when they are none."""

import pytest

from app.adapters.patterns import compile_pattern


def test_a_pattern_is_found_anywhere_in_any_case() -> None:
    holds = compile_pattern(r"solar\s+\d+kw")

    assert holds("A SOLAR 10kW roof")
    assert not holds("solar")


@pytest.mark.parametrize("pattern", ["(", "a{2,1}", r"(a)\1", "(?=look)", "a" * 1001])
def test_a_pattern_that_cannot_be_run_is_refused_with_a_sentence(pattern: str) -> None:
    with pytest.raises(ValueError, match="pattern"):
        compile_pattern(pattern)


def test_a_pattern_made_to_backtrack_ends() -> None:
    """An engine that backtracks would be at it for ever."""
    assert not compile_pattern("(a+)+$")("a" * 50_000 + "b")
