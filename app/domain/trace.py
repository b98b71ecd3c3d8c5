"""A trace as it is stored: every contract and every reason, each buyer and each reason written once.

A lead of a large shop is judged by hundreds of contracts and most say no in the same few words, so the
words stand in lists and the rows point into them. That makes a third of the bytes of plain entries.
"""

from collections.abc import Mapping, Sequence
from typing import Any
from uuid import UUID

from app.domain.auction import Entry
from app.domain.eligibility import Outcome
from app.domain.reasons import No

VERSION = 1


def pack(entries: Sequence[Entry]) -> dict[str, Any]:
    """For the distribution's row."""
    buyers: dict[tuple[UUID, str], int] = {}
    reasons: dict[No, int] = {}
    rows = [
        [
            str(entry.contract_id),
            entry.contract,
            buyers.setdefault((entry.buyer_id, entry.buyer), len(buyers)),
            str(entry.outcome),
            [reasons.setdefault(no, len(reasons)) for no in entry.reasons],
            entry.price_minor,
            entry.rule,
            entry.place,
            entry.took_ms,
        ]
        for entry in entries
    ]
    currency = next((entry.currency for entry in entries if entry.currency), "")
    written = [[str(buyer_id), name] for buyer_id, name in buyers]
    said = [no.to_json() for no in reasons]
    return {"version": VERSION, "currency": currency, "buyers": written, "reasons": said, "rows": rows}


def unpack(kept: Mapping[str, Any]) -> tuple[Entry, ...]:
    """What `pack` stored, in its order. Raises ValueError for a version that is not ours."""
    if kept.get("version") != VERSION:
        raise ValueError("a trace of an unknown version")
    reasons = [No.from_json(no) for no in kept["reasons"]]
    buyers = [(UUID(buyer_id), name) for buyer_id, name in kept["buyers"]]
    return tuple(_entry(row, buyers, reasons, kept["currency"]) for row in kept["rows"])


def _entry(row: Sequence[Any], buyers: Sequence[tuple[UUID, str]], reasons: Sequence[No], currency: str) -> Entry:
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
