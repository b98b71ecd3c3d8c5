"""Judging as plainly as it can be written: contract by contract, check by check, nothing shared and nothing remembered.

What the product says faster must be what is said here.
"""

from collections.abc import Iterable
from datetime import datetime

from app.domain import reasons
from app.domain.caps import Measure, standing
from app.domain.contract import Contract, caps_of
from app.domain.eligibility import Candidate, Outcome, Terms, TurnedAway
from app.domain.facts import Facts
from app.domain.hours import open_row, opens_next
from app.domain.money import Money
from app.domain.offers import Offer
from app.domain.pricing import Quote, settle
from app.domain.reasons import No

Against = list[tuple[Outcome, No]]


def judge_plainly(
    offer: Offer, contracts: Iterable[Contract], facts: Facts, terms: Terms, now: datetime
) -> list[Candidate | TurnedAway]:
    return [_judged(offer, contract, facts, terms, now) for contract in contracts]


def _judged(offer: Offer, contract: Contract, facts: Facts, terms: Terms, now: datetime) -> Candidate | TurnedAway:
    row = open_row(contract.schedule, contract.zone, now)
    quote = Quote(contract.price)
    if row is not None and row.price is not None:
        quote = Quote(row.price, "schedule")
    for rule in reversed(contract.price_rules):
        if rule.when.passes(facts):
            quote = Quote(rule.price, rule.name)
    settlement, price_noes = settle(quote.price, terms.payout, offer, terms.floors)
    against = _of_the_contract(contract, terms) + _of_the_lead(contract, facts, terms)
    if contract.schedule and row is None:
        against.append((Outcome.CLOSED, _closed(contract, now)))
    against += [(Outcome.BELOW_PRICE, no) for no in price_noes]
    for cap in caps_of(contract, row):
        asked = quote.price.minor if cap.measure is Measure.MONEY else 1
        against += [(Outcome.CAPPED, no) for no in standing(cap, terms.usage.used.get(cap.id, 0), asked, now)]
    left = terms.usage.available.get(contract.buyer_id)
    if left is not None and quote.price.minor > left:
        short = Money.from_minor(quote.price.minor - left, quote.price.currency)
        no = No(reasons.INSUFFICIENT_BALANCE, f"the balance and credit are {short} short", "buyer:balance")
        against.append((Outcome.INSUFFICIENT_BALANCE, no))
    if against:
        return TurnedAway(contract, against[0][0], tuple(no for _, no in against), quote)
    waiting = terms.usage.last_sold.get(contract.id, contract.created_at)
    return Candidate(contract, quote, settlement, waiting, row)


def _of_the_contract(contract: Contract, terms: Terms) -> Against:
    against: Against = []
    if not contract.active:
        against.append((Outcome.PAUSED, No(reasons.CONTRACT_PAUSED, rule="contract:status")))
    if not contract.buyer_active:
        against.append((Outcome.PAUSED, No(reasons.BUYER_PAUSED, rule="buyer:status")))
    if contract.id in terms.usage.declined:
        against.append((Outcome.DECLINED, No(reasons.ALREADY_DECLINED)))
    if contract.buyer_id in terms.usage.holding:
        against.append((Outcome.DECLINED, No(reasons.ONE_SEAT_A_BUYER)))
    return against


def _of_the_lead(contract: Contract, facts: Facts, terms: Terms) -> Against:
    against: Against = []
    if not contract.wants.passes(facts):
        against += [(Outcome.FILTERED, no) for no in contract.wants.failures(facts)]
    points = facts.get("score")
    if contract.minimum_score and not (isinstance(points, int) and points >= contract.minimum_score):
        detail = f"score {points} is under {contract.minimum_score}"
        against.append((Outcome.FILTERED, No(reasons.SCORE_TOO_LOW, detail, "contract:minimum_score")))
    if contract.buyer_id in terms.usage.suppressed:
        against.append((Outcome.FILTERED, No(reasons.SUPPRESSED_FOR_BUYER)))
    if contract.buyer_id in terms.usage.bought:
        against.append((Outcome.ALREADY_BOUGHT, No(reasons.ALREADY_BOUGHT)))
    return against


def _closed(contract: Contract, now: datetime) -> No:
    again = opens_next(contract.schedule, contract.zone, now)
    detail = f"closed until {again:%a %d %b %H:%M} UTC" if again else "its schedule has no hour to come"
    return No(reasons.OUTSIDE_SCHEDULE, detail, "contract:schedule", again)
