"""A campaign's schema: which fields there are, when each must be there, and what each may hold.

`check` finds every fault, not the first alone. It judges and reads values; tidying them comes before
(`app.domain.normalize`), and what no field names is handed back beside, untouched.
"""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from types import MappingProxyType
from typing import Any, Literal, NamedTuple, Self

from app.domain.facts import is_missing
from app.domain.reading import READERS, Reader, Type, Unreadable

Stage = Literal["ping", "post"]
CompilePattern = Callable[[str], Callable[[str], bool]]

LONGEST = MappingProxyType({Type.TEXT: 10_000, Type.URL: 2048, Type.STRING: 255, Type.ENUM: 255})
"""Characters a text may have unless its rule says otherwise."""

SHOWN_CHOICES = 20
_NAME = re.compile(r"[A-Za-z][A-Za-z0-9_]{0,63}", re.ASCII)


class SchemaError(ValueError):
    """The schema itself is faulty; the text names the field and the rule."""


def no_patterns(pattern: str) -> Callable[[str], bool]:
    """Stands where no pattern engine was handed in: people's patterns never meet Python's own."""
    raise ValueError(f"patterns are not available here ({len(pattern)} characters)")


@dataclass(frozen=True, slots=True)
class Rule:
    """Bounds of a value, ends included: of a number its size, of a text its length and pattern."""

    min: Decimal | None = None
    max: Decimal | None = None
    min_length: int | None = None
    max_length: int | None = None
    pattern: str | None = None

    @classmethod
    def from_json(cls, kept: Mapping[str, Any]) -> Self:
        """What `to_json` gave."""
        low, high = (None if kept.get(key) is None else Decimal(str(kept[key])) for key in ("min", "max"))
        return cls(low, high, kept.get("min_length"), kept.get("max_length"), kept.get("pattern"))

    def to_json(self) -> dict[str, Any]:
        """Only what is set; numbers as text."""
        kept = {name: getattr(self, name) for name in self.__slots__ if getattr(self, name) is not None}
        return {name: str(value) if isinstance(value, Decimal) else value for name, value in kept.items()}


@dataclass(frozen=True, slots=True)
class Field:
    """One entry of a schema. ``pii``: tells who the person is; ``system``: ours, cannot be removed."""

    name: str
    type: Type
    label: str = ""
    required_on_ping: bool = False
    required_on_post: bool = False
    enum: tuple[str, ...] = ()
    rule: Rule = field(default_factory=Rule)
    pii: bool = False
    system: bool = False

    def __post_init__(self) -> None:
        if not _NAME.fullmatch(self.name):
            raise SchemaError(f"{self.name[:64]!r} is no field name: letters, digits and _, a letter first, 64 at most")
        if (self.type is Type.ENUM) != bool(self.enum):
            raise SchemaError(f"{self.name}: a field of type enum has choices, and no other has")

    def required(self, stage: Stage) -> bool:
        """True when the field must be there at that stage; a direct post is a post."""
        return self.required_on_ping if stage == "ping" else self.required_on_post

    @classmethod
    def from_json(cls, kept: Mapping[str, Any]) -> Self:
        """What `to_json` gave. Raises SchemaError when it is no field."""
        name = str(kept.get("name", ""))
        try:
            type_ = Type(kept.get("type", "string"))
        except ValueError:
            raise SchemaError(f"{name}: the type must be one of {', '.join(Type)}") from None
        flags = ("required_on_ping", "required_on_post", "pii", "system")
        return cls(
            name=name,
            type=type_,
            label=str(kept.get("label", "")),
            enum=tuple(map(str, kept.get("enum", ()))),
            rule=Rule.from_json(kept.get("rule", {})),
            **{flag: bool(kept.get(flag)) for flag in flags},
        )

    def to_json(self) -> dict[str, Any]:
        """The whole entry."""
        kept = {name: getattr(self, name) for name in self.__slots__}
        return kept | {"type": str(self.type), "enum": list(self.enum), "rule": self.rule.to_json()}


