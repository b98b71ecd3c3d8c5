"""What a field asks of a value, as a sentence for those who send it."""

from __future__ import annotations

from app.domain.fields import LONGEST, Field
from app.domain.reading import Type

_FORMS = {
    Type.DATE: "YYYY-MM-DD", Type.DATETIME: "ISO 8601, such as 2026-02-09T07:42:18Z", Type.PHONE: "best as +44…",
    Type.URL: "with https:// or http://",
}  # fmt: skip
SHOWN = 12


def rule(field: Field) -> str:
    """Such as "one of asap, this_month" or "0 or more"; empty where the type says it all."""
    said = [_choices(field.enum)] if field.enum else []
    said += [_FORMS[field.type]] if field.type in _FORMS else []
    said += _range(field)
    said += [f"has the form {field.rule.pattern}"] if field.rule.pattern else []
    return ", ".join(said)


def _choices(choices: tuple[str, ...]) -> str:
    more = f" and {len(choices) - SHOWN} more" if len(choices) > SHOWN else ""
    return f"one of {', '.join(choices[:SHOWN])}{more}"


def _range(field: Field) -> list[str]:
    bounds, said = field.rule, []
    if bounds.min is not None and bounds.max is not None:
        said.append(f"{bounds.min:f} to {bounds.max:f}")
    elif bounds.min is not None:
        said.append(f"{bounds.min:f} or more")
    elif bounds.max is not None:
        said.append(f"{bounds.max:f} or less")
    if bounds.min_length:
        said.append(f"at least {bounds.min_length} characters")
    if bounds.max_length and bounds.max_length != LONGEST.get(field.type):
        said.append(f"at most {bounds.max_length} characters")
    return said
