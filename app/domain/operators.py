"""What a single test of a filter can ask of a value.

Each operator builds a `Check` once, from what stands in the filter; running it is then cheap. Text is compared
case-blind, numbers as exact decimals, and a value that cannot be read as the test needs it fails the test.
"""

import math
import re
from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

from app.domain.facts import is_missing
from app.domain.fields import CompilePattern, no_patterns
from app.domain.normalize import postal_prefixes, postcode

LONGEST_LIST = 10_000
SHOWN = 10
EARTH_KM = 6371.0088  # mean radius, IUGG

_NUMBER = re.compile(r"\s*[+-]?\d{1,18}(?:\.\d{1,12})?\s*", re.ASCII)


@dataclass(frozen=True, slots=True)
class Check:
    """``reads`` gives the value in comparable form or None; ``passes`` judges that.

    ``fails_as`` and ``holds_as`` end the sentence "<field> <value> ..." when the test fails, and when it holds but
    was turned round. ``kind`` is what an unreadable value is not.
    """

    reads: Callable[[object], Any]
    passes: Callable[[Any], bool]
    fails_as: str
    holds_as: str
    kind: str = "text"


@dataclass(frozen=True, slots=True)
class Tools:
    """What filters may use beside the lead: a pattern engine and named lists of case-folded texts."""

    compile_pattern: CompilePattern = no_patterns
    lists: Mapping[str, Collection[str]] = field(default_factory=dict)


def text(value: object) -> str | None:
    """Case-folded and trimmed; numbers and truth values as they are written."""
    if isinstance(value, str):
        return value.strip().casefold() or None
    if isinstance(value, bool):
        return "true" if value else "false"
    return str(value) if isinstance(value, int | Decimal | float) else None


def number(value: object) -> Decimal | int | None:
    """A number, or text that plainly is one."""
    if isinstance(value, bool):
        return None
    if isinstance(value, int):
        return value
    if isinstance(value, str):
        return Decimal(value.strip()) if _NUMBER.fullmatch(value) else None
    exact = Decimal(repr(value)) if isinstance(value, float) else value
    return exact if isinstance(exact, Decimal) and exact.is_finite() else None


def moment(value: object) -> datetime | None:
    """A date or a time, as text of ISO 8601 or as such; without an offset it is UTC."""
    try:
        read = datetime.fromisoformat(value if isinstance(value, str) else getattr(value, "isoformat", str)())
    except ValueError:
        return None
    return read if read.tzinfo else read.replace(tzinfo=UTC)


def truth(value: object) -> bool | None:
    """True or false, also as text."""
    return {"true": True, "yes": True, "1": True, "false": False, "no": False, "0": False}.get(text(value) or "")


def equals(wanted: object, _tools: Tools) -> Check:
    """The same text, number or truth value as in the filter."""
    if isinstance(wanted, bool):
        return Check(truth, lambda read: read is wanted, f"is not {text(wanted)}", "is excluded", "true or false")
    if isinstance(wanted, str):
        folded = text(wanted)
        return Check(text, lambda read: bool(read == folded), f"is not {wanted}", "is excluded")
    figure = _figure(wanted)
    return Check(number, lambda read: bool(read == figure), f"is not {figure}", "is excluded", "a number")


def is_in(wanted: object, _tools: Tools) -> Check:
    """One of the values in the filter."""
    values = _several(wanted)
    shown = _listed(values)
    if all(number(value) is not None and not isinstance(value, str) for value in values):
        figures = frozenset(map(number, values))
        return Check(number, figures.__contains__, f"is not in {shown}", f"is among the excluded {shown}", "a number")
    folded = frozenset(map(text, values))
    return Check(text, folded.__contains__, f"is not in {shown}", f"is among the excluded {shown}")


def ordered(compares: Callable[[Any, Any], bool], fails: str, holds: str) -> Callable[[object, Tools], Check]:
    """An operator that compares with a number or a date."""

    def build(wanted: object, _tools: Tools) -> Check:
        reads, kind, bound = _scale(wanted)
        return Check(reads, lambda read: compares(read, bound), f"{fails} {wanted}", f"{holds} {wanted}", kind)

    return build


def between(wanted: object, _tools: Tools) -> Check:
    """From the first bound to the second, both included."""
    low, high = _several(wanted, exactly=2)
    reads, kind, least = _scale(low)
    _, other, most = _scale(high)
    if kind != other or most < least:
        raise ValueError("must be two numbers or two dates, the smaller first")
    span = f"between {low} and {high}"
    return Check(reads, lambda read: bool(least <= read <= most), f"is not {span}", f"is {span}", kind)


