"""The fields that a contract may filter on: those of its campaigns' schemas, and what we find out beside them."""

from __future__ import annotations

from collections.abc import Collection
from typing import NamedTuple
from uuid import UUID

from app.domain.actor import Actor, Role
from app.domain.facts import ORIGIN
from app.domain.reading import Type
from app.services import book as books

NUMBERS = frozenset({Type.INTEGER, Type.DECIMAL})


class FieldChoice(NamedTuple):
    """A field: ``kind`` is text, number, boolean or date; ``choices``: the values of a closed list."""

    name: str
    label: str
    kind: str = "text"
    choices: tuple[str, ...] = ()


FOUND_OUT = (
    FieldChoice("score", "Score", "number"),
    FieldChoice("score_tier", "Score tier", "text", ("hot", "warm", "qualified")),
    FieldChoice("country", "Country"),
    FieldChoice("ip_country", "Country of the IP address"),
    FieldChoice("ip_org", "Network of the IP address"),
    FieldChoice("ip_is_datacenter", "IP address of a data centre", "boolean"),
    FieldChoice("ip_is_private", "IP address is private", "boolean"),
    FieldChoice("phone_valid", "Telephone is valid", "boolean"),
    FieldChoice("phone_kind", "Kind of telephone"),
    FieldChoice("phone_country", "Country of the telephone"),
    FieldChoice("email_valid", "E-mail is valid", "boolean"),
    FieldChoice("email_free", "E-mail of a free provider", "boolean"),
    FieldChoice("email_disposable", "E-mail is disposable", "boolean"),
    FieldChoice("email_domain", "Domain of the e-mail"),
    FieldChoice("publisher", "Publisher"),
    FieldChoice("source", "Source"),
    FieldChoice("source_tag", "Source's tag"),
)


def offered(actor: Actor, offers: Collection[UUID]) -> tuple[tuple[FieldChoice, ...], tuple[FieldChoice, ...]]:
    """The fields of the leads that these offers sell (all offers, when none is named), and what is found out."""
    book = books.current(actor.tenant_id)
    asked: dict[str, FieldChoice] = {}
    for campaign in book.campaigns.values():
        if not offers or campaign.offer_id in offers:
            for entry in campaign.schema.fields:
                choice = FieldChoice(entry.name, entry.label or entry.name, _kind(entry.type), entry.enum)
                asked.setdefault(entry.name, choice)
    theirs = tuple(one for one in FOUND_OUT if actor.role is not Role.BUYER or one.name not in ORIGIN)
    own = sorted((one for one in asked.values() if one.name not in {more.name for more in theirs}), key=_by_label)
    return tuple(own), theirs


def currency(actor: Actor) -> str:
    """What the tenant's money is counted in."""
    return books.current(actor.tenant_id).tenant.currency


def _by_label(choice: FieldChoice) -> str:
    return choice.label.casefold()


def _kind(type_: Type) -> str:
    if type_ in NUMBERS:
        return "number"
    return "boolean" if type_ is Type.BOOLEAN else "text"
