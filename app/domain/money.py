"""Money: an exact amount in one currency.

Every `Money` is a whole number of the currency's minor units (ISO 4217), so what is computed,
stored and shown is the same amount. Floats, NaN and infinity are refused at the door. Rounding
happens in `rounded` and `percent` only, half to even. Showing money to people is not done here.
"""

from dataclasses import dataclass
from decimal import ROUND_HALF_EVEN, Decimal
from functools import lru_cache
from typing import Self

EXPONENTS = {
    "BHD": 3, "CLP": 0, "ISK": 0, "JOD": 3, "JPY": 0, "KRW": 0, "KWD": 3, "OMR": 3, "PYG": 0,
    "TND": 3, "UGX": 0, "VND": 0, "XAF": 0, "XOF": 0, "XPF": 0,
}  # fmt: skip
"""Currencies whose minor unit is not a hundredth (ISO 4217, list one)."""

CODE_LENGTH = 3
LIMIT = Decimal(10) ** 13
"""Amounts must be smaller than this, so that minor units fit a 64-bit column with room to add."""


class CurrencyMismatch(TypeError):
    """Two currencies met in one calculation: a fault in the program, never in the data."""


@lru_cache(maxsize=256)
def exponent(currency: str) -> int:
    """How many decimal places the currency has: GBP, USD and ZAR 2, JPY 0."""
    if len(currency) != CODE_LENGTH or not currency.isascii() or not currency.isupper():
        raise ValueError(f"{currency!r} is not a currency code of three capital letters")
    return EXPONENTS.get(currency, 2)


@lru_cache(maxsize=256)
def _step(currency: str) -> Decimal:
    """The smallest amount of the currency."""
    return Decimal(1).scaleb(-exponent(currency))


@dataclass(frozen=True, slots=True)
class Money:
    """`amount` of `currency`, exact. Raises ValueError for what is no amount of it."""

    amount: Decimal
    currency: str

    def __post_init__(self) -> None:
        """Refuse what is not exact, and give every amount its currency's places."""
        if not isinstance(self.amount, Decimal):
            raise TypeError(f"money is made from Decimal, not {type(self.amount).__name__}")
        if not self.amount.is_finite() or abs(self.amount) >= LIMIT:
            raise ValueError("money must be a finite amount below ten trillion")
        exact = self.amount.quantize(_step(self.currency))
        if exact != self.amount:
            raise ValueError(f"{self.currency} has {exponent(self.currency)} decimal places, not more")
        object.__setattr__(self, "amount", exact + 0)  # + 0: there is no minus nought

    @classmethod
    def from_minor(cls, minor: int, currency: str) -> Self:
        """From minor units: 3800 in GBP is 38.00."""
        if not isinstance(minor, int):
            raise TypeError(f"minor units are whole numbers, not {type(minor).__name__}")
        return cls(Decimal(minor).scaleb(-exponent(currency)), currency)

    @classmethod
    def rounded(cls, amount: Decimal, currency: str) -> Self:
        """The nearest amount that the currency can express, halves to even."""
        if not amount.is_finite() or abs(amount) >= LIMIT:
            raise ValueError("money must be a finite amount below ten trillion")
        return cls(amount.quantize(_step(currency), ROUND_HALF_EVEN), currency)

    @classmethod
    def zero(cls, currency: str) -> Self:
        """Nothing, in that currency."""
        return cls(Decimal(0), currency)

    @property
    def minor(self) -> int:
        """Minor units: 38.00 in GBP is 3800."""
        return int(self.amount.scaleb(exponent(self.currency)))

    def percent(self, rate: Decimal) -> Self:
        """`rate` hundredths of this amount, rounded half to even: 12.5 % of 38.00 is 4.75."""
        return self.rounded(self.amount * rate / 100, self.currency)

    def as_text(self) -> str:
        """The amount with all its places and no grouping: "38.00"; this is what APIs carry."""
        return f"{self.amount:f}"

    def __str__(self) -> str:
        """For sentences and logs: "38.00 GBP"."""
        return f"{self.as_text()} {self.currency}"

    def __add__(self, other: Self) -> Self:
        return type(self)(self.amount + self._same(other), self.currency)

    def __sub__(self, other: Self) -> Self:
        return type(self)(self.amount - self._same(other), self.currency)

    def __neg__(self) -> Self:
        return type(self)(-self.amount, self.currency)

    def __mul__(self, times: int) -> Self:
        if not isinstance(times, int):
            raise TypeError("money is multiplied by whole numbers; use percent for shares")
        return type(self)(self.amount * times, self.currency)

    def __lt__(self, other: Self) -> bool:
        return self.amount < self._same(other)

    def __le__(self, other: Self) -> bool:
        return self.amount <= self._same(other)

    def __gt__(self, other: Self) -> bool:
        return self.amount > self._same(other)

    def __ge__(self, other: Self) -> bool:
        return self.amount >= self._same(other)

    def __bool__(self) -> bool:
        """True unless it is nothing."""
        return bool(self.amount)

    def _same(self, other: Self) -> Decimal:
        """The other amount, if it is in our currency."""
        if self.currency != other.currency:
            raise CurrencyMismatch(f"{self.currency} and {other.currency} do not add up")
        return other.amount
