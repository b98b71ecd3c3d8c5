"""Sub-verticals: the choices of one field, the same in every campaign of a vertical."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime
from uuid import UUID

from sqlalchemy import select

from app.db import db
from app.domain.actor import Actor
from app.domain.fields import Field, Schema
from app.domain.reading import Type
from app.models.catalogue import Campaign, Vertical
from app.services import catalogue_campaigns
from app.services.catalogue_edits import Terms, mark, moved, refuse
from app.services.changes import load, only_staff
from app.services.schema_drafts import LONGEST_CHOICE, MOST_CHOICES

FIELD = "sub_vertical"
LABEL = "Kind of work"
_WRONG = f"At most {MOST_CHOICES} of {LONGEST_CHOICE} characters, none twice."


def terms_of(actor: Actor, vertical_id: UUID) -> Terms:
    """Campaign -> its choices: a list, which is empty where any text goes, or None where the field is missing."""
    return {str(row.id): _choices(row) for row in _campaigns(actor, vertical_id)}


def edit(actor: Actor, vertical_id: UUID, wanted: Sequence[str], *, seen: str, now: datetime) -> int:
    """Let every campaign of the vertical have these choices; none means any text. Answers how many changed.

    Raises NoSuchThing, Faulty by ``sub_verticals``, and Stale where a campaign's choices moved meanwhile.
    """
    only_staff(actor)
    load(actor, Vertical, vertical_id)
    choices = list(wanted)
    folded = {choice.casefold() for choice in choices}
    if len(choices) > MOST_CHOICES or len(folded) < len(choices) or any(len(one) > LONGEST_CHOICE for one in choices):
        refuse((("sub_verticals", _WRONG),))
    current = terms_of(actor, vertical_id)
    after = {campaign: choices if choices or held is not None else None for campaign, held in current.items()}
    changing = moved(current, after, seen)
    return sum(_set(actor, UUID(campaign), tuple(choices), now) for campaign in changing)


def _set(actor: Actor, campaign_id: UUID, choices: tuple[str, ...], now: datetime) -> bool:
    row = load(actor, Campaign, campaign_id)
    schema = Schema.from_json(row.schema)
    held = _field(schema) or Field(FIELD, Type.STRING, LABEL)
    new = replace(held, type=Type.ENUM if choices else Type.STRING, enum=choices)
    current = catalogue_campaigns.schema_terms(row)
    return catalogue_campaigns.edit_schema(actor, campaign_id, schema.with_fields(new), seen=mark(current), now=now)


def _campaigns(actor: Actor, vertical_id: UUID) -> Sequence[Campaign]:
    return db.session.scalars(
        select(Campaign)
        .where(Campaign.tenant_id == actor.tenant_id, Campaign.vertical_id == vertical_id)
        .order_by(Campaign.id)
        .execution_options(populate_existing=True)
    ).all()


def _choices(row: Campaign) -> list[str] | None:
    field = _field(Schema.from_json(row.schema))
    return None if field is None else list(field.enum)


def _field(schema: Schema) -> Field | None:
    return next((field for field in schema.fields if field.name == FIELD), None)