@dataclass(frozen=True, slots=True)
class Schema:
    """The fields of a campaign, in the order in which people see them."""

    fields: tuple[Field, ...] = ()

    def __post_init__(self) -> None:
        names = [entry.name for entry in self.fields]
        if twice := {name for name in names if names.count(name) > 1}:
            raise SchemaError(f"a field may stand in a schema once only: {', '.join(sorted(twice))}")

    def with_fields(self, *more: Field) -> Self:
        """The same schema with these fields added, or put in the place of those of the same name."""
        new = {entry.name: entry for entry in more}
        kept = tuple(new.pop(entry.name, entry) for entry in self.fields)
        return type(self)(kept + tuple(new.values()))

    @classmethod
    def from_json(cls, kept: Mapping[str, Any]) -> Self:
        """What `to_json` gave. Raises SchemaError."""
        return cls(tuple(map(Field.from_json, kept.get("fields", ()))))

    def to_json(self) -> dict[str, Any]:
        """For the campaign's row."""
        return {"fields": [entry.to_json() for entry in self.fields]}


@dataclass(frozen=True, slots=True)
class FieldFault:
    """What is wrong with one field: a sentence for people, a code for machines; never the value."""

    field: str
    message: str
    code: str


class Checked(NamedTuple):
    """The faults; the values read; and whatever no field of the schema names."""

    faults: tuple[FieldFault, ...]
    values: dict[str, object]
    extra: dict[str, object]


@dataclass(frozen=True, slots=True)
class _Judge:
    """How to read and test values: the campaign's country, its readers by type, and the pattern engine."""

    country: str
    readers: Mapping[Type, Reader]
    compile_pattern: CompilePattern

    def read(self, entry: Field, value: object) -> object:
        """The value in our form. Raises Unreadable."""
        read = self.readers.get(entry.type, READERS[entry.type])(value, self.country)
        return _choice(entry, str(read)) if entry.enum else read

    def faults(self, entry: Field, read: object) -> list[FieldFault]:
        """Every bound of the rule that the value breaks."""
        if isinstance(read, str):
            return self._text_faults(entry, read)
        return _number_faults(entry, read) if isinstance(read, int | Decimal) else []

    def _text_faults(self, entry: Field, read: str) -> list[FieldFault]:
        rule, longest = entry.rule, entry.rule.max_length or LONGEST.get(entry.type, LONGEST[Type.STRING])
        faults = []
        if len(read) > longest:
            faults.append(FieldFault(entry.name, f"Must have at most {longest} characters.", "too_long"))
        elif rule.pattern and not self.compile_pattern(rule.pattern)(read):
            faults.append(FieldFault(entry.name, f"Must have the form {rule.pattern}", "pattern"))
        if rule.min_length and len(read) < rule.min_length:
            faults.append(FieldFault(entry.name, f"Must have at least {rule.min_length} characters.", "too_short"))
        return faults


def _number_faults(entry: Field, read: int | Decimal) -> list[FieldFault]:
    faults = []
    if entry.rule.min is not None and read < entry.rule.min:
        faults.append(FieldFault(entry.name, f"Must be {entry.rule.min:f} or more.", "too_small"))
    if entry.rule.max is not None and read > entry.rule.max:
        faults.append(FieldFault(entry.name, f"Must be {entry.rule.max:f} or less.", "too_large"))
    return faults


def _choice(entry: Field, read: str) -> str:
    """The choice that was meant, in its own spelling, whatever the case it was sent in."""
    wanted = read.strip().casefold()
    for choice in entry.enum:
        if choice.casefold() == wanted:
            return choice
    shown = ", ".join(entry.enum[:SHOWN_CHOICES]) + (", ..." if len(entry.enum) > SHOWN_CHOICES else "")
    raise Unreadable(f"Must be one of: {shown}.")


def check(
    schema: Schema,
    values: Mapping[str, object],
    stage: Stage,
    *,
    country: str = "",
    readers: Mapping[Type, Reader] = READERS,
    compile_pattern: CompilePattern = no_patterns,
) -> Checked:
    """Judge the values of one ping or post; a direct post is a post.

    ``country`` decides what a postcode looks like; ``readers`` replace the plain ones, type by type.
    """
    judge = _Judge(country, readers, compile_pattern)
    faults: list[FieldFault] = []
    good: dict[str, object] = {}
    extra = dict(values)
    for entry in schema.fields:
        value = extra.pop(entry.name, None)
        if is_missing(value):
            if entry.required(stage):
                faults.append(FieldFault(entry.name, f"Required on {stage}.", "missing"))
            continue
        try:
            good[entry.name] = read = judge.read(entry, value)
        except Unreadable as fault:
            faults.append(FieldFault(entry.name, str(fault), f"not_{entry.type}"))
        else:
            faults += judge.faults(entry, read)
    return Checked(tuple(faults), good, extra)
