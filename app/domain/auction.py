"""Who gets the seats, why everybody else did not, and a line of the trace that says so (`domain.trace` stores it).

An exclusive lead has one seat; a shared one up to N, never two of them for the same buyer. A hybrid
offer compares the best exclusive price with the sum of the best N shared ones and starts with the
better; it is asked again after each decline, and one accepted shared sale keeps the lead shared.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from uuid import UUID

from app.domain.eligibility import Candidate, Outcome
from app.domain.money import Money
from app.domain.offers import Mode, Offer, Seats
from app.domain.reasons import ONE_SEAT_A_BUYER, OUTBID, SEATS_FILLED, No


@dataclass(frozen=True, slots=True)
class Held:
    """Live sales that the lead already has: the slots they fill, and whether they are shared ones."""

    slots: frozenset[int] = frozenset()
    shared: bool = False


@dataclass(frozen=True, slots=True)
class Winner:
    """A candidate with the seat it gets; seats are numbered from 1."""

    candidate: Candidate
    slot: int
    shared: bool


@dataclass(frozen=True, slots=True)
class Award:
    """The winners, and the rest in order with the reason why they are not among them."""

    winners: tuple[Winner, ...]
    passed: tuple[tuple[Candidate, No], ...]


def award(offer: Offer, ordered: Sequence[Candidate], held: Held) -> Award:
    """Fill the free seats from the front of the line."""
    if offer.seats is Seats.HYBRID:
        return _award_hybrid(offer, ordered, held)
    shared = offer.seats is Seats.SHARED
    return _fill(offer, [one for one in ordered if _takes(one, shared=shared)], ordered, held, shared=shared)


def _takes(candidate: Candidate, *, shared: bool) -> bool:
    """Whether the contract buys that kind of seat."""
    return candidate.contract.sells in {"any", "shared" if shared else "exclusive"}


def _award_hybrid(offer: Offer, ordered: Sequence[Candidate], held: Held) -> Award:
    alone = [one for one in ordered if _takes(one, shared=False)]
    together = [one for one in ordered if _takes(one, shared=True)]
    if held.slots:
        return _fill(offer, together if held.shared else [], ordered, held, shared=True)
    best = max((one.price.amount for one in alone), default=None)
    total = sum(one.price.amount for one in _one_a_buyer(together)[: offer.seat_count])
    if best is not None and best >= total:
        top = [one for one in alone if one.price.amount == best]
        return _fill(offer, top[:1], ordered, held, shared=False)
    return _fill(offer, together, ordered, held, shared=True)


def _one_a_buyer(line: Iterable[Candidate]) -> list[Candidate]:
    """The line without the second and later contracts of a buyer."""
    first: dict[UUID, Candidate] = {}
    for candidate in line:
        first.setdefault(candidate.contract.buyer_id, candidate)
    return list(first.values())


def _fill(offer: Offer, line: Sequence[Candidate], ordered: Sequence[Candidate], held: Held, *, shared: bool) -> Award:
    seats = offer.seat_count if shared else 1
    free = [slot for slot in range(1, seats + 1) if slot not in held.slots]
    if held.slots and not shared:
        free = []
    chosen = _one_a_buyer(line)[: len(free)]
    winners = tuple(Winner(one, slot, shared) for one, slot in zip(chosen, free, strict=False))
    taken = {winner.candidate.contract.buyer_id for winner in winners}
    passed = tuple((one, _why(offer, one, winners, taken)) for one in ordered if one not in chosen)
    return Award(winners, passed)


def _why(offer: Offer, passed: Candidate, winners: Sequence[Winner], taken: set[UUID]) -> No:
    """The reason that its buyer may be told."""
    if passed.contract.buyer_id in taken:
        return No(ONE_SEAT_A_BUYER)
    if not winners or offer.mode_of(passed.contract.level) is not Mode.HIGHEST_BID:
        return No(SEATS_FILLED)
    gap = min(winner.candidate.price.amount for winner in winners) - passed.price.amount
    detail = f"outbid by {Money(gap, passed.price.currency)}" if gap > 0 else "equal price, shorter wait"
    return No(OUTBID, detail)


@dataclass(frozen=True, slots=True)
class Entry:
    """One line of a lead's trace: a contract, what became of it, and every reason."""

    contract_id: UUID
    contract: str
    buyer_id: UUID
    buyer: str
    outcome: Outcome
    reasons: tuple[No, ...] = ()
    price_minor: int | None = None
    currency: str = ""
    rule: str = ""
    place: int | None = None
    took_ms: int | None = None
