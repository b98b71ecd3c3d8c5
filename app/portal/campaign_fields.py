"""A campaign's fields: edited as rows, tried on a pasted body before they are saved, and shown to who posts to them."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from flask import Response, flash, request, url_for
from werkzeug.datastructures import MultiDict

from app import clock
from app.adapters import campaign_body, ingest_terms
from app.domain.fields import Schema
from app.portal import campaigns, field_words, market_form, market_words, nav, pages, refusals, visit
from app.portal.blueprint import portal
from app.portal.contract_filters import numbers
from app.portal.market_form import Faults
from app.queries import campaigns as queries
from app.queries.campaigns import CampaignRow
from app.services import campaign_trial, field_uses, schema_drafts
from app.services import catalogue_campaigns as services
from app.services.campaign_trial import Tried
from app.services.catalogue_edits import Stale
from app.services.schema_drafts import FieldDraft
from app.transaction import read_only, transaction
from app.web import strict_json

LONGEST_BODY = 64_000
TEXTS = ("name", "label", "type", "choices", "min", "max", "min_length", "max_length", "pattern")
FLAGS = ("ping", "post", "pii")


@dataclass(frozen=True)
class Box:
    """The box to try a body in: what was pasted, why it is no body, or what came of it."""

    body: str
    stage: str = "post"
    fault: str = ""
    tried: Tried | None = None


@portal.get("/campaigns/<uuid:campaign_id>/fields")
@refusals.only(*nav.STAFF)
def campaign_fields(campaign_id: UUID) -> Response:
    """Every field, and a body that passes to try changes with."""
    with read_only():
        row = campaigns.found(campaign_id)
        return _page(row, schema_drafts.opened(row.schema), {}, 200, Box(_sample(row)))


@portal.post("/campaigns/<uuid:campaign_id>/fields")
@refusals.only(*nav.STAFF)
def save_campaign_fields(campaign_id: UUID) -> Response:
    """A button of the editor, a body tried, or the whole saved; leads are judged by it from the next one on."""
    verb, about = market_form.pressed()
    with read_only():
        row = campaigns.found(campaign_id)
        drafts, box = _typed(request.form, row.schema), _box(row)
        focus = _moved(drafts, verb, about, row.schema)
        schema, found = schema_drafts.read(drafts, row.schema)
        faults = {f"k.{fault.row}.{fault.column}": fault.sentence for fault in found}
        if verb == "try":
            box = _try(row, schema, box)
        if verb or schema is None:
            shown = faults if not verb or verb == "try" else {}
            return _page(row, drafts, shown, 200 if verb else 422, box, focus)
    try:
        with transaction():
            done = services.edit_schema(
                visit.actor(), campaign_id, schema, seen=request.form.get("seen", ""), now=clock.now()
            )
    except Stale:
        with read_only():
            return _page(campaigns.found(campaign_id), drafts, {}, 409, box)
    flash("Saved. The next lead is judged by these fields." if done else "Nothing was different.")
    return pages.go(url_for("portal.campaign_fields", campaign_id=campaign_id))


@portal.get("/campaigns/<uuid:campaign_id>/spec")
@refusals.only(*nav.SENDING)
def campaign_spec(campaign_id: UUID) -> Response:
    """What a publisher posts here: for staff, and for publishers who have a source in it."""
    with read_only():
        row = queries.to_post_to(visit.actor(), campaign_id)
        others = queries.to_post_to_all(visit.actor())
    if row is None:
        refusals.not_yours("campaign", campaign_id)
    stages = ("ping", "post") if row.traffic_type == "ping_post" else ("post",)
    return pages.page(
        "campaigns/spec.html",
        row=row,
        lines=campaign_body.lines(row.schema, row.traffic_type),
        bodies={stage: _sample(row, stage) for stage in stages},
        rule=field_words.rule,
        terms=services.terms_in(row),
        say=market_words,
        ingest=ingest_terms,
        staff=visit.actor().is_admin,
        others=[(one, name) for one, name in others if one != campaign_id],
        base_url=request.host_url.rstrip("/"),
    )


def _typed(form: MultiDict[str, str], base: Schema) -> list[FieldDraft]:
    """The rows as typed; which are ours is not for the form to say."""
    ours = {field.name for field in base.fields if field.system}
    rows = []
    for number in numbers(form, "k")[: schema_drafts.MOST_FIELDS + 1]:
        row = FieldDraft()
        for name in TEXTS:
            setattr(row, name, form.get(f"k.{number}.{name}", "").strip()[: market_form.LONGEST])
        for name in FLAGS:
            setattr(row, name, f"k.{number}.{name}" in form)
        row.system = row.name in ours
        rows.append(row)
    return rows


def _moved(rows: list[FieldDraft], verb: str, about: str, base: Schema) -> str:
    """Add, remove or move a row, or take what is stored; answers the field that the reader goes to next."""
    number = int(about) if about.isdecimal() and len(about) < 4 else -1  # noqa: PLR2004 - of a few hundred rows
    if verb == "more":
        rows.append(FieldDraft())
        return f"k.{len(rows) - 1}.name"
    if verb == "theirs":
        rows[:] = schema_drafts.opened(base)
    elif verb in {"less", "up", "down"} and 0 <= number < len(rows):
        if verb == "less" and rows[number].system:
            return ""
        row = rows.pop(number)
        if verb != "less":
            rows.insert(max(0, number - 1) if verb == "up" else number + 1, row)
    return ""


def _box(row: CampaignRow) -> Box:
    stage = "ping" if request.form.get("stage") == "ping" and row.traffic_type == "ping_post" else "post"
    return Box(request.form.get("body", "")[:LONGEST_BODY], stage)


def _try(row: CampaignRow, schema: Schema | None, box: Box) -> Box:
    """Judge the body by the fields as they stand in the editor, saved or not."""
    try:
        payload = strict_json.parse(box.body.encode("utf-8", "replace"))
    except strict_json.NotStrict as fault:
        return Box(box.body, box.stage, str(fault))
    if not isinstance(payload, dict):
        return Box(box.body, box.stage, "The body must be a JSON object.")
    if schema is None:
        return Box(box.body, box.stage, "The fields cannot be so: put the marked ones right first.")
    tried = campaign_trial.try_body(
        visit.actor(), row.id, payload, schema=schema, stage="ping" if box.stage == "ping" else "post",
        now=clock.now(),
    )  # fmt: skip
    return Box(box.body, box.stage, tried=tried)


def _sample(row: CampaignRow, stage: str = "post") -> str:
    body = campaign_body.sample(
        row.schema, row.traffic_type, vertical=row.vertical_key, country=row.country, now=clock.now(),
        stage="ping" if stage == "ping" else "post",
    )  # fmt: skip
    return json.dumps(body, indent=2, ensure_ascii=False)


def _page(
    row: CampaignRow, drafts: list[FieldDraft], faults: Faults, status: int, box: Box, focus: str = ""
) -> Response:
    current: dict[str, Any] = {"schema": row.schema.to_json()}
    clashing = request.method == "POST" and market_form.is_clashing(status)
    mine, _ = schema_drafts.read(drafts, row.schema)
    return pages.page(
        "campaigns/fields.html",
        fragment="editor",
        status=status,
        row=row,
        drafts=drafts,
        faults=faults,
        faulty={int(name.split(".")[1]) for name in faults},
        box=box,
        focus=focus,
        clashing=clashing,
        clashes=_clashes(mine, row.schema) if clashing and mine else [],
        seen=market_form.seen_by(current, clashing=clashing),
        edited=market_form.last_edit("campaign", row.id),
        staged=row.traffic_type == "ping_post",
        uses=field_uses.counts(visit.actor(), row.offer_id),
        say=market_words,
        here=url_for("portal.campaign_fields", campaign_id=row.id),
    )


def _clashes(mine: Schema, theirs: Schema) -> list[Any]:
    """Only the fields that part: a schema is long."""
    both = [{entry["name"]: entry for entry in schema.to_json()["fields"]} for schema in (mine, theirs)]
    parting = [{"fields": [entry for name, entry in one.items() if other.get(name) != entry]}
               for one, other in (both, both[::-1])]  # fmt: skip
    return market_form.clashes(
        {"schema": parting[0]} if mine != theirs else {}, {"schema": parting[1]}, market_words.LABELS,
        lambda term, value: market_words.lines(term, value) or ["the same fields in another order"],
    )  # fmt: skip
