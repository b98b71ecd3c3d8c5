"""What admins type about a publisher or buyer, read into wishes; faults stand by the name of their field."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import TypeVar
from uuid import UUID

from app.domain.money import Money
from app.portal import contract_typed
from app.services.contract_faults import Faulty
from app.services.parties import BuyerWish, PublisherWish
from app.services.partners import FirstPerson
from app.services.payments import Payment

Form = Mapping[str, str]
NOBODY = UUID(int=0)
T = TypeVar("T")


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
    per_minute = _read("requests_per_minute", contract_typed.whole, form, faults, 0)
    wish = PublisherWish(" ".join(form.get("name", "").split()), per_minute)
    return wish, dict(wish.faults()) | faults


def read_buyer(form: Form, currency: str) -> tuple[BuyerWish, dict[str, str]]:
    """The buyer that a form asks for, and its faults."""
    faults: dict[str, str] = {}
    limit = _read("credit_limit", lambda text: contract_typed.minor(text, currency), form, faults, 0)
    window = _read("person_window_days", contract_typed.whole, form, faults, 0)
    wish = BuyerWish(" ".join(form.get("name", "").split()), form.get("zone", "").strip(), limit, window)
    return wish, dict(wish.faults()) | faults


def person(form: Form) -> FirstPerson:
    """Who is invited with the company, if anybody."""
    return FirstPerson(" ".join(form.get("person", "").split()), form.get("email", "").strip())


def payment(form: Form, currency: str) -> Payment:
    """The payment that a form tells of. Raises Faulty with every fault."""
    faults: dict[str, str] = {}
    # a minus as our own pages write it is a minus
    amount = _read("amount", lambda text: contract_typed.minor(text.replace("−", "-"), currency), form, faults, 0)
    once = _read("once", _ticket, form, faults, NOBODY)
    wish = Payment(amount, once, " ".join(form.get("reference", "").split()))
    _raise(dict(wish.faults()) | faults)
    return wish


def _ticket(text: str) -> UUID:
    try:
        return UUID(text)
    except ValueError as error:
        message = "The form came without its mark. Look at the account first, then record the payment again."
        raise ValueError(message) from error


def plain_amount(minor: int, currency: str) -> str:
    """An amount as it stands in a field: 1500.00."""
    return str(Money.from_minor(minor, currency).amount)


def _read(name: str, way: Callable[[str], T], form: Form, faults: dict[str, str], otherwise: T) -> T:
    try:
        return way(form.get(name, ""))
    except ValueError as fault:
        faults[name] = str(fault)
        return otherwise


def _raise(faults: Mapping[str, str]) -> None:
    if faults:
        raise Faulty(tuple(faults.items()))
