"""What somebody wants an endpoint to be, and everything that is wrong with it, by field."""

from __future__ import annotations

import re
from dataclasses import dataclass, fields
from typing import Any

from app.adapters.webhook_bodies import FORMATS
from app.adapters.webhook_headers import is_prefix
from app.domain.events import BY_NAME, allowed_for, may_subscribe
from app.domain.retry import FOR_ENDPOINTS
from app.gateways.kit import kit
from app.services.endpoint_secrets import LEAST_GIVEN, MOST_GIVEN

Faults = tuple[tuple[str, str], ...]
_ROLE_FORMATS = {"publisher": "publisher", "buyer": "buyer"}
_BUYERS_OWN = frozenset({"buyer"})
_NAME = re.compile(r"[a-z][a-z_.]{0,39}", re.ASCII)


class Refused(ValueError):
    """It cannot be so; ``faults`` are (field, sentence) pairs for the person who asked."""

    def __init__(self, faults: Faults) -> None:
        super().__init__(" ".join(sentence for _, sentence in faults))
        self.faults = faults


@dataclass(frozen=True, slots=True)
class Changes:
    """The parts of an endpoint that people choose; None leaves a part as it is."""

    url: str | None = None
    events: tuple[str, ...] | None = None
    format: str | None = None
    prefix: str | None = None
    policy: str | None = None

    def over(self, before: Changes) -> Changes:
        """These, and where they say nothing, what was before."""
        mine = self.columns()
        return Changes(**{name: mine.get(name, value) for name, value in before.columns().items()})

    def columns(self) -> dict[str, Any]:
        """What is said, by column."""
        said = {field.name: getattr(self, field.name) for field in fields(self)}
        return {name: value for name, value in said.items() if value is not None}


def role_format(owner_kind: str) -> str:
    """The format that this owner gets when it asks for none."""
    return _ROLE_FORMATS.get(owner_kind, "envelope")


def faults_in(owner_kind: str, wish: Changes, secret: str | None = None) -> Faults:
    """Everything that is wrong with what a wish says; empty when it can be."""
    found: list[tuple[str, str]] = []
    if wish.url is not None:
        found += [("url", fault) for fault in kit().http.check_url(wish.url)]
    if wish.events is not None:
        found += [("events", fault) for fault in _event_faults(owner_kind, wish.events)]
    if wish.format is not None and wish.format not in _formats_for(owner_kind):
        found.append(("format", f"The format is one of {', '.join(_formats_for(owner_kind))}."))
    if wish.prefix is not None and not is_prefix(wish.prefix):
        found.append(("prefix", "The prefix is letters and digits, such as Switchyard, at most two hyphens within."))
    if wish.policy is not None and wish.policy not in {policy.name for policy in FOR_ENDPOINTS}:
        found.append(("policy", f"The policy is one of {', '.join(policy.name for policy in FOR_ENDPOINTS)}."))
    if secret is not None and not (LEAST_GIVEN <= len(secret) <= MOST_GIVEN and secret.isprintable()):
        found.append(("secret", f"A secret of your own has {LEAST_GIVEN} to {MOST_GIVEN} visible characters."))
    return tuple(found)


def _formats_for(owner_kind: str) -> tuple[str, ...]:
    """The buyer's format carries a person's contact: it is for whoever bought the lead, and nobody else."""
    return tuple(name for name in FORMATS if name not in _BUYERS_OWN or owner_kind == "buyer")


def _event_faults(owner_kind: str, names: tuple[str, ...]) -> list[str]:
    if not names:
        return ["Name at least one event."]
    if len(set(names)) != len(names):
        return ["Each event is named once."]
    allowed = ", ".join(event.name for event in allowed_for(owner_kind))
    unknown = [name for name in names if name not in BY_NAME or not may_subscribe(owner_kind, name)]
    return [f"{_named(name)} is not an event for you; there are {allowed}." for name in unknown]


def _named(name: str) -> str:
    """What was sent, where it looks like an event's name; nothing else of a request is ever repeated."""
    return name if _NAME.fullmatch(name) else "One of them"
