"""Get started: a publisher's way from its key to its first sold lead, on one page.

The console makes a real call to the real endpoint, with the publisher standing in for its key: the same reading,
rules and answer, and nothing kept. Staff may look at it for any publisher (``?publisher=``).
"""

from __future__ import annotations

from datetime import timedelta
from functools import partial
from typing import Any, NamedTuple
from uuid import UUID

from flask import Response, request, url_for

from app import clock
from app.adapters.ingest_terms import HEADER, PATH
from app.domain.actor import SENDING
from app.portal import checklist, field_pages, pages, refusals, snippets, specimens, start_story, visit
from app.portal.blueprint import portal
from app.portal.checklist import Step
from app.portal.keys import OVERLAPS
from app.queries import choices, getting_started
from app.queries.getting_started import OwnKey
from app.services import api_keys, rehearsals
from app.services.changes import Refused
from app.services.rehearsals import Stage
from app.transaction import read_only, transaction
from app.web import inside
from app.web.body import MAX_BYTES

SAMPLES = {"good": specimens.lead, "broken": specimens.broken}
MASK = "pk_live_…"


@portal.get("/start")
@refusals.only(*SENDING)
def start() -> Response:
    """The page; staff who name no publisher choose one."""
    actor = visit.actor()
    if actor.owner_id is None and "publisher" not in request.args:
        with read_only():
            found = choices.choices(actor).publishers
        return pages.page("start/choose.html", publishers=found)
    return _page(_whose())


@portal.get("/start/steps")
@refusals.only(*SENDING)
def start_steps() -> Response:
    """The checklist by itself: the page asks for it again and again until every step is taken."""
    publisher_id, actor = _whose().id, visit.actor()
    if not pages.wants_fragment():
        return pages.go(url_for("portal.start", publisher=publisher_id if actor.is_admin else None))
    with read_only():
        key = getting_started.own_key(actor, publisher_id, clock.now())
        steps = _steps(key, getting_started.progress(actor, publisher_id))
    return pages.page(
        "start/show.html", fragment="checklist", publisher_id=publisher_id, for_staff=actor.is_admin, steps=steps,
        left=checklist.left(steps),
    )  # fmt: skip


@portal.post("/start/try")
@refusals.only(*SENDING)
def start_try() -> Response:
    """Send the body as this publisher's test lead; both sides and the timeline come back."""
    whose, actor = _whose(), visit.actor()
    body = request.form.get("body", "")[:MAX_BYTES].replace("\r\n", "\n")
    stage = Stage(actor, whose.id)
    seen = inside.post(PATH, {"Content-Type": "application/json"}, body, {inside.STAGE: stage})
    if stage.seen is not None:
        with transaction():
            rehearsals.note(actor, whose.id, now=clock.now())
    return _page(
        whose, fragment="console", body=body, seen=seen, answer=specimens.indented(seen.answer),
        story=start_story.story(stage.seen) if stage.seen else (),
    )  # fmt: skip


@portal.post("/start/key")
@refusals.only(*SENDING)
def start_key() -> Response:
    """A new key in the place of the old one; it stands in this answer's snippets and nowhere else."""
    whose, now = _whose(), clock.now()
    hours = request.form.get("overlap", "")
    if hours not in OVERLAPS:
        return _page(whose, status=422, faults={"overlap": "Choose when the old key ends."})
    with read_only():
        key = getting_started.own_key(visit.actor(), whose.id, now)
    if key is None:
        return _page(whose, status=422, faults={"overlap": "There is no key to replace; ask for one."})
    try:
        with transaction():
            made = api_keys.rotate(visit.actor(), key.id, overlap=timedelta(hours=int(hours)), now=now)
    except Refused as refused:
        return _page(whose, status=422, faults={"overlap": str(refused)})
    return _page(whose, made=made)


class Whose(NamedTuple):
    """The publisher whose page it is."""

    id: UUID
    name: str


def _whose() -> Whose:
    """The visitor's own publisher, or the one that staff ask for; anybody else's is not there."""
    actor, wish = visit.actor(), request.values.get("publisher", "")
    try:
        wanted = UUID(wish) if wish else actor.owner_id
    except ValueError:
        wanted = None
    with read_only():
        name = getting_started.name_of(actor, wanted)
    if wanted is None or name is None:
        refusals.not_yours("publisher", wanted)
    return Whose(wanted, name)


def _page(whose: Whose, *, fragment: str | None = None, status: int = 200, **more: Any) -> Response:
    """The page of this publisher, or a part of it; ``more`` is what the request brought about."""
    actor, now, made = visit.actor(), clock.now(), more.get("made")
    with read_only():
        key = getting_started.own_key(actor, whose.id, now)
        steps = _steps(key, getting_started.progress(actor, whose.id))
        access = rehearsals.access_of(actor, whose.id)
    sectors = rehearsals.sectors(access)
    make = partial(SAMPLES.get(request.args.get("sample", ""), specimens.lead), consent_at=now - specimens.AGO)
    chosen = specimens.sector({one.key: one.country for one in sectors}, request.args.get("sector", ""))
    shown = made.secret if made else key.masked if key else MASK
    usual: dict[str, Any] = {
        "made": None, "faults": {}, "seen": None, "answer": "", "story": (), "body": specimens.text(make(*chosen)),
    }  # fmt: skip
    return pages.page(
        "start/show.html", fragment=fragment, status=status, name=whose.name, publisher_id=whose.id, key=key,
        steps=steps, left=checklist.left(steps), sectors=sectors, header=HEADER, path=PATH, overlaps=OVERLAPS,
        snippets=snippets.sending(shown, specimens.lead(*chosen, now - specimens.AGO)), chosen=chosen[0],
        fields=next((field_pages.rows(one.schema.fields) for one in sectors if one.key == chosen[0]), ()),
        for_staff=actor.is_admin, verifiers=snippets.verifiers(access.tenant.webhook_prefix),
        **(usual | more),
    )  # fmt: skip


def _steps(key: OwnKey | None, done: getting_started.Progress) -> tuple[Step, ...]:
    """Each step found in the data, in the order in which people take them."""
    webhooks = url_for("portal.webhooks")
    return (
        Step(key is not None, "Hold a key", "Your key is made when your account is approved.",
             url_for("portal.keys"), "Show API keys"),
        Step(done.tried is not None, "Send a test lead", "The console below sends one and keeps nothing.",
             "#console", "Open the console"),
        Step(done.lead is not None, "Send a real lead", "Your own system posts the first one with your key.",
             "#send", "Copy the snippet"),
        Step(done.endpoint is not None, "Register a webhook", "An address of yours that hears what became of leads.",
             url_for("portal.new_endpoint"), "Add a webhook"),
        Step(done.heard is not None, "Answer a webhook", "Send your endpoint a test event and answer it 2xx.",
             webhooks, "Show webhooks"),
        Step(done.sold is not None, "See a lead sold", "The first lead of yours that a buyer takes.",
             url_for("portal.leads", period="all"), "Show leads"),
    )  # fmt: skip
