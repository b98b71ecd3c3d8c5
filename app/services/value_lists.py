"""Value lists: postcodes, employers, whatever is too long for a filter, under the name that filters refer to."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Sequence
from datetime import datetime
from uuid import UUID

from sqlalchemy import select

from app.db import db
from app.domain.actor import Actor
from app.domain.ids import new_id
from app.gateways.kit import kit
from app.models.contracts import Contract, ValueList
from app.services import audit
from app.services import book as books
from app.services.changes import Refused, added, load, only_staff, removed
from app.services.contract_faults import Faulty

MOST_VALUES = 20_000
LONGEST_VALUE = 200
LONGEST_NAME = 80


class ChangedMeanwhile(ValueError):
    """Somebody else changed the list after it was read; ``values`` are theirs."""

    def __init__(self, values: tuple[str, ...]) -> None:
        super().__init__("changed meanwhile")
        self.values = values


def tidied(lines: Iterable[str]) -> tuple[str, ...]:
    """Values as filters compare them: no spaces around, case folded, each once, in their order. Raises Faulty."""
    values = dict.fromkeys(value for line in lines if (value := line.strip().casefold()))
    if len(values) > MOST_VALUES:
        raise _at("lines", f"At most {MOST_VALUES:,} values; these are {len(values):,}.")
    if long := next((value for value in values if len(value) > LONGEST_VALUE), None):
        raise _at("lines", f"A value has at most {LONGEST_VALUE} characters; one begins with {long[:20]}.")
    if odd := next((value for value in values if not value.isprintable()), None):
        raise _at("lines", f"A value holds a character that cannot be printed; it begins with {odd[:20]!r}.")
    return tuple(values)


def mark_of(values: Sequence[str]) -> str:
    """A short mark of what a list holds, by which a form knows whether it was changed meanwhile."""
    return hashlib.sha256("\n".join(values).encode()).hexdigest()[:16]


def add(actor: Actor, name: str, lines: Iterable[str], *, now: datetime) -> UUID:
    """A new list. Raises NotAllowed, and Faulty by ``name`` or ``lines``."""
    only_staff(actor)
    plain = " ".join(name.split())
    if not plain or len(plain) > LONGEST_NAME or not plain.isprintable():
        raise _at("name", f"Enter a name of at most {LONGEST_NAME} characters.")
    taken = db.session.scalar(
        select(ValueList.id).where(ValueList.tenant_id == actor.tenant_id, ValueList.name == plain)
    )
    if taken is not None:
        raise _at("name", f"There is a list {plain} already.")
    row = ValueList(
        tenant_id=actor.tenant_id, id=new_id(now, kit().rng), name=plain, entries=list(tidied(lines)), created_at=now
    )
    return added(actor, row, "value_list", now=now)


def change(actor: Actor, list_id: UUID, lines: Iterable[str], *, was: str, now: datetime) -> tuple[int, int]:
    """Replace what a list holds; how many values came and went. ``was``: the mark of what the form showed.

    Raises NoSuchThing, Refused, ChangedMeanwhile. The audit log gets numbers and up to twenty values of each.
    """
    only_staff(actor)
    row = load(actor, ValueList, list_id)
    if mark_of(row.entries) != was:
        raise ChangedMeanwhile(tuple(row.entries))
    before, after = list(row.entries), list(tidied(lines))
    was_there, is_there = set(before), set(after)
    came = [value for value in after if value not in was_there]
    went = [value for value in before if value not in is_there]
    if came or went:
        row.entries = after
        db.session.flush()
        books.touch(actor.tenant_id)
        audit.record(
            actor, "value_list.changed", ("value_list", list_id), now=now,
            before={"count": len(before), "went": went[:20]}, after={"count": len(after), "came": came[:20]},
        )  # fmt: skip
    return len(came), len(went)


def remove(actor: Actor, list_id: UUID, *, now: datetime) -> None:
    """Take a list away that no contract names. Raises NoSuchThing, Refused."""
    only_staff(actor)
    row = load(actor, ValueList, list_id)
    if users := naming(actor, row.name):
        raise Refused(f"{row.name} is used by {', '.join(name for _, name in users[:5])}; change them first.")
    removed(actor, row, "value_list", now=now)


def naming(actor: Actor, name: str) -> list[tuple[UUID, str]]:
    """The contracts whose filters or price rules refer to the list of that name."""
    return [(contract_id, contract) for contract_id, contract, names in _named(actor) if name in names]


def uses(actor: Actor) -> dict[str, int]:
    """How many contracts refer to each list."""
    counts: dict[str, int] = {}
    for _, _, names in _named(actor):
        for name in names:
            counts[name] = counts.get(name, 0) + 1
    return counts


def _at(field: str, sentence: str) -> Faulty:
    return Faulty(((field, sentence),))


def _named(actor: Actor) -> Iterable[tuple[UUID, str, set[str]]]:
    only_staff(actor)
    rows = db.session.execute(
        select(Contract.id, Contract.name, Contract.filters, Contract.price_rules)
        .where(Contract.tenant_id == actor.tenant_id)
        .order_by(Contract.name)
    )
    for row in rows:
        if names := set(_names([row.filters, row.price_rules])):
            yield row.id, row.name, names


def _names(tree: object) -> Iterable[str]:
    """Every list that a stored criteria tree, or a rule that holds one, refers to."""
    if isinstance(tree, dict):
        if tree.get("op") == "in_list":
            wanted = tree.get("value")
            yield from (str(one) for one in (wanted if isinstance(wanted, list) else [wanted]))
        for part in tree.values():
            yield from _names(part)
    elif isinstance(tree, list):
        for part in tree:
            yield from _names(part)
