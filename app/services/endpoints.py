"""Webhook endpoints: registered, rotated, switched on and off, tried out, removed. Everybody has their own.

Admins see every endpoint of the tenant; what they register belongs to the tenant itself. Nothing commits here.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import func, select, update

from app.db import db
from app.domain import events as catalogue
from app.domain.actor import Actor, Role
from app.domain.ids import new_id
from app.domain.retry import STANDARD
from app.domain.states import MessageState
from app.gateways.kit import kit
from app.models.tenants import Tenant
from app.models.webhooks import Endpoint, Message
from app.services import audit, endpoint_secrets, outbox
from app.services.bells import WEBHOOKS, ring_after_commit
from app.services.changes import in_person
from app.services.endpoint_wishes import Changes, Refused, faults_in, role_format
from app.services.outbox import Subscriber

__all__ = [
    "Changes", "EndpointView", "NoSuchEndpoint", "Refused", "Registered", "enable", "listed", "register", "remove",
    "rotate_secret", "send_test_event", "update_endpoint",
]  # fmt: skip

ACTIVE, REMOVED = "active", "removed"
LONGEST_OVERLAP = timedelta(days=7)
MOST = 50
"""Endpoints of one owner: each is told of every event, so one lead must not become thousands of requests."""


class NoSuchEndpoint(LookupError):
    """The actor has no such endpoint. Somebody else's is no such endpoint."""


@dataclass(frozen=True, slots=True)
class EndpointView:
    """An endpoint as its owner sees it; the secret is not in it."""

    id: UUID
    url: str
    events: tuple[str, ...]
    format: str
    prefix: str
    policy: str
    status: str
    owner_kind: str
    owner_id: UUID | None
    failures_in_row: int
    failing_since: datetime | None
    old_secret_until: datetime | None
    created_at: datetime


@dataclass(frozen=True, slots=True)
class Registered:
    """An endpoint with its secret, which is shown now and never again."""

    endpoint: EndpointView
    secret: str


def register(  # noqa: PLR0913 - an endpoint is that much
    actor: Actor,
    *,
    url: str,
    events: Sequence[str],
    format: str | None = None,  # noqa: A002 - the word of the product
    secret: str | None = None,
    prefix: str | None = None,
    policy: str = STANDARD.name,
    now: datetime,
) -> Registered:
    """Subscribe a URL of the actor's own to events that its role may hear.

    Without a format it gets the role's own, without a prefix the tenant's, without a secret one made by us.
    Raises Refused with every fault by field.
    """
    in_person(actor)
    kind = _owner_kind(actor)
    wish = Changes(url, tuple(events), format or role_format(kind), prefix or _tenant_prefix(actor), policy)
    faults = faults_in(kind, wish, secret)
    if not faults and _count(actor, kind) >= MOST:
        faults = (("url", f"You have {MOST} endpoints already. Remove one first."),)
    if faults:
        raise Refused(faults)
    endpoint_id = new_id(now, kit().rng)
    chosen = secret or endpoint_secrets.fresh()
    row = Endpoint(
        tenant_id=actor.tenant_id,
        id=endpoint_id,
        owner_kind=kind,
        owner_id=actor.owner_id if kind != catalogue.TENANT else None,
        **wish.columns(),
        secret_sealed=endpoint_secrets.seal(actor.tenant_id, endpoint_id, chosen),
        created_at=now,
    )
    db.session.add(row)
    db.session.flush()
    audit.record(actor, "endpoint.registered", ("endpoint", endpoint_id), now=now, after=wish.columns())
    return Registered(_view(row), chosen)


def listed(actor: Actor) -> tuple[EndpointView, ...]:
    """The actor's endpoints, oldest first; removed ones are gone."""
    rows = db.session.scalars(
        select(Endpoint)
        .where(Endpoint.tenant_id == actor.tenant_id, Endpoint.status != REMOVED)
        .order_by(Endpoint.created_at, Endpoint.id)
    )
    return tuple(_view(row) for row in rows if _is_of(actor, row))


def update_endpoint(actor: Actor, endpoint_id: UUID, wish: Changes, *, now: datetime) -> EndpointView:
    """Change what ``wish`` names; messages that wait go where the endpoint then points.

    Raises NoSuchEndpoint, Refused.
    """
    row = _mine(actor, endpoint_id)
    before = Changes(row.url, tuple(row.events), row.format, row.prefix, row.policy)
    after = wish.over(before)
    faults = faults_in(row.owner_kind, after)
    if faults:
        raise Refused(faults)
    for name, value in after.columns().items():
        setattr(row, name, value)
    db.session.flush()
    audit.record(
        actor, "endpoint.changed", ("endpoint", row.id), now=now, before=before.columns(), after=after.columns()
    )
    return _view(row)


