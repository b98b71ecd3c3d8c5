"""Scoring: 0 to 100 points from ten named components, each explained by a sentence.

A component measures the lead and answers a share in hundredths; its weight in the vertical's model is the most it can
give. Integers only: points are weight x share / 100, halves rounded up. Nothing is learned and nothing is hidden.
The components are the buyer dialect's; maxima, thresholds and weights are edited per vertical.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from enum import StrEnum
from types import MappingProxyType
from typing import Any, NamedTuple, Self

from app.domain.facts import Facts, is_missing

FULL = 100


class Tier(StrEnum):
    """What buyers see instead of the number."""

    HOT = "hot"
    WARM = "warm"
    QUALIFIED = "qualified"


class Measure(NamedTuple):
    """A component's finding: hundredths of its weight, and why."""

    share: int
    sentence: str


@dataclass(frozen=True, slots=True)
class Part:
    """One component of a score as it is shown: points out of the most it could give."""

    name: str
    points: int
    most: int
    sentence: str

    def to_json(self) -> dict[str, Any]:
        """For the lead's row."""
        return {name: getattr(self, name) for name in self.__slots__}


@dataclass(frozen=True, slots=True)
class Score:
    """The sum of the parts, its tier, and the parts in the model's order."""

    points: int
    tier: Tier
    parts: tuple[Part, ...]

    @property
    def breakdown(self) -> dict[str, int]:
        """Points by component, as the buyer dialect prints them."""
        return {part.name: part.points for part in self.parts}


def _given(facts: Facts, *names: str) -> str:
    """The first of these fields that is there, as text; else nothing."""
    return next((str(facts[name]).strip() for name in names if not is_missing(facts.get(name))), "")


def _phone_valid(facts: Facts) -> Measure:
    if not _given(facts, "phone"):
        return Measure(0, "No telephone number.")
    if facts.get("phone_valid"):
        return Measure(FULL, "The telephone number is in a range that is given out.")
    return Measure(40, "The telephone number is possible, but in no range that is given out.")


def _email_valid(facts: Facts) -> Measure:
    if not _given(facts, "email"):
        return Measure(0, "No e-mail address.")
    if facts.get("email_disposable"):
        return Measure(10, "The e-mail address is a throw-away one.")
    if facts.get("email_free"):
        return Measure(80, "The e-mail address is well-formed, at a house that anybody may join.")
    return Measure(FULL, "The e-mail address is well-formed, at a domain of its own.")


def _suburb_match(facts: Facts) -> Measure:
    """Place names must agree with what the network says of the caller's address, where it says anything."""
    region, seen = _given(facts, "region", "province").casefold(), _given(facts, "ip_region").casefold()
    place = _given(facts, "suburb", "city", "postal_code")
    if region and seen and region == seen:
        return Measure(FULL if place else 80, "The region given is where the IP address is.")
    if region and seen:
        return Measure(20, "The region given is not where the IP address is.")
    if place and region:
        return Measure(80, "Place and region are given; the IP address says nothing about them.")
    return Measure(50, "The place is given without a region.") if place or region else Measure(0, "No place is given.")


def _budget_provided(facts: Facts) -> Measure:
    money = ("budget", "amount", "deposit", "value", "income", "assets", "investment", "debt_total", "monthly_bill")
    if any(word in name and not is_missing(value) for name, value in facts.items() for word in money):
        return Measure(FULL, "A sum of money is given.")
    return Measure(0, "No sum of money is given.")


_URGENCY = MappingProxyType(
    {"asap": 100, "immediately": 100, "now": 100, "this_week": 100, "this_month": 75, "this_quarter": 40}
)


def _urgency_high(facts: Facts) -> Measure:
    urgency = _given(facts, "urgency", "timeframe").lower().replace(" ", "_")
    if not urgency:
        return Measure(0, "Nothing is said about how soon.")
    share = _URGENCY.get(urgency, 20)
    return Measure(share, "It is wanted at once." if share == FULL else "It is wanted later.")


