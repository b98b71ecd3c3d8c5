"""Webhook endpoints: each key sees and changes its owner's own; a tenant's admins see all of them."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any, Literal, TypeVar
from uuid import UUID

from pydantic import Field

from app.api.endpoint import Call, Listed, Nothing, Operation, Page, Wire
from app.api.envelope import invalid, missing
from app.services import endpoints
from app.services.endpoints import Changes, EndpointView, Registered

T = TypeVar("T")
LONGEST_OVERLAP_HOURS = 168
Format = Literal["publisher", "buyer", "envelope"]
Policy = Literal["standard", "extended", "patient"]
BAD_CURSOR = "Not a cursor; send the nextCursor of the page before, or none for the first page."
_WIRE_FIELDS = {"overlap": "overlapHours"}


class NewWebhook(Wire):
    """Where to send which events, in which shape."""

    url: str = Field(max_length=2048, description="https, unless the operator allows the address otherwise.")
    events: list[str] = Field(max_length=50, description="Names of events, each once.")
    format: Format | None = Field(default=None, description="Shape of the bodies; without it the role's own.")
    secret: str | None = Field(default=None, max_length=255, description="Signs the bodies; made by us unless given.")
    prefix: str | None = Field(default=None, max_length=64, description="X-<Prefix>-Signature; else the tenant's own.")
    policy: Policy = Field(default="standard", description="How failed deliveries are tried again.")


class WebhookChanges(Wire):
    """What is to be different; what is left out stays."""

    url: str | None = Field(default=None, max_length=2048)
    events: list[str] | None = Field(default=None, max_length=50)
    format: Format | None = None
    prefix: str | None = Field(default=None, max_length=64)
    policy: Policy | None = None


class Rotation(Wire):
    """How long the old secret goes on signing, and a secret of your own if you want one."""

    overlap_hours: int = Field(default=24, ge=0, le=LONGEST_OVERLAP_HOURS)
    secret: str | None = Field(default=None, max_length=255)


class Webhook(Wire):
    """A registered endpoint."""

    id: UUID
    url: str
    events: list[str]
    format: str
    prefix: str
    policy: str
    status: str
    failures_in_row: int
    old_secret_until: datetime | None
    created_at: datetime


class WebhookWithSecret(Webhook):
    """The same with its signing secret, which is shown this once."""

    secret: str


class TestSent(Wire):
    """A test event that is on its way."""

    message_id: UUID


def create(call: Call[NewWebhook]) -> WebhookWithSecret:
    """Register an endpoint of the caller's own."""
    wish = call.body.model_dump()
    return _with_secret(_checked(lambda: endpoints.register(call.actor, now=call.now, **wish)))


def listed(call: Call[Nothing]) -> Listed:
    """The caller's endpoints in the order of their ids, which is that of their making."""
    page: Page = call.query
    behind = _place(page.cursor)
    rows = sorted(endpoints.listed(call.actor), key=lambda row: row.id)
    after = [row for row in rows if behind is None or row.id > behind]
    shown = after[: page.limit]
    more = len(after) > len(shown)
    return Listed(tuple(_plain(row) for row in shown), page.limit, str(shown[-1].id) if more else None)


def one(call: Call[Nothing]) -> Webhook:
    """One endpoint of the caller's."""
    for row in endpoints.listed(call.actor):
        if row.id == call.params["id"]:
            return _plain(row)
    raise missing()


def change(call: Call[WebhookChanges]) -> Webhook:
    """Change what the body names."""
    wish = call.body
    changes = Changes(
        wish.url, tuple(wish.events) if wish.events is not None else None, wish.format, wish.prefix, wish.policy
    )
    return _plain(_checked(lambda: endpoints.update_endpoint(call.actor, call.params["id"], changes, now=call.now)))


def delete(call: Call[Nothing]) -> None:
    """Remove one; what is still owed to it is not sent any more."""
    _checked(lambda: endpoints.remove(call.actor, call.params["id"], now=call.now))


def rotate(call: Call[Rotation]) -> WebhookWithSecret:
    """A new secret; the old one goes on signing for the overlap."""
    wish, endpoint_id = call.body, call.params["id"]
    overlap = timedelta(hours=wish.overlap_hours)
    return _with_secret(
        _checked(
            lambda: endpoints.rotate_secret(call.actor, endpoint_id, overlap=overlap, secret=wish.secret, now=call.now)
        )
    )


def enable(call: Call[Nothing]) -> Webhook:
    """Switch one on again that was switched off for failing; what waited goes out."""
    return _plain(_checked(lambda: endpoints.enable(call.actor, call.params["id"], now=call.now)))


def test(call: Call[Nothing]) -> TestSent:
    """Send it a test event."""
    message_id = _checked(lambda: endpoints.send_test_event(call.actor, call.params["id"], now=call.now))
    return TestSent(message_id=message_id)


def _place(cursor: str | None) -> UUID | None:
    """The entry that a page begins behind. Raises Problem for a cursor that no page gave."""
    try:
        return UUID(cursor) if cursor else None
    except ValueError:
        raise invalid((("cursor", BAD_CURSOR),)) from None


def _checked(work: Callable[[], T]) -> T:
    """The service's refusals as ours."""
    try:
        return work()
    except endpoints.Refused as refusal:
        faults = tuple((_WIRE_FIELDS.get(name, name), sentence) for name, sentence in refusal.faults)
        raise invalid(faults) from None
    except endpoints.NoSuchEndpoint:
        raise missing() from None


def _plain(row: EndpointView) -> Webhook:
    return Webhook(**_shown(row))


def _with_secret(registered: Registered) -> WebhookWithSecret:
    return WebhookWithSecret(**_shown(registered.endpoint), secret=registered.secret)


def _shown(row: EndpointView) -> dict[str, Any]:
    shown = {name: getattr(row, name) for name in Webhook.model_fields}
    return shown | {"events": list(row.events)}


_ONE = "/webhooks/<uuid:id>"
OPERATIONS = (
    Operation(
        "POST", "/webhooks", "createWebhook", "Register a webhook", create, WebhookWithSecret,
        body=NewWebhook, status=201,
    ),
    Operation("GET", "/webhooks", "listWebhooks", "List your webhooks", listed, Webhook, query=Page, is_list=True),
    Operation("GET", _ONE, "getWebhook", "Show a webhook", one, Webhook),
    Operation("PATCH", _ONE, "changeWebhook", "Change a webhook", change, Webhook, body=WebhookChanges),
    Operation("DELETE", _ONE, "deleteWebhook", "Delete a webhook", delete, None, status=204),
    Operation(
        "POST", f"{_ONE}/rotate", "rotateWebhookSecret", "Give a webhook a new secret", rotate, WebhookWithSecret,
        body=Rotation,
    ),
    Operation("POST", f"{_ONE}/enable", "enableWebhook", "Switch a webhook on again", enable, Webhook),
    Operation("POST", f"{_ONE}/test", "testWebhook", "Send a webhook a test event", test, TestSent, status=202),
)  # fmt: skip
"""Every operation of this resource."""
