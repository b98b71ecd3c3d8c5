"""JSON, both ways: the document is the body, UTF-8, one line."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

import orjson

from app.adapters.buyers import answers
from app.adapters.buyers.base import Answered, Document, Reading, Rules, Verdict, Wire

_OWN = {"Content-Type": "application/json", "Accept": "application/json"}


def write_ping(document: Document, headers: Mapping[str, str]) -> Wire:
    """The question as a JSON body, by POST."""
    return _wire(document, headers)


def read_ping(answer: Answered, rules: Rules) -> Reading:
    """A bid needs a price: an acceptance without one is an error."""
    reading = answers.read(answer, rules, is_price_required=True)
    if reading.verdict is Verdict.ACCEPTED and reading.price is None:
        return Reading(Verdict.ERROR, "The answer holds no price.")
    # A question gives nothing away: whatever came back, nobody holds the lead.
    return replace(reading, is_ambiguous=False)


def write_post(document: Document, headers: Mapping[str, str]) -> Wire:
    """The lead as a JSON body, by POST."""
    return _wire(document, headers)


def read_post(answer: Answered, rules: Rules) -> Reading:
    """The verdict on a lead."""
    return answers.read(answer, rules)


def _wire(document: Document, headers: Mapping[str, str]) -> Wire:
    """A header of the buyer's, in any case, goes before ours."""
    named = {name.lower() for name in headers}
    own = {name: value for name, value in _OWN.items() if name.lower() not in named}
    return Wire("POST", own | dict(headers), orjson.dumps(document, default=str))