def _form_complete(facts: Facts) -> Measure:
    """`form_filled` of `form_fields` are counted by whoever knows the schema."""
    asked, filled = facts.get("form_fields"), facts.get("form_filled")
    if not isinstance(asked, int) or not isinstance(filled, int) or not 0 <= filled <= asked or asked == 0:
        return Measure(50, "How much of the form was filled in is not known.")
    return Measure(filled * FULL // asked, f"{filled} of {asked} fields were filled in.")


def _service_specific(facts: Facts) -> Measure:
    kind, service = (
        _given(facts, "sub_vertical"),
        _given(facts, "service_type", "claim_type", "cover_type", "part_type"),
    )
    if kind and service:
        return Measure(FULL, "Both the kind of work and the service are named.")
    return Measure(60, "The service is named.") if kind or service else Measure(0, "No service is named.")


def _real_name(facts: Facts) -> Measure:
    first, last = _given(facts, "first_name"), _given(facts, "last_name")
    if not first or not last:
        return Measure(40 if first or last else 0, "First or last name is missing.")
    if not all(letter.isalpha() or letter in " .'’-" for letter in first + last) or first == last:
        return Measure(20, "The name holds what names do not hold, or one word twice.")
    if min(len(first.strip(".")), len(last.strip("."))) == 1:
        return Measure(80, "One of the names is an initial.")
    return Measure(FULL, "First and last name look like names.")


def _organic_source(facts: Facts) -> Measure:
    medium = _given(facts, "utm_medium").lower()
    if _given(facts, "gclid", "fbclid", "msclkid") or medium in {"cpc", "ppc", "paid", "display", "paid_social"}:
        return Measure(50, "The person came by a paid click.")
    if medium in {"organic", "seo"}:
        return Measure(FULL, "The person came by an unpaid search.")
    return Measure(75, "Nothing says that the visit was paid for.")


def _intent_score(facts: Facts) -> Measure:
    """Signs of meaning it; half the points before any is seen."""
    signs = {
        "consent": _given(facts, "consent_token", "consent_text", "certificate", "leadid"),
        "a message": _given(facts, "notes", "message", "comments"),
    }
    shown = [sign for sign, value in signs.items() if value]
    if facts.get("ip_is_datacenter"):
        return Measure(0, "The enquiry came from a data centre, not from a home.")
    return Measure(50 + 25 * len(shown), f"Signs of meaning it: {', '.join(shown) or 'none beside the form itself'}.")


COMPONENTS: Mapping[str, Callable[[Facts], Measure]] = MappingProxyType(
    {
        "phone_valid": _phone_valid,
        "email_valid": _email_valid,
        "suburb_match": _suburb_match,
        "budget_provided": _budget_provided,
        "urgency_high": _urgency_high,
        "form_complete": _form_complete,
        "service_specific": _service_specific,
        "real_name": _real_name,
        "organic_source": _organic_source,
        "intent_score": _intent_score,
    }
)

WEIGHTS: Mapping[str, int] = MappingProxyType(dict.fromkeys(COMPONENTS, 10) | {"urgency_high": 12, "organic_source": 8})


@dataclass(frozen=True, slots=True)
class ScoreModel:
    """A vertical's weights, which add up to 100, and the points from which a lead is hot or warm.

    Raises ValueError when a weight is unknown or negative, they do not add up, or hot is not above warm.
    """

    weights: Mapping[str, int]
    hot: int = 80
    warm: int = 60

    def __post_init__(self) -> None:
        if unknown := set(self.weights) - set(COMPONENTS):
            raise ValueError(f"no such score component: {', '.join(sorted(unknown))}")
        if min(self.weights.values(), default=0) < 0 or sum(self.weights.values()) != FULL:
            raise ValueError(f"the weights must add up to 100, not {sum(self.weights.values())}, and none be negative")
        if not 0 <= self.warm < self.hot <= FULL:
            raise ValueError("hot must be above warm, both from 0 to 100")

    @classmethod
    def from_json(cls, kept: Mapping[str, Any]) -> Self:
        """What `to_json` gave; an empty object is the default model. Raises ValueError."""
        return cls(dict(kept.get("weights", WEIGHTS)), kept.get("hot", 80), kept.get("warm", 60))

    def to_json(self) -> dict[str, Any]:
        """For the vertical's row."""
        return {"weights": dict(self.weights), "hot": self.hot, "warm": self.warm}

    def tier(self, points: int) -> Tier:
        """Hot and warm from their thresholds upwards, the rest qualified."""
        if points >= self.hot:
            return Tier.HOT
        return Tier.WARM if points >= self.warm else Tier.QUALIFIED


DEFAULT = ScoreModel(WEIGHTS)


def score(model: ScoreModel, facts: Facts) -> Score:
    """The lead's score under that vertical's model."""
    parts = []
    for name, most in model.weights.items():
        share, sentence = COMPONENTS[name](facts)
        parts.append(Part(name, (most * share + 50) // FULL, most, sentence))
    points = sum(part.points for part in parts)
    return Score(points, model.tier(points), tuple(parts))
