"""Made-up leads: one person with an enquiry in one vertical, from a number, always the same one. Pure."""

from __future__ import annotations

import random
from collections.abc import Callable
from datetime import datetime, timedelta

from app.demo import names

Values = dict[str, object]


def enquiry(number: int, vertical: str, now: datetime) -> tuple[Values, Values]:
    """Lead ``number``: the schema's fields, and the extra fields of its vertical.

    Two numbers never share an e-mail or a phone below 13,000, so none is a duplicate of another.
    """
    rng = random.Random(f"lead {number}")  # noqa: S311 - the same person every time is what is wanted
    first, last = rng.choice(names.FIRST_NAMES), rng.choice(names.LAST_NAMES)
    town = rng.choice(names.TOWNS)
    values: Values = {
        "first_name": first,
        "last_name": last,
        "email": _email(rng, first, last, number),
        "phone": _phone(number),
        "city": town.name,
        "postal_code": _postcode(rng, town),
        "consent_token": f"ct_{rng.getrandbits(40):010x}",
        "consent_at": (now - timedelta(seconds=rng.randrange(20, 900))).isoformat(),
        "ip": rng.choice(names.ADDRESS_RANGES) + str(rng.randrange(1, 255)),
        "user_agent": rng.choice(names.BROWSERS),
    }
    return values, EXTRAS[vertical](rng) | _circumstances(rng, vertical)


def sub_id(number: int) -> str | None:
    """The publisher's own mark on this lead, if it set one."""
    return random.Random(f"sub {number}").choice(names.SUB_IDS) or None  # noqa: S311 - as above


def _circumstances(rng: random.Random, vertical: str) -> Values:
    """What some people say beside: how soon, what for, how they came. Scores live on it."""
    said: Values = {"utm_medium": rng.choice(("organic", "cpc", "email", "paid_social"))}
    if _in_hundred(rng, 70):
        said["urgency"] = rng.choice(("asap", "this_month", "this_month", "this_quarter", "researching"))
    if _in_hundred(rng, 60):
        said |= {"service_type": f"{vertical.replace('-', ' ')} advice", "sub_vertical": rng.choice(("new", "review"))}
    if _in_hundred(rng, 40):
        said["message"] = rng.choice(names.MESSAGES)
    return said


def _email(rng: random.Random, first: str, last: str, number: int) -> str:
    local = f"{first}.{last}".lower().replace("'", "")
    return f"{local}.{number}@{rng.choice(names.MAIL_HOSTS)}"


def _phone(number: int) -> str:
    last, place = divmod(number, len(names.PHONE_RANGES))
    return f"{names.PHONE_RANGES[place]}{last % 1000:03d}"


def _postcode(rng: random.Random, town: names.Town) -> str:
    inward = "".join(rng.choices(names.INWARD_LETTERS, k=2))
    return f"{rng.choice(town.districts)} {rng.randrange(1, 10)}{inward}"


def _between(rng: random.Random, low: int, high: int, step: int) -> int:
    return rng.randrange(low, high + 1, step)


def _in_hundred(rng: random.Random, times: int) -> bool:
    return rng.randrange(100) < times


def _mortgage(rng: random.Random) -> Values:
    value = _between(rng, 140_000, 720_000, 5_000)
    deposit = value * rng.randrange(5, 40) // 100 // 1_000 * 1_000
    return {"property_value_gbp": value, "deposit_gbp": deposit, "first_time_buyer": _in_hundred(rng, 40)}


def _life(rng: random.Random) -> Values:
    cover = _between(rng, 50_000, 500_000, 25_000)
    return {"cover_amount_gbp": cover, "term_years": rng.choice((15, 20, 25)), "smoker": _in_hundred(rng, 20)}


def _debt(rng: random.Random) -> Values:
    return {"debt_total_gbp": _between(rng, 3_000, 60_000, 500), "creditors": rng.randrange(2, 9)}


def _payday(rng: random.Random) -> Values:
    return {"loan_amount_gbp": _between(rng, 100, 1_500, 50), "monthly_income_gbp": _between(rng, 1_100, 3_200, 50)}


def _investor(rng: random.Random) -> Values:
    return {"investment_gbp": _between(rng, 10_000, 400_000, 5_000), "accredited": _in_hundred(rng, 30)}


def _wealth(rng: random.Random) -> Values:
    return {"investable_assets_gbp": _between(rng, 80_000, 2_000_000, 10_000), "age": rng.randrange(38, 79)}


def _commercial(rng: random.Random) -> Values:
    loan = _between(rng, 75_000, 3_000_000, 25_000)
    return {"loan_amount_gbp": loan, "turnover_gbp": loan * rng.randrange(1, 6), "years_trading": rng.randrange(1, 40)}


def _property(rng: random.Random) -> Values:
    return {"investment_gbp": _between(rng, 60_000, 600_000, 10_000), "properties_owned": rng.randrange(12)}


def _business(rng: random.Random) -> Values:
    loan = _between(rng, 5_000, 250_000, 2_500)
    return {"loan_amount_gbp": loan, "turnover_gbp": loan * rng.randrange(1, 9), "years_trading": rng.randrange(1, 25)}


def _claim(rng: random.Random) -> Values:
    return {"claim_type": rng.choice(("car finance", "flight delay", "packaged account")), "agreements": 1}


EXTRAS: dict[str, Callable[[random.Random], Values]] = {
    "mortgages": _mortgage,
    "life-insurance": _life,
    "debt-help": _debt,
    "payday-loans": _payday,
    "investor-leads": _investor,
    "wealth-management": _wealth,
    "commercial-finance": _commercial,
    "property-investment": _property,
    "business-finance": _business,
    "claims-management": _claim,
}
"""What each vertical asks beside the person."""
