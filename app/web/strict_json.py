"""JSON as strict as a ledger needs it: what two readers could understand differently is refused.

Duplicate keys, NaN and Infinity, numbers no database can hold, NUL characters, lone surrogates, deep or
endless nesting: each has a sentence of its own, and none repeats what was sent. A key is named only
when it looks like a field name.
"""

from __future__ import annotations

import json
import math
import re
from itertools import chain
from typing import Any, NoReturn

MAX_DEPTH = 20
MAX_KEYS = 500
_INTEGERS = range(-(2**63), 2**63)  # what both databases and most languages hold exactly as a whole number
_LONGEST_INTEGER = 20
_FIELD_NAME = re.compile(r"[A-Za-z_][A-Za-z0-9_.-]{0,63}", re.ASCII)


class NotStrict(ValueError):
    """The text is not JSON as we take it; the message is a sentence for the sender."""


def parse(raw: bytes) -> Any:
    """The value that the bytes spell; raises NotStrict with the first fault found."""
    try:
        value = _DECODER.decode(raw.decode("utf-8"))
    except UnicodeDecodeError as error:
        raise NotStrict(f"The body is not valid UTF-8 (byte {error.start}).") from None
    except json.JSONDecodeError as error:
        raise NotStrict(_broken(error, raw)) from None
    except RecursionError:
        raise NotStrict(_TOO_DEEP) from None
    _check(value)
    return value


_TOO_DEEP = f"The body is nested more than {MAX_DEPTH} levels deep."
_TOO_MANY = f"The body has more than {MAX_KEYS} keys."


def _broken(error: json.JSONDecodeError, raw: bytes) -> str:
    if not raw.strip():
        return "The body is empty; send a JSON object."
    if raw.startswith(b"\xef\xbb\xbf"):
        return "The body begins with a byte order mark; send plain UTF-8."
    return f"The body is not valid JSON: it breaks at line {error.lineno}, column {error.colno}."


def _object(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    if len(pairs) > MAX_KEYS:
        raise NotStrict(_TOO_MANY)
    found = dict(pairs)
    if len(found) != len(pairs):
        names = [name for name, _ in pairs]
        twice = next(name for name in names if names.count(name) > 1)
        raise NotStrict(f"The key {_named(twice)}appears twice in the same object.")
    return found


def _named(key: str) -> str:
    return f'"{key}" ' if _FIELD_NAME.fullmatch(key) else ""


def _constant(_text: str) -> NoReturn:
    raise NotStrict("NaN and Infinity are not JSON; send a number or null.")


def _integer(text: str) -> int:
    if len(text) > _LONGEST_INTEGER or int(text) not in _INTEGERS:
        raise NotStrict("A whole number is too large to be kept exactly; send it as a string.")
    return int(text)


def _fraction(text: str) -> float:
    number = float(text)
    if not math.isfinite(number):
        raise NotStrict("A number is too large to be kept; send it as a string.")
    return number


_DECODER = json.JSONDecoder(
    object_pairs_hook=_object, parse_constant=_constant, parse_int=_integer, parse_float=_fraction
)


def _check(value: Any) -> None:
    """Depth, number of keys, and characters that cannot be stored, level by level."""
    keys, depth, level = 0, 0, [value]
    while level:
        for text in level:
            if isinstance(text, str):
                _storable(text)
        objects = [item for item in level if isinstance(item, dict)]
        lists = [item for item in level if isinstance(item, list)]
        keys += sum(map(len, objects))
        if keys > MAX_KEYS:
            raise NotStrict(_TOO_MANY)
        if (objects or lists) and depth == MAX_DEPTH:
            raise NotStrict(_TOO_DEEP)
        depth += 1
        level = [*chain(*objects), *chain(*(item.values() for item in objects)), *chain(*lists)]


def _storable(text: str) -> None:
    if "\0" in text:
        raise NotStrict("A text holds a NUL character (\\u0000), which cannot be kept.")
    if not text.isascii():
        try:
            text.encode()
        except UnicodeEncodeError:
            raise NotStrict("A text holds half of a surrogate pair, which is no character.") from None
