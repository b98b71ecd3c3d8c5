"""API keys: each key sees its owner's own, admins every key of the tenant; a secret is shown once."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Literal
from uuid import UUID

from pydantic import Field

from app.api import outcomes, paging
from app.api.endpoint import Call, Listed, Nothing, Operation, Page, Wire
from app.api.envelope import invalid
from app.api.not_yours import NotYours
from app.domain.actor import STAFF, Actor, Role
from app.queries import keys as queries
from app.queries.keys import KeyRow
from app.services import api_keys
from app.services import book as books
from app.services.api_keys import Made, Wish

LONGEST_OVERLAP_HOURS = 168
ROLES = {"admin": Role.ADMIN, "buyer": Role.BUYER, "partner": Role.PUBLISHER}


class NewKey(Wire):
    """What a key shall be."""

    kind: Literal["ingest", "router", "buyer"] = Field(description="Which interface it opens.")
    role: Literal["admin", "buyer", "partner"]
    owner_id: UUID | None = Field(
        default=None, description="The buyer or publisher that it speaks for; none for admins."
    )
    name: str = Field(min_length=1, max_length=80)
    requests_per_minute: int | None = Field(default=None, ge=1, le=100_000)


class KeyRotation(Wire):
    """How long the old key goes on working."""

    overlap_hours: int = Field(default=0, ge=0, le=LONGEST_OVERLAP_HOURS)


class Key(Wire):
    """A key, without its secret."""

    id: UUID
    kind: str
    role: str
    name: str
    owner: str | None
    prefix: str
    last4: str
    state: str = Field(description="active, ending, expired or revoked.")
    created_at: datetime
    expires_at: datetime | None
    revoked_at: datetime | None
    last_used_at: datetime | None


class KeyWithSecret(Key):
    """The same with its secret, which is shown this once."""

    secret: str


def listed(call: Call[Nothing]) -> Listed:
    """The caller's keys, newest first."""
    return paging.whole(queries.listed(call.actor), call.query, lambda row: row.id, lambda row: _key(row, call.now))


def create(call: Call[NewKey]) -> KeyWithSecret:
    """Make a key; admins alone do."""
    wish = call.body
    _check_owner(call.actor, wish)
    asked = Wish(
        wish.kind, ROLES[wish.role], wish.owner_id, wish.name.strip(), requests_per_minute=wish.requests_per_minute
    )
    return _shown(call, outcomes.of("api_key", None, lambda: api_keys.create(call.actor, asked, now=call.now)))


def rotate(call: Call[KeyRotation]) -> KeyWithSecret:
    """A new key in the place of an old one, which ends now or after the overlap."""
    key_id: UUID = call.params["id"]
    overlap = timedelta(hours=call.body.overlap_hours)
    made = outcomes.of("api_key", key_id, lambda: api_keys.rotate(call.actor, key_id, overlap=overlap, now=call.now))
    return _shown(call, made)


def revoke(call: Call[Nothing]) -> None:
    """End a key at once; ending it again changes nothing."""
    key_id: UUID = call.params["id"]
    outcomes.of("api_key", key_id, lambda: api_keys.revoke(call.actor, key_id, now=call.now))


def _check_owner(actor: Actor, wish: NewKey) -> None:
    """Buyers' and partners' keys speak for one that is there, admins' for nobody. Raises Problem."""
    book = books.current(actor.tenant_id)
    known: dict[str, set[UUID | None]] = {
        "admin": {None}, "buyer": set(book.buyers), "partner": set(book.publishers),
    }  # fmt: skip
    if wish.owner_id not in known[wish.role]:
        raise invalid((("ownerId", f"Must be {'empty' if wish.role == 'admin' else f'the id of a {wish.role}'}."),))


def _shown(call: Call[NewKey] | Call[KeyRotation], made: Made) -> KeyWithSecret:
    row = queries.one(call.actor, made.id)
    if row is None:
        raise NotYours("api_key", made.id)
    return KeyWithSecret(**_key(row, call.now).model_dump(), secret=made.secret)


def _key(row: KeyRow, now: datetime) -> Key:
    return Key(
        id=row.id, kind=row.kind, role="partner" if row.role == Role.PUBLISHER else row.role, name=row.name,
        owner=row.owner, prefix=row.prefix, last4=row.last4, state=row.state(now), created_at=row.created_at,
        expires_at=row.expires_at, revoked_at=row.revoked_at, last_used_at=row.last_used_at,
    )  # fmt: skip


_ONE = "/keys/<uuid:id>"
OPERATIONS = (
    Operation("GET", "/keys", "listKeys", "List your keys", listed, Key, query=Page, is_list=True),
    Operation("POST", "/keys", "createKey", "Make a key", create, KeyWithSecret, roles=STAFF, body=NewKey, status=201),
    Operation("POST", f"{_ONE}/rotate", "rotateKey", "Replace a key", rotate, KeyWithSecret, body=KeyRotation),
    Operation("DELETE", _ONE, "revokeKey", "Revoke a key", revoke, None, status=204),
)  # fmt: skip
"""Every operation of this resource."""
