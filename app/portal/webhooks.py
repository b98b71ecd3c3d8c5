"""Webhook endpoints: registering them, trying them out, changing their secret, taking them away."""

from __future__ import annotations

from datetime import timedelta
from uuid import UUID

from flask import Response, abort, flash, request, url_for

from app import clock
from app.domain import events, retry
from app.portal import pages, visit
from app.portal.blueprint import portal
from app.portal.keys import OVERLAPS
from app.queries import webhooks as queries
from app.queries.webhooks import MessageFilter
from app.services import endpoints
from app.services.endpoints import Refused, Registered
from app.transaction import read_only, transaction

NEWEST = 20
FORMATS = {
    "publisher": "Publisher: one flat object an event",
    "buyer": "Buyer: the lead with its contact",
    "envelope": "Envelope: event, time and data",
}


SENTENCES = {
    "publisher": {
        "lead.rejected": "One of your leads was refused or found no buyer.",
        "lead.purchased": "A buyer took one of your leads; once per sale.",
    },
    "buyer": {
        "lead.new": "You received a lead; once per sale.",
        "lead.updated": "One of your leads changed its status or score.",
        "buyer.capped": "One of your caps or budgets is full.",
        "contract.updated": "One of your contracts was changed.",
    },
    events.TENANT: {
        "lead.created": "A publisher's lead was stored.",
        "lead.sold": "A buyer took a publisher's lead.",
        "lead.rejected": "A publisher's lead was refused or found no buyer.",
        "buyer.capped": "A buyer's cap or budget is full.",
        "contract.updated": "A buyer's contract was changed.",
    },
}
"""Events in words that speak to whoever reads them."""


@portal.get("/webhooks")
def webhooks() -> Response:
    """Every endpoint of the actor's."""
    actor = visit.actor()
    with read_only():
        found = [one for one in queries.endpoints(actor) if one.status != endpoints.REMOVED]
    return pages.page("webhooks/list.html", found=found, for_staff=actor.is_admin)


@portal.get("/webhooks/new")
def new_endpoint() -> Response:
    """The form."""
    return _new({}, 200)


@portal.post("/webhooks/new")
def register_endpoint() -> Response:
    """Register it; the secret stands in this answer and nowhere else."""
    form = request.form
    try:
        with transaction():
            made = endpoints.register(
                visit.actor(),
                url=form.get("url", "").strip(),
                events=form.getlist("events"),
                format=form.get("format") or None,
                prefix=form.get("prefix", "").strip() or None,
                policy=form.get("policy") or retry.STANDARD.name,
                secret=form.get("secret") or None,
                now=clock.now(),
            )
    except Refused as refused:
        return _new(dict(refused.faults), 422)
    return _endpoint(made.endpoint.id, made=made)


@portal.get("/webhooks/<uuid:endpoint_id>")
def endpoint(endpoint_id: UUID) -> Response:
    """One endpoint with its newest messages."""
    return _endpoint(endpoint_id)


@portal.post("/webhooks/<uuid:endpoint_id>/test")
def test_endpoint(endpoint_id: UUID) -> Response:
    """Owe it a test event, and go where its fate can be watched."""
    try:
        with transaction():
            message_id = endpoints.send_test_event(visit.actor(), endpoint_id, now=clock.now())
    except Refused as refused:
        return _endpoint(endpoint_id, fault=str(refused))
    flash("A test event is on its way.")
    return pages.go(url_for("portal.message", message_id=message_id))


@portal.post("/webhooks/<uuid:endpoint_id>/secret")
def rotate_secret(endpoint_id: UUID) -> Response:
    """A new secret, shown in this answer only."""
    hours = request.form.get("overlap", "0")
    if hours not in OVERLAPS:
        return _endpoint(endpoint_id, fault="Choose one of the four overlaps.")
    try:
        with transaction():
            made = endpoints.rotate_secret(
                visit.actor(), endpoint_id, overlap=timedelta(hours=int(hours)), now=clock.now()
            )
    except Refused as refused:
        return _endpoint(endpoint_id, fault=str(refused))
    return _endpoint(endpoint_id, made=made)


@portal.post("/webhooks/<uuid:endpoint_id>/enable")
def enable_endpoint(endpoint_id: UUID) -> Response:
    """Switch it on again; what waited goes out."""
    with transaction():
        endpoints.enable(visit.actor(), endpoint_id, now=clock.now())
    flash("The endpoint is switched on. What waited for it is on its way.")
    return pages.go(url_for("portal.endpoint", endpoint_id=endpoint_id))


@portal.post("/webhooks/<uuid:endpoint_id>/remove")
def remove_endpoint(endpoint_id: UUID) -> Response:
    """Take it away."""
    with transaction():
        endpoints.remove(visit.actor(), endpoint_id, now=clock.now())
    flash("The endpoint is removed. Nothing more is sent to it; its log stays.")
    return pages.go(url_for("portal.webhooks"))


def _new(faults: dict[str, str], status: int) -> Response:
    actor = visit.actor()
    kind = events.TENANT if actor.is_admin else actor.role.value
    return pages.page(
        "webhooks/new.html",
        fragment="form",
        status=status,
        faults=faults,
        form=request.form,
        chosen=request.form.getlist("events"),
        offered=events.allowed_for(kind),
        sentences=SENTENCES[kind],
        for_staff=actor.is_admin,
        formats={name: word for name, word in FORMATS.items() if name != "buyer" or kind == "buyer"},
        policies={policy.name: policy.sentence for policy in retry.FOR_ENDPOINTS},
    )


def _endpoint(endpoint_id: UUID, *, made: Registered | None = None, fault: str = "") -> Response:
    actor = visit.actor()
    with read_only():
        found = queries.endpoint(actor, endpoint_id)
        messages = queries.messages(actor, MessageFilter(endpoint_id=endpoint_id), limit=NEWEST) if found else None
    if found is None or messages is None:
        abort(404)
    return pages.page(
        "webhooks/show.html",
        status=422 if fault else 200,
        row=found,
        messages=messages,
        made=made,
        fault=fault,
        overlaps=OVERLAPS,
        asked=request.args.get("ask", ""),
        retries=retry.BY_NAME[found.policy].sentence,
        is_removed=found.status == endpoints.REMOVED,
        for_staff=actor.is_admin,
    )
