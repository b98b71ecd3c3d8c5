"""Patterns that people write, run by RE2: time grows with the text alone, whatever the pattern.

Python's own `re` never sees them. The domain gets `compile_pattern` handed in.
"""

from collections.abc import Callable
from functools import lru_cache

import re2

LONGEST = 1000

_OPTIONS = re2.Options()
_OPTIONS.case_sensitive = False
_OPTIONS.log_errors = False
_OPTIONS.max_mem = 1 << 20


@lru_cache(maxsize=4096)
def compile_pattern(pattern: str) -> Callable[[str], bool]:
    """A test whether a text holds the pattern, in any case. Raises ValueError saying what is wrong with it."""
    if len(pattern) > LONGEST:
        raise ValueError(f"a pattern has at most {LONGEST} characters")
    try:
        compiled = re2.compile(pattern, _OPTIONS)
    except re2.error as fault:
        raise ValueError(f"not a pattern that can be run: {_said(fault)}") from None
    return lambda text: compiled.search(text) is not None


def _said(fault: Exception) -> str:
    """RE2's own words, which arrive as bytes."""
    [words] = fault.args
    return words.decode(errors="replace") if isinstance(words, bytes) else str(words)
