"""A campaign's schema as somebody types it: read row by row, with every fault beside its row and column."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation
from typing import Any, NamedTuple

from app.adapters.patterns import compile_pattern
from app.domain.fields import Field, Rule, Schema, SchemaError
from app.domain.reading import Type

MOST_FIELDS = 200
MOST_CHOICES = 500
LONGEST_CHOICE = 255
LONGEST_TEXT = 10_000
MOST_PLACES = 15
_NAME = re.compile(r"[A-Za-z][A-Za-z0-9_]{0,63}", re.ASCII)
NUMBERS = frozenset({Type.INTEGER, Type.DECIMAL})
TEXTS = frozenset({Type.STRING, Type.TEXT, Type.URL, Type.EMAIL, Type.PHONE, Type.POSTCODE})


@dataclass
class FieldDraft:
    """One row of the editor, as typed. ``choices``: one a line; ``system``: ours, so its name and type stay."""

    name: str = ""
    label: str = ""
    type: str = "string"
    ping: bool = False
    post: bool = False
    pii: bool = False
    choices: str = ""
    min: str = ""
    max: str = ""
    min_length: str = ""
    max_length: str = ""
    pattern: str = ""
    system: bool = False

    @property
    def has_rule(self) -> bool:
        """Whether anything beyond the type is asked of a value."""
        return any((self.choices, self.min, self.max, self.min_length, self.max_length, self.pattern))


class Fault(NamedTuple):
    """What is wrong: the row counted from nought, the column, and the sentence."""

    row: int
    column: str
    sentence: str


def opened(schema: Schema) -> list[FieldDraft]:
    """The rows that the editor opens with."""
    return [_draft(field) for field in schema.fields]


def read(drafts: Sequence[FieldDraft], base: Schema) -> tuple[Schema | None, tuple[Fault, ...]]:
    """The schema that the rows spell, or their faults. What is ours in ``base`` keeps its name, type and mark."""
    ours = {field.name: field for field in base.fields if field.system}
    faults = [fault for row, draft in enumerate(drafts) for fault in _faults(row, draft, drafts, ours)]
    if missing := [name for name in ours if name not in {draft.name for draft in drafts}]:
        faults.append(Fault(0, "name", f"These fields are ours and cannot be removed: {', '.join(missing)}."))
    if len(drafts) > MOST_FIELDS:
        faults.append(Fault(0, "name", f"A schema has at most {MOST_FIELDS} fields."))
    if faults:
        return None, tuple(faults)
    try:
        return Schema(tuple(_field(draft, ours.get(draft.name)) for draft in drafts)), ()
    except SchemaError as fault:  # whatever was not foreseen above
        return None, (Fault(0, "name", str(fault)),)


def choices_of(text: str) -> tuple[str, ...]:
    """The lines of a list of choices, without the blank ones."""
    return tuple(line.strip() for line in text.splitlines() if line.strip())


def _draft(field: Field) -> FieldDraft:
    rule = field.rule
    return FieldDraft(
        field.name, field.label, str(field.type), field.required_on_ping, field.required_on_post, field.pii,
        "\n".join(field.enum), _shown(rule.min), _shown(rule.max), _shown(rule.min_length), _shown(rule.max_length),
        rule.pattern or "", field.system,
    )  # fmt: skip


def _shown(value: object) -> str:
    return "" if value is None else f"{value:f}" if isinstance(value, Decimal) else str(value)


def _field(draft: FieldDraft, ours: Field | None) -> Field:
    rule = Rule(
        _number(draft.min), _number(draft.max), _length(draft.min_length), _length(draft.max_length),
        draft.pattern or None,
    )  # fmt: skip
    return Field(
        draft.name, Type(draft.type), draft.label, draft.ping, draft.post, choices_of(draft.choices), rule,
        pii=ours.pii if ours else draft.pii, system=ours is not None,
    )  # fmt: skip


def _faults(row: int, draft: FieldDraft, drafts: Sequence[FieldDraft], ours: dict[str, Field]) -> Iterator[Fault]:
    if not _NAME.fullmatch(draft.name):
        yield Fault(row, "name", "Letters, digits and _, a letter first, 64 at most.")
    elif [other.name for other in drafts[:row]].count(draft.name):
        yield Fault(row, "name", f"There is a field {draft.name} already.")
    if draft.type not in set(Type):
        yield Fault(row, "type", f"Choose one of {', '.join(Type)}.")
        return
    if draft.name in ours and draft.type != ours[draft.name].type:
        yield Fault(row, "type", f"This field is ours; it stays {ours[draft.name].type}.")
    yield from _choice_faults(row, draft)
    yield from _bound_faults(row, draft)


def _choice_faults(row: int, draft: FieldDraft) -> Iterator[Fault]:
    found = choices_of(draft.choices)
    folded = [choice.casefold() for choice in found]
    if draft.type == Type.ENUM and not found:
        yield Fault(row, "choices", "A field of type enum needs its choices, one a line.")
    elif draft.type != Type.ENUM and found:
        yield Fault(row, "choices", "Only a field of type enum has choices.")
    elif len(set(folded)) < len(folded):
        yield Fault(row, "choices", "Two of these choices are the same.")
    elif len(found) > MOST_CHOICES or any(len(choice) > LONGEST_CHOICE for choice in found):
        yield Fault(row, "choices", f"At most {MOST_CHOICES} choices of {LONGEST_CHOICE} characters.")


def _bound_faults(row: int, draft: FieldDraft) -> Iterator[Fault]:
    yield from _pair_faults(row, draft, ("min", "max"), _number, NUMBERS, "a number")
    yield from _pair_faults(row, draft, ("min_length", "max_length"), _length, TEXTS, "text")
    if not draft.pattern:
        return
    if draft.type not in TEXTS:
        yield Fault(row, "pattern", "Only text has a pattern.")
    try:
        compile_pattern(draft.pattern)
    except ValueError as fault:
        yield Fault(row, "pattern", f"This is {fault}.")


def _pair_faults(
    row: int, draft: FieldDraft, names: tuple[str, str], read_as: Callable[[str], Any], types: frozenset[Type],
    what: str,
) -> Iterator[Fault]:  # fmt: skip
    """Least and greatest: readable, of a type that has them, and in their order."""
    bounds = []
    for name in names:
        text = getattr(draft, name)
        if text and draft.type not in types:
            yield Fault(row, name, f"Only {what} has this bound.")
        try:
            bounds.append(read_as(text))
        except ValueError as fault:
            yield Fault(row, name, str(fault))
    low, high = bounds if len(bounds) == len(names) else (None, None)
    if low is not None and high is not None and low > high:
        yield Fault(row, names[1], "The greatest is under the least.")


def _number(text: str) -> Decimal | None:
    if not text:
        return None
    try:
        number = Decimal(text)
    except InvalidOperation:
        raise ValueError("This is no number, such as 75000 or 4.25.") from None
    if not number.is_finite() or abs(number) >= Decimal(10) ** 15 or not _is_short(number):
        raise ValueError("This is no number, such as 75000 or 4.25.")
    return number


def _is_short(number: Decimal) -> bool:
    """1e-999999999 is a number, too, whose figures fill a gigabyte."""
    places = number.as_tuple().exponent
    return isinstance(places, int) and -MOST_PLACES <= places <= MOST_PLACES


def _length(text: str) -> int | None:
    if not text:
        return None
    if not text.isascii() or not text.isdecimal() or not 1 <= int(text[:9]) <= LONGEST_TEXT or len(text) > 9:  # noqa: PLR2004 - digits enough
        raise ValueError(f"A whole number of characters, 1 to {LONGEST_TEXT}.")
    return int(text)
