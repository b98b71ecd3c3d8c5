"""A trace as plainly as it can be written, entry by entry: what is unpacked must be what is said here."""

from app.domain.auction import Award, Entry
from app.domain.contract import Contract
from app.domain.eligibility import Outcome
from app.domain.panel import Sifted
from app.domain.pricing import Quote
from app.domain.reasons import No


def trace_plainly(sifted: Sifted, result: Award) -> tuple[Entry, ...]:
    """Winners first, then the line, then those turned away."""
    sold = [_entry(one.candidate.contract, one.candidate.quote, Outcome.SOLD, (), one.slot) for one in result.winners]
    line = [
        _entry(one.contract, one.quote, Outcome.OUTBID, (no,), len(sold) + place)
        for place, (one, no) in enumerate(result.passed, start=1)
    ]
    away = [_entry(one.contract, one.quote, one.outcome, one.noes, None) for one in sifted.turned_away]
    return (*sold, *line, *away)


def _entry(contract: Contract, quote: Quote, outcome: Outcome, noes: tuple[No, ...], place: int | None) -> Entry:
    return Entry(
        contract.id, contract.name, contract.buyer_id, contract.buyer_name, outcome, noes,
        quote.price.minor, quote.price.currency, quote.rule, place,
    )  # fmt: skip