def rotate_secret(
    actor: Actor, endpoint_id: UUID, *, overlap: timedelta = timedelta(0), secret: str | None = None, now: datetime
) -> Registered:
    """A new secret; the old one goes on signing for the overlap, at most seven days.

    A rotation within another's overlap ends the oldest of the three. Raises NoSuchEndpoint, Refused.
    """
    in_person(actor)
    row = _mine(actor, endpoint_id)
    if not timedelta(0) <= overlap <= LONGEST_OVERLAP:
        raise Refused((("overlap", "The overlap is at least 0 and at most 7 days."),))
    faults = faults_in(row.owner_kind, Changes(), secret)
    if faults:
        raise Refused(faults)
    chosen = secret or endpoint_secrets.fresh()
    row.old_secret_sealed = row.secret_sealed if overlap else None
    row.old_secret_until = now + overlap if overlap else None
    row.secret_sealed = endpoint_secrets.seal(actor.tenant_id, row.id, chosen)
    db.session.flush()
    hours = {"overlap_hours": overlap / timedelta(hours=1)}
    audit.record(actor, "endpoint.secret_rotated", ("endpoint", row.id), now=now, after=hours)
    return Registered(_view(row), chosen)


def enable(actor: Actor, endpoint_id: UUID, *, now: datetime) -> EndpointView:
    """Switch an endpoint on again; what waited for it goes out. Raises NoSuchEndpoint."""
    row = _mine(actor, endpoint_id)
    if row.status != ACTIVE:
        before = {"status": row.status}
        row.status, row.failures_in_row, row.failing_since = ACTIVE, 0, None
        db.session.flush()
        after = {"status": ACTIVE}
        audit.record(actor, "endpoint.enabled", ("endpoint", row.id), now=now, before=before, after=after)
        ring_after_commit(WEBHOOKS, actor.tenant_id)
    return _view(row)


def remove(actor: Actor, endpoint_id: UUID, *, now: datetime) -> None:
    """Take an endpoint away: nothing that waits is sent any more; its log stays. Raises NoSuchEndpoint."""
    row = _mine(actor, endpoint_id)
    row.status = REMOVED
    db.session.flush()
    db.session.connection().execute(
        update(Message.__table__)  # type: ignore[arg-type]
        .where(Message.tenant_id == actor.tenant_id, Message.endpoint_id == row.id)
        .where(Message.state == str(MessageState.PENDING))
        .values(state=str(MessageState.CANCELLED), done_at=now)
    )
    audit.record(actor, "endpoint.removed", ("endpoint", row.id), now=now)


def send_test_event(actor: Actor, endpoint_id: UUID, *, now: datetime) -> UUID:
    """Owe this one endpoint a test event; the message's id, to watch it in the log. Raises NoSuchEndpoint, Refused."""
    row = _mine(actor, endpoint_id)
    if row.status != ACTIVE:
        raise Refused((("status", "The endpoint is switched off; switch it on before trying it."),))
    to = Subscriber(row.id, frozenset(), row.format)
    return outbox.tell_one(actor.tenant_id, catalogue.ENDPOINT_TEST.name, row.owner_kind, row.owner_id, to=to, now=now)


def _owner_kind(actor: Actor) -> str:
    """Whose an endpoint of this actor is, as tables call it."""
    if actor.role in {Role.PUBLISHER, Role.BUYER}:
        return str(actor.role)
    return catalogue.TENANT


def _count(actor: Actor, kind: str) -> int:
    """How many endpoints there are of the owner that this actor registers for."""
    whose = Endpoint.owner_id.is_(None) if kind == catalogue.TENANT else Endpoint.owner_id == actor.owner_id
    there = (Endpoint.tenant_id == actor.tenant_id) & (Endpoint.owner_kind == kind) & (Endpoint.status != REMOVED)
    return db.session.scalar(select(func.count()).select_from(Endpoint).where(there, whose)) or 0


def _is_of(actor: Actor, row: Endpoint) -> bool:
    return actor.may_see(row.owner_id)


def _mine(actor: Actor, endpoint_id: UUID) -> Endpoint:
    """The endpoint, locked, if the actor may touch it."""
    row = db.session.scalars(
        select(Endpoint)
        .where(Endpoint.tenant_id == actor.tenant_id, Endpoint.id == endpoint_id, Endpoint.status != REMOVED)
        .with_for_update(key_share=True)
    ).one_or_none()
    if row is None or not _is_of(actor, row):
        raise NoSuchEndpoint(str(endpoint_id))
    return row


def _tenant_prefix(actor: Actor) -> str:
    prefix = db.session.scalar(select(Tenant.webhook_prefix).where(Tenant.id == actor.tenant_id))
    return prefix or "Switchyard"


def _view(row: Any) -> EndpointView:
    return EndpointView(
        row.id, row.url, tuple(row.events), row.format, row.prefix, row.policy, row.status, row.owner_kind,
        row.owner_id, row.failures_in_row, row.failing_since, row.old_secret_until, row.created_at,
    )  # fmt: skip
