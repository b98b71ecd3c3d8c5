"""What admins type about a publisher or buyer, read into wishes; faults stand by the name of their field."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from app.domain.money import Money
from app.portal import contract_typed
from app.services.parties import BuyerWish, Faulty, PublisherWish
from app.services.partners import FirstPerson

Form = Mapping[str, str]


def publisher(form: Form) -> PublisherWish:
    """The publisher that a form asks for. Raises Faulty with every fault that can be told from the text."""
    wish, faults = read_publisher(form)
    _raise(faults)
    return wish


def buyer(form: Form, currency: str) -> BuyerWish:
    """The buyer that a form asks for. Raises Faulty with every fault that can be told from the text."""
    wish, faults = read_buyer(form, currency)
    _raise(faults)
    return wish


def read_publisher(form: Form) -> tuple[PublisherWish, dict[str, str]]:
    """The publisher that a form asks for, and its faults."""
    faults: dict[str, str] = {}
    per_minute = _read("requests_per_minute", contract_typed.whole, form, faults)
    wish = PublisherWish(" ".join(form.get("name", "").split()), per_minute)
    return wish, dict(wish.faults()) | faults


def read_buyer(form: Form, currency: str) -> tuple[BuyerWish, dict[str, str]]:
    """The buyer that a form asks for, and its faults."""
    faults: dict[str, str] = {}
    limit = _read("credit_limit", lambda text: contract_typed.minor(text, currency), form, faults)
    window = _read("person_window_days", contract_typed.whole, form, faults)
    wish = BuyerWish(" ".join(form.get("name", "").split()), form.get("zone", "").strip(), limit, window)
    return wish, dict(wish.faults()) | faults


def person(form: Form) -> FirstPerson:
    """Who is invited with the company, if anybody."""
    return FirstPerson(" ".join(form.get("person", "").split()), form.get("email", "").strip())


def plain_amount(minor: int, currency: str) -> str:
    """An amount as it stands in a field: 1500.00."""
    return str(Money.from_minor(minor, currency).amount)


def _read(name: str, way: Callable[[str], int], form: Form, faults: dict[str, str]) -> int:
    try:
        return way(form.get(name, ""))
    except ValueError as fault:
        faults[name] = str(fault)
        return 0


def _raise(faults: Mapping[str, str]) -> None:
    if faults:
        raise Faulty(faults)
