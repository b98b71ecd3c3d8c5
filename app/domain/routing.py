"""Who goes first: the four modes, level by level.

Chance comes in as ``rng`` and ties are settled by rules that everybody can look up: the contract that
has waited longest for a sale, then the older one, then the smaller id.
"""

import random
from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import datetime
from decimal import Decimal
from types import MappingProxyType
from uuid import UUID

from app.domain.eligibility import Candidate
from app.domain.offers import Mode, Offer

Ordered = tuple[Candidate, ...]


def order(offer: Offer, candidates: Iterable[Candidate], rng: random.Random) -> Ordered:
    """All candidates in the order in which they are offered the lead: levels first, then their mode."""
    by_level: dict[int, list[Candidate]] = {}
    for candidate in candidates:
        by_level.setdefault(candidate.contract.level, []).append(candidate)
    return tuple(
        candidate for level in sorted(by_level) for candidate in MODES[offer.mode_of(level)](by_level[level], rng)
    )


def _longest_wait(candidate: Candidate) -> tuple[datetime, datetime, UUID]:
    contract = candidate.contract
    return candidate.waiting_since, contract.created_at, contract.id


def by_priority(candidates: Sequence[Candidate], _rng: random.Random) -> Ordered:
    """The waterfall: the smallest rank first, equal ranks by longest wait."""
    return tuple(sorted(candidates, key=lambda one: (one.contract.rank, *_longest_wait(one))))


def by_turn(candidates: Sequence[Candidate], _rng: random.Random) -> Ordered:
    """Round robin: whoever has waited longest since its last sale; a new contract waits since its creation."""
    return tuple(sorted(candidates, key=_longest_wait))


def ranking_price(candidate: Candidate) -> Decimal:
    """The price times the contract's multiplier: it moves its place, never what it pays."""
    return candidate.price.amount * candidate.contract.multiplier


def by_price(candidates: Sequence[Candidate], _rng: random.Random) -> Ordered:
    """The highest ranking price first, ties by longest wait."""
    return tuple(sorted(candidates, key=lambda one: (-ranking_price(one), *_longest_wait(one))))


def by_weight(candidates: Sequence[Candidate], rng: random.Random) -> Ordered:
    """Drawn by weight among those that are eligible now, one after the other without putting back.

    So shares renormalise when a contract is capped or closed. A weight of nought goes last.
    """
    left = sorted(candidates, key=_longest_wait)
    drawn: list[Candidate] = []
    while left:
        weights = [max(one.contract.weight, 0) for one in left]
        if not any(weights):
            drawn.extend(left)
            break
        drawn.append(left.pop(_draw(weights, rng)))
    return tuple(drawn)


def _draw(weights: Sequence[int], rng: random.Random) -> int:
    point = rng.randrange(sum(weights))
    for place, weight in enumerate(weights):
        point -= weight
        if point < 0:
            return place
    raise AssertionError


MODES: Mapping[Mode, Callable[[Sequence[Candidate], random.Random], Ordered]] = MappingProxyType(
    {Mode.PRIORITY: by_priority, Mode.WEIGHTED: by_weight, Mode.ROUND_ROBIN: by_turn, Mode.HIGHEST_BID: by_price}
)
