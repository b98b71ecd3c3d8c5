"""A body tried on a campaign: the very tidying, checking, consent and scoring that a lead would meet; nothing is kept.

Bodies are read as publishers write them: by the ingest dialect's names, the rest in ``extra_fields`` or beside.
Duplicates, suppression, hours and caps are left out: they depend on who sends it, and when.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any, NamedTuple
from uuid import UUID

from app.adapters.ingest_terms import EXTRA, NOT_TEXT, OUR_NAMES, SECTOR
from app.domain.actor import Actor
from app.domain.fields import Schema, Stage
from app.services import book as books
from app.services.book_facts import UNROUTED, CampaignFacts, PublisherFacts, SourceFacts
from app.services.changes import NoSuchThing, only_staff
from app.services.placement import Placement
from app.services.preparing import Prepared, prepare

_NOBODY = UUID(int=0)


@dataclass(frozen=True, slots=True)
class Problem:
    """One thing that would have the lead refused: the field as it is written on the wire, ours, and the sentence."""

    name: str
    field: str
    sentence: str
    code: str = ""


@dataclass(frozen=True, slots=True)
class Tried:
    """The answer. ``changes``: field -> before and after tidying. ``unknown``: keys that no field names."""

    passes: bool
    problems: tuple[Problem, ...]
    changes: Mapping[str, Any]
    unknown: tuple[str, ...]
    points: int | None
    tier: str


def try_body(
    actor: Actor, campaign_id: UUID, payload: Mapping[str, Any], *, schema: Schema | None = None,
    stage: Stage = "post", now: datetime,
) -> Tried:  # fmt: skip
    """Judge the payload by the campaign, or by a ``schema`` that is not stored yet. Raises NoSuchThing."""
    only_staff(actor)
    campaign = books.current(actor.tenant_id).campaigns.get(campaign_id)
    if campaign is None:
        raise NoSuchThing(str(campaign_id))
    judged = replace(campaign, schema=schema) if schema is not None else campaign
    spelled = _direct(payload) if judged.traffic_type == "direct" else _data(payload)
    return _told(judged, spelled, prepare(_outside(judged), spelled.values, spelled.extra, now=now, stage=stage))


class _Spelled(NamedTuple):
    """Values under our names, what stands beside them, and what could not be read at all."""

    values: dict[str, Any]
    extra: dict[str, Any]
    faults: tuple[Problem, ...] = ()


def _direct(payload: Mapping[str, Any]) -> _Spelled:
    """As the ingest dialect reads it: its own names are texts, everything else may stand in ``extra_fields``."""
    given = {name: payload[name] for name in OUR_NAMES if payload.get(name) is not None}
    faults = [Problem(name, OUR_NAMES[name], NOT_TEXT) for name, value in given.items() if not isinstance(value, str)]
    extra = {} if payload.get(EXTRA) is None else payload[EXTRA]
    if not isinstance(extra, dict):
        faults.append(Problem(EXTRA, EXTRA, "Must be a JSON object, such as {}."))
        extra = {}
    rest = {key: value for key, value in payload.items() if key not in {*OUR_NAMES, SECTOR, EXTRA}}
    values = {OUR_NAMES[name]: value for name, value in given.items() if isinstance(value, str)}
    return _Spelled(values, {**rest, **extra}, tuple(faults))


def _data(payload: Mapping[str, Any]) -> _Spelled:
    """A ping or a post: its fields stand in ``data``, under our names."""
    data = payload.get("data")
    if not isinstance(data, dict):
        return _Spelled({}, {}, (Problem("data", "data", "Must be a JSON object that holds the fields."),))
    return _Spelled({key: value for key, value in data.items() if value is not None}, {})


def _told(campaign: CampaignFacts, spelled: _Spelled, prepared: Prepared) -> Tried:
    names = {field.name for field in campaign.schema.fields}
    theirs = {ours: theirs for theirs, ours in OUR_NAMES.items()} if campaign.traffic_type == "direct" else {}
    known = {one.field for one in spelled.faults}
    found = tuple(
        Problem(theirs.get(name, name), name, sentence) for name, sentence in prepared.faults if name not in known
    )
    noes = tuple(Problem("", "", no.sentence, no.code) for no in prepared.noes)
    problems = spelled.faults + found + noes
    unknown = (prepared.fields.keys() | spelled.extra.keys()) - names
    return Tried(
        not problems, problems, prepared.changes, tuple(sorted(unknown)),
        prepared.score.points if prepared.score else None, str(prepared.score.tier) if prepared.score else "",
    )  # fmt: skip


def _outside(campaign: CampaignFacts) -> Placement:
    """The campaign's door as seen by somebody who is no publisher."""
    source = SourceFacts(
        id=_NOBODY, publisher_id=_NOBODY, campaign=campaign, name="Trial", tag="", status="active",
        terms=UNROUTED, schedule=(), zone="UTC", allowed_ips=(), caps=(),
    )  # fmt: skip
    return Placement(PublisherFacts(_NOBODY, "Trial", "active", 0), source)
