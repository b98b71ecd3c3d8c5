"""How the trace of an auction is stored: every contract, what became of it, and every reason.

A lead of a large shop is judged by hundreds of contracts, and most of what its trace says is the same whoever the
lead is: who they are, whose, and what they pay. That stands on a sheet (`panel.Sheet`), stored once however many leads
follow. What hangs on the lead is short, for contracts turned away for the same reasons are told together.
"""

from collections.abc import Mapping, Sequence
from typing import Any
from uuid import UUID

from app.domain.auction import Award, Entry
from app.domain.eligibility import Outcome
from app.domain.money import Money
from app.domain.panel import Sifted
from app.domain.pricing import Quote
from app.domain.reasons import No

WHOLE, VERSION = 1, 2
"""The forms: whole in its row, as releases before 0.2 wrote it; beside its sheet, as it is written now."""


def pack(sifted: Sifted, result: Award) -> dict[str, Any]:
    """What hangs on the lead: winners and line in their order, refusals by places, each reason once.

    {"reasons", "front": [[place on the sheet, outcome, reasons, place in line, …]], "away": [[places on the sheet,
    outcome, reasons, …]]}, where … is the price and the rule of whoever would not have paid its plain price.
    """
    reasons: dict[No, int] = {}

    def said(*noes: No) -> list[int]:
        return [reasons.setdefault(no, len(reasons)) for no in noes]

    place_of = sifted.panel.place_of
    line = [(winner.candidate, Outcome.SOLD, said(), winner.slot) for winner in result.winners]
    line += [
        (one, Outcome.OUTBID, said(no), len(result.winners) + after)
        for after, (one, no) in enumerate(result.passed, start=1)
    ]
    front = [
        [place_of[one.contract.id], outcome.value, noes, place, *_moved(one.quote, one.contract.price)]
        for one, outcome, noes, place in line
    ]
    away = [[one.places, one.outcome.value, said(*one.noes), *_moved(one.quote)] for one in sifted.refusals]
    return {"reasons": [no.to_json() for no in reasons], "front": front, "away": away}


def _moved(asked: Quote | None, plain: Money | None = None) -> list[Any]:
    """The price and what moved it; nothing where it is the contract's plain price, which stands on the sheet."""
    return [] if asked is None or (asked.price == plain and not asked.rule) else [asked.price.minor, asked.rule]


def unpack(kept: Mapping[str, Any], sheet: Mapping[str, Any]) -> tuple[Entry, ...]:
    """What `pack` made, contract by contract: winners, then the line, then the others in the order of the sheet."""
    reasons = [No.from_json(no) for no in kept["reasons"]]
    front = [(at, outcome, said, place, moved) for at, outcome, said, place, *moved in kept["front"]]
    away = [(at, outcome, said, None, moved) for places, outcome, said, *moved in kept["away"] for at in places]
    return tuple(
        _entry(sheet, at, Outcome(outcome), tuple(reasons[one] for one in said), place, moved)
        for at, outcome, said, place, moved in [*front, *sorted(away)]
    )


def _entry(
    sheet: Mapping[str, Any], at: int, outcome: Outcome, noes: tuple[No, ...], place: int | None, moved: Sequence[Any]
) -> Entry:
    contract_id, name, buyer, plain = sheet["contracts"][at]
    buyer_id, buyer_name = sheet["buyers"][buyer]
    price, rule = moved or (plain, "")
    return Entry(
        UUID(contract_id), name, UUID(buyer_id), buyer_name, outcome, noes, price, sheet["currency"], rule, place
    )


def unpack_whole(kept: Mapping[str, Any]) -> tuple[Entry, ...]:
    """A trace of the first form, in its order."""
    reasons = [No.from_json(no) for no in kept["reasons"]]
    buyers = [(UUID(buyer_id), name) for buyer_id, name in kept["buyers"]]
    return tuple(_whole(buyers, reasons, kept["currency"], row) for row in kept["rows"])


def _whole(buyers: Sequence[tuple[UUID, str]], reasons: Sequence[No], currency: str, row: Sequence[Any]) -> Entry:
    contract_id, contract, buyer, outcome, said, price_minor, rule, place, took_ms = row
    return Entry(
        contract_id=UUID(contract_id),
        contract=contract,
        buyer_id=buyers[buyer][0],
        buyer=buyers[buyer][1],
        outcome=Outcome(outcome),
        reasons=tuple(reasons[one] for one in said),
        price_minor=price_minor,
        currency=currency if price_minor is not None else "",
        rule=rule,
        place=place,
        took_ms=took_ms,
    )
