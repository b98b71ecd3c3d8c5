"""The columns of a lead list: whose they are, and what each becomes in a CSV file."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any, NamedTuple

from app.domain.actor import BUYING, EVERYBODY, SENDING, STAFF, Role
from app.domain.money import Money
from app.portal import csv_out, masking, words
from app.portal.csv_out import Column
from app.queries.leads import LeadRow


class ListColumn(NamedTuple):
    """One column. ``usual``: shown unless others are chosen; ``by``: the order that its head offers."""

    key: str
    word: str
    roles: frozenset[Role] = EVERYBODY
    usual: bool = True
    by: str = ""
    right: bool = False


COLUMNS = (
    ListColumn("when", "Received", by="received"),
    ListColumn("lead", "Lead"),
    ListColumn("who", "Person"),
    ListColumn("what", "Vertical"),
    ListColumn("from", "Publisher", SENDING),
    ListColumn("campaign", "Campaign", SENDING, usual=False),
    ListColumn("sub", "Sub id", SENDING, usual=False),
    ListColumn("channel", "Came in by", STAFF, usual=False),
    ListColumn("score", "Score", by="score"),
    ListColumn("state", "State", SENDING),
    ListColumn("buyer", "Sold to", STAFF, usual=False),
    ListColumn("price", "Price", BUYING, by="price", right=True),
    ListColumn("payout", "Payout", SENDING, right=True),
    ListColumn("margin", "Margin", STAFF, usual=False, right=True),
    ListColumn("took", "Decided in", SENDING, usual=False, right=True),
    ListColumn("fields", "Every field (CSV only)", usual=False),
)
NEEDED = "lead"
"""What a row is opened by."""


@dataclass(frozen=True, slots=True)
class Sheet:
    """How values are written into a file: amounts in ``currency``, moments in ``zone``, people as they may be seen."""

    role: Role
    currency: str
    zone: str
    fields: tuple[str, ...]
    personal: bool

    def amount(self, minor: int | None) -> object:
        """An exact number of the currency."""
        return None if minor is None else Money.from_minor(minor, self.currency).amount

    def field(self, row: LeadRow, name: str) -> object:
        """A field's value, masked unless people may be seen."""
        value = row.fields.get(name)
        if not self.personal:
            return masking.masked(name, value, row.pii)
        return value if isinstance(value, bool | int | float) else masking.shown(value)


def offered(role: Role) -> tuple[ListColumn, ...]:
    """The columns that a role may have, in their order and in its words."""
    return tuple(_worded(column, role) for column in COLUMNS if role in column.roles)


def chosen(role: Role, keys: Iterable[str]) -> tuple[ListColumn, ...]:
    """Those of them that are asked for; what is not theirs or not known is left out, nothing asked is the usual."""
    wanted = set(keys)
    found = tuple(column for column in offered(role) if column.key in wanted)
    if not found:
        return tuple(column for column in offered(role) if column.usual)
    return tuple(column for column in offered(role) if column.key in wanted | {NEEDED})


def _worded(column: ListColumn, role: Role) -> ListColumn:
    if column.key == "when" and role is Role.BUYER:
        return column._replace(word="Bought")
    if role is Role.PUBLISHER:
        is_source, is_payout = column.key == "from", column.key == "payout"
        return column._replace(word="Source" if is_source else column.word, by="price" if is_payout else column.by)
    return column


def of_file(columns: Iterable[ListColumn], sheet: Sheet) -> list[Column[LeadRow]]:
    """What the columns of a list become in its file, heads with zone and currency."""
    return [made for column in columns for made in _MAKERS[column.key](column, sheet)]


def _plain(head: str, name: str) -> Callable[[ListColumn, Sheet], list[Column[LeadRow]]]:
    return lambda _column, _sheet: [Column(head, lambda row: getattr(row, name))]


def _amount(name: str) -> Callable[[ListColumn, Sheet], list[Column[LeadRow]]]:
    return lambda column, sheet: [
        Column(f"{column.word} ({sheet.currency})", lambda row: sheet.amount(getattr(row, name)))
    ]


def _when(column: ListColumn, sheet: Sheet) -> list[Column[LeadRow]]:
    return [Column(f"{column.word} ({sheet.zone})", lambda row: csv_out.moment(row.at, sheet.zone))]


def _lead(_column: ListColumn, _sheet: Sheet) -> list[Column[LeadRow]]:
    return [
        Column("Lead", lambda row: row.short_id),
        Column("Lead id", lambda row: row.id),
        Column("Test", lambda row: row.test),
    ]


def _fields(names: Iterable[str]) -> Callable[[ListColumn, Sheet], list[Column[LeadRow]]]:
    return lambda _column, sheet: [_field(name, sheet) for name in names]


def _field(name: str, sheet: Sheet) -> Column[LeadRow]:
    return Column(words.label(name), lambda row: sheet.field(row, name))


def _from(column: ListColumn, sheet: Sheet) -> list[Column[LeadRow]]:
    source: Column[LeadRow] = Column("Source", lambda row: row.source)
    return [source] if sheet.role is Role.PUBLISHER else [Column(column.word, lambda row: row.publisher), source]


def _score(_column: ListColumn, _sheet: Sheet) -> list[Column[LeadRow]]:
    return [Column("Score", lambda row: row.score), Column("Tier", lambda row: row.tier)]


def _state(_column: ListColumn, _sheet: Sheet) -> list[Column[LeadRow]]:
    return [
        Column("State", lambda row: words.status("lead", row.state).word),
        Column("Reason", lambda row: row.reason),
    ]


def _took(_column: ListColumn, _sheet: Sheet) -> list[Column[LeadRow]]:
    return [Column("Decided in (ms)", lambda row: None if row.took_ms is None else round(row.took_ms))]


def _buyers(column: ListColumn, _sheet: Sheet) -> list[Column[LeadRow]]:
    return [Column(column.word, lambda row: "; ".join(row.buyers))]


PERSON = ("first_name", "last_name", "email", "phone", "postal_code")
_MAKERS: dict[str, Any] = {
    "when": _when, "lead": _lead, "who": _fields(PERSON), "what": _plain("Vertical", "vertical"), "from": _from,
    "campaign": _plain("Campaign", "campaign"), "sub": _plain("Sub id", "sub_id"),
    "channel": _plain("Came in by", "dialect"), "score": _score, "state": _state, "buyer": _buyers,
    "price": _amount("price"), "payout": _amount("payout"), "margin": _amount("margin"), "took": _took,
    "fields": lambda column, sheet: _fields(sheet.fields)(column, sheet),
}  # fmt: skip
