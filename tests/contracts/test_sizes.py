"""The house's budget of size: what does not fit one look is two things."""

from __future__ import annotations

import statistics

from tests.support.tree import functions, modules

OURS = ("app", "jobs", "tools")
LONGEST_MODULE, LONGEST_TEST_MODULE, LONGEST_FUNCTION = 250, 300, 40
MOST_FUNCTIONS = 25  # lines; nine in ten stay within


def _length(path):
    return len(path.read_text().splitlines())


def test_no_module_is_longer_than_its_budget():
    long = {name: _length(path) for name, path in modules(*OURS, "bench") if _length(path) > LONGEST_MODULE}
    assert long == {}


def test_no_test_module_is_longer_than_its_budget():
    long = {name: _length(path) for name, path in modules("tests") if _length(path) > LONGEST_TEST_MODULE}
    assert long == {}


def test_no_function_is_longer_than_its_budget():
    long = {
        f"{name}:{function}": lines
        for name, path in modules(*OURS)
        for function, lines in functions(path)
        if lines > LONGEST_FUNCTION
    }
    assert long == {}


def test_nine_functions_in_ten_are_short():
    lengths = [lines for _, path in modules(*OURS) for _, lines in functions(path)]
    assert statistics.quantiles(lengths, n=10)[-1] <= MOST_FUNCTIONS
