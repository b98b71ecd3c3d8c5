"""JSON that two readers could understand differently is refused, with a sentence that repeats nothing."""

from __future__ import annotations

import json
import time

import pytest

from app.web.strict_json import NotStrict, parse

TOO_DEEP = "The body is nested more than 20 levels deep."
TOO_MANY = "The body has more than 500 keys."
FAULTY = {
    "an empty body": (b"", "The body is empty; send a JSON object."),
    "blanks alone": (b" \n", "The body is empty; send a JSON object."),
    "a body cut off": (b'{"email": "jane', "The body is not valid JSON: it breaks at line 1, column 11."),
    "a fault in the second line": (b'{"a": 1,\n "b": }', "The body is not valid JSON: it breaks at line 2, column 7."),
    "single quotes": (b"{'a': 1}", "The body is not valid JSON: it breaks at line 1, column 2."),
    "a comma too many": (b'{"a": 1,}', "The body is not valid JSON: it breaks at line 1, column 9."),
    "something after the end": (b"{} {}", "The body is not valid JSON: it breaks at line 1, column 4."),
    "a raw control character": (b'{"a": "x\x01"}', "The body is not valid JSON: it breaks at line 1, column 9."),
    "a byte order mark": (b"\xef\xbb\xbf{}", "The body begins with a byte order mark; send plain UTF-8."),
    "Latin-1": (b'{"a": "caf\xe9"}', "The body is not valid UTF-8 (byte 10)."),
    "a key twice": (b'{"email": 1, "email": 2}', 'The key "email" appears twice in the same object.'),
    "a strange key twice": (b'{"<b>": 1, "<b>": 2}', "The key appears twice in the same object."),
    "a key twice further in": (b'{"a": [{"b": 1, "b": 2}]}', 'The key "b" appears twice in the same object.'),
    "NaN": (b'{"a": NaN}', "NaN and Infinity are not JSON; send a number or null."),
    "Infinity": (b'{"a": -Infinity}', "NaN and Infinity are not JSON; send a number or null."),
    "a fraction beyond measure": (b'{"a": 1e999}', "A number is too large to be kept; send it as a string."),
    "a whole number beyond 64 bits": (
        b'{"a": 9223372036854775808}',
        "A whole number is too large to be kept exactly; send it as a string.",
    ),
    "a number of a quarter million digits": (
        b"9" * 250_000,
        "A whole number is too large to be kept exactly; send it as a string.",
    ),
    "NUL in a text": (rb'{"a": "\u0000"}', r"A text holds a NUL character (\u0000), which cannot be kept."),
    "NUL in a key": (rb'{"\u0000": 1}', r"A text holds a NUL character (\u0000), which cannot be kept."),
    "half a surrogate pair": (rb'{"a": "\ud800"}', "A text holds half of a surrogate pair, which is no character."),
    "21 lists in each other": (b"[" * 21 + b"]" * 21, TOO_DEEP),
    "a hundred thousand lists": (b"[" * 100_000, TOO_DEEP),
    "a hundred thousand objects": (b'{"a":' * 100_000, TOO_DEEP),
    "501 keys in one object": (json.dumps({str(n): n for n in range(501)}).encode(), TOO_MANY),
    "501 keys in many objects": (json.dumps([{"a": n} for n in range(501)]).encode(), TOO_MANY),
}


@pytest.mark.parametrize("case", FAULTY)
def test_what_is_not_strict_is_refused_with_its_own_sentence(case):
    raw, sentence = FAULTY[case]
    with pytest.raises(NotStrict) as refusal:
        parse(raw)
    assert str(refusal.value) == sentence


@pytest.mark.parametrize(
    "value",
    [
        {"name": "Zoë 😀", "tags": ["a", None, True, -1.5, 0], "inner": {"name": "again"}},
        [[[[[[[[[[[[[[[[[[[[]]]]]]]]]]]]]]]]]]]],
        {str(n): n for n in range(500)},
        2**63 - 1,
        "\\u0000 spelled out is text",
    ],
    ids=["a lead", "20 levels", "500 keys", "the largest whole number", "an escaped backslash"],
)
def test_what_is_strict_is_read_as_it_stands(value):
    assert parse(json.dumps(value).encode()) == value


def test_a_surrogate_pair_is_one_character():
    assert parse(rb'"\ud83d\ude00"') == "😀"


def test_the_check_is_cheap():
    """12 µs were measured for such a body; a lead costs near a millisecond. In this thread's own time."""
    lead = {f"field_{n}": "some text of usual length" for n in range(15)} | {"extra_fields": {"a": 1, "b": 2}}
    raw = json.dumps(lead).encode()
    started = time.thread_time()
    for _ in range(500):
        parse(raw)
    assert (time.thread_time() - started) / 500 < 0.0005
