"""Duplicates: which marks of a person a campaign compares, where, and for how long.

A mark is a keyed hash, so that a copy of the table names nobody. `claims` says which rows the intake must take, all
of them or none, in one statement each; taking them is what makes simultaneous copies impossible (`services.intake`).
"""

import hashlib
import hmac
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any, Self
from uuid import UUID

from app.domain.states import LeadState

Fingerprints = Mapping[str, bytes]
"""Field name -> keyed hash of its value; a field that the lead lacks is left out."""


class Match(StrEnum):
    """Whether one equal field makes a duplicate, or only all of them together."""

    ANY = "any"
    ALL = "all"


class Scope(StrEnum):
    """Among whose leads a duplicate is looked for."""

    PUBLISHER = "publisher"
    CAMPAIGN = "campaign"
    TENANT = "tenant"


class Base(StrEnum):
    """Which earlier leads count: all that were kept, those that were taken on, or those that sold.

    A lead that found no buyer was not taken on: whoever sent it was told so, and may send it again.
    """

    ALL = "all"
    ACCEPTED = "accepted"
    SOLD = "sold"

    def counts(self, state: LeadState) -> bool:
        """True when a lead that ended in this state goes on standing in the way of its copies."""
        if self is Base.ALL:
            return True
        if self is Base.SOLD:
            return state is LeadState.SOLD
        return state not in {LeadState.REJECTED, LeadState.UNSOLD}


@dataclass(frozen=True, slots=True)
class DuplicateRule:
    """By default the ingest dialect's: same e-mail or phone, 30 days, within the publisher, among accepted leads."""

    fields: tuple[str, ...] = ("email", "phone")
    match: Match = Match.ANY
    days: int = 30
    scope: Scope = Scope.PUBLISHER
    base: Base = Base.ACCEPTED

    def since(self, now: datetime) -> datetime:
        """A mark claimed before this moment no longer counts."""
        return now - timedelta(days=self.days)

    @classmethod
    def from_json(cls, kept: Mapping[str, Any]) -> Self:
        """What `to_json` gave; what is absent is the default."""
        usual = cls()
        return cls(
            tuple(kept.get("fields", usual.fields)),
            Match(kept.get("match", usual.match)),
            int(kept.get("days", usual.days)),
            Scope(kept.get("scope", usual.scope)),
            Base(kept.get("base", usual.base)),
        )

    def to_json(self) -> dict[str, Any]:
        """For the campaign's row."""
        return {name: getattr(self, name) for name in self.__slots__} | {"fields": list(self.fields)}


@dataclass(frozen=True, slots=True, order=True)
class Claim:
    """One row to take in the table of marks: nobody else may hold (scope, kind, digest) within the window."""

    scope: str
    kind: str
    digest: bytes


def fingerprint(kind: str, value: str, key: bytes) -> bytes:
    """HMAC-SHA256 of a normalised value, 32 bytes; the kind is mixed in, so equal texts of two fields differ."""
    plain = " ".join(value.casefold().split())
    return hmac.digest(key, f"{kind}\0{plain}".encode(), "sha256")


def scope_key(scope: Scope, publisher_id: UUID, campaign_id: UUID) -> str:
    """How the scope is written in the table of marks."""
    holders = {Scope.PUBLISHER: f"publisher:{publisher_id}", Scope.CAMPAIGN: f"campaign:{campaign_id}"}
    return holders.get(scope, "tenant")


def buyer_claims(buyer_id: UUID, marks: Fingerprints) -> tuple[Claim, ...]:
    """What a sale takes, so that no buyer is sold the same person twice within its own window."""
    return tuple(sorted(Claim(f"buyer:{buyer_id}", kind, digest) for kind, digest in marks.items()))


def claims(rule: DuplicateRule, marks: Fingerprints, publisher_id: UUID, campaign_id: UUID) -> tuple[Claim, ...]:
    """The rows that this lead must take, sorted, so that two copies can never wait for each other in a ring.

    Fields that the lead lacks are left out: blank never equals blank, and the others decide.
    """
    scope = scope_key(rule.scope, publisher_id, campaign_id)
    present = {kind: marks[kind] for kind in sorted(rule.fields) if kind in marks}
    if rule.match is Match.ANY or not present:
        return tuple(Claim(scope, kind, digest) for kind, digest in present.items())
    return (Claim(scope, "+".join(present), hashlib.sha256(b"".join(present.values())).digest()),)