def exists(wanted: object, _tools: Tools) -> Check:
    """There at all; takes no value."""
    if wanted is not None:
        raise ValueError("takes no value")
    return Check(lambda value: None if is_missing(value) else True, bool, "is missing", "is given and must be blank")


def starts_with(wanted: object, _tools: Tools) -> Check:
    """Begins with the text, or one of the texts."""
    values = _texts(wanted)
    begins = tuple(value.casefold() for value in values)
    shown = _listed(values)
    return Check(
        text, lambda read: bool(read.startswith(begins)), f"does not start with {shown}", f"starts with {shown}"
    )


def matches(wanted: object, tools: Tools) -> Check:
    """Holds the pattern, in any case; run by the engine that was handed in."""
    [pattern] = _texts(wanted)
    return Check(text, tools.compile_pattern(pattern), f"does not match {pattern}", f"matches {pattern}")


def in_list(wanted: object, tools: Tools) -> Check:
    """On the list of that name."""
    [name] = _texts(wanted)
    if name not in tools.lists:
        raise ValueError(f"there is no list {name!r}")
    known = tools.lists[name]
    return Check(text, lambda read: read in known, f"is not on the list {name}", f"is on the list {name}")


def postcode_prefix(wanted: object, _tools: Tools) -> Check:
    """A postal code inside one of the areas, districts, sectors or ZIP beginnings (`normalize.postal_prefixes`)."""
    values = _texts(wanted)
    covers = frozenset(map(postcode, values))
    shown = _listed(values)

    def inside(code: str) -> bool:
        return not covers.isdisjoint(postal_prefixes(code))

    return Check(text, inside, f"is not in {shown}", f"is in the excluded {shown}", "a postcode")


def radius(wanted: object, _tools: Tools) -> Check:
    """Within so many kilometres of a place, along the great circle; reads a pair of latitude and longitude."""
    keys = ("lat", "lon", "km")
    if not isinstance(wanted, dict) or set(wanted) != set(keys) or any(number(wanted[key]) is None for key in keys):
        raise ValueError('must be {"lat": ..., "lon": ..., "km": ...}, all numbers')
    lat, lon, km = (float(wanted[key]) for key in keys)
    if abs(lat) > 90 or abs(lon) > 180 or km <= 0:  # noqa: PLR2004  degrees
        raise ValueError("must be a place on Earth and a distance over 0 km")
    said = f"{km:g} km of {lat:g}, {lon:g}"

    def near(here: tuple[float, float]) -> bool:
        return distance_km(here, (lat, lon)) <= km

    return Check(_place, near, f"is not within {said}", f"is within {said}", "a place")


def distance_km(one: tuple[float, float], other: tuple[float, float]) -> float:
    """Between two pairs of latitude and longitude along the great circle, by the haversine formula."""
    lat, other_lat = math.radians(one[0]), math.radians(other[0])
    lift = math.sin((other_lat - lat) / 2) ** 2
    turn = math.sin(math.radians(other[1] - one[1]) / 2) ** 2
    return 2 * EARTH_KM * math.asin(math.sqrt(min(1.0, lift + math.cos(lat) * math.cos(other_lat) * turn)))


def _place(value: object) -> tuple[float, float] | None:
    lat, lon = map(number, value) if isinstance(value, tuple) else (None, None)
    return None if lat is None or lon is None else (float(lat), float(lon))


def _scale(bound: object) -> tuple[Callable[[object], Any], str, Any]:
    """How to read what is compared with this bound: as numbers, or as moments."""
    if (figure := number(bound)) is not None:
        return number, "a number", figure
    if isinstance(bound, str) and (when := moment(bound)) is not None:
        return moment, "a date", when
    raise ValueError("must be a number or a date")


def _figure(wanted: object) -> Decimal | int:
    if (figure := number(wanted)) is None:
        raise ValueError("must be a text, a number, true or false")
    return figure


def _several(wanted: object, exactly: int = 0) -> list[Any]:
    if not isinstance(wanted, list) or any(text(value) is None for value in wanted):
        raise ValueError("must be a list of texts or numbers")
    if exactly and len(wanted) != exactly:
        raise ValueError(f"must be a list of {exactly}")
    if not 0 < len(wanted) <= LONGEST_LIST:
        raise ValueError(f"must be a list of 1 to {LONGEST_LIST} values; longer ones belong in a named list")
    return wanted


def _texts(wanted: object) -> list[str]:
    values = [wanted] if isinstance(wanted, str) else _several(wanted)
    if not all(isinstance(value, str) and value.strip() for value in values):
        raise ValueError("must be a text or a list of texts, none of them blank")
    return values


def _listed(values: list[Any]) -> str:
    shown = ", ".join(map(str, values[:SHOWN]))
    return shown if len(values) <= SHOWN else f"{shown} and {len(values) - SHOWN} more"
