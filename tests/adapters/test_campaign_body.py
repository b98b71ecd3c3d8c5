"""A sample body passes the schema that it was made from, whichever the schema, the country and the stage."""

from __future__ import annotations

from datetime import UTC, datetime
from decimal import Decimal

import pytest

from app.adapters import campaign_body
from app.adapters.contact import READERS
from app.adapters.ingest_terms import EXTRA, OUR_NAMES, SECTOR
from app.adapters.patterns import compile_pattern
from app.domain.fields import Field, Rule, Schema, check
from app.domain.presets import EXTRAS, PING_POST, direct
from app.domain.reading import Type

NOW = datetime(2026, 11, 20, 12, tzinfo=UTC)
ODD = Schema(
    (
        Field("short", Type.STRING, required_on_post=True, rule=Rule(max_length=2)),
        Field("long", Type.TEXT, required_on_post=True, rule=Rule(min_length=60)),
        Field("few", Type.INTEGER, required_on_post=True, rule=Rule(max=Decimal(1))),
        Field("many", Type.DECIMAL, required_on_post=True, rule=Rule(min=Decimal("99999.5"))),
        Field("kind", Type.ENUM, required_on_post=True, enum=("one", "two")),
        Field("yes", Type.BOOLEAN, required_on_post=True),
        Field("born", Type.DATE, required_on_post=True),
        Field("again", Type.URL, required_on_post=True),
        Field("coded", Type.STRING, rule=Rule(pattern="^[0-9]{9}$")),
    )
)


def values_of(body: dict) -> dict:
    plain = {**body, **body.get(EXTRA, {}), **body.get("data", {})}
    return {OUR_NAMES.get(name, name): value for name, value in plain.items() if name not in {SECTOR, EXTRA, "data"}}


def faults(schema: Schema, traffic: str, country: str, stage: str = "post") -> tuple:
    body = campaign_body.sample(schema, traffic, vertical="solar", country=country, now=NOW, stage=stage)
    return check(
        schema, values_of(body), stage, country=country, readers=READERS, compile_pattern=compile_pattern
    ).faults


@pytest.mark.parametrize("country", ["GB", "US", "ZA", "FR"])
@pytest.mark.parametrize("vertical", sorted(EXTRAS))
def test_direct_bodies_pass(vertical: str, country: str):
    assert faults(direct(vertical), "direct", country) == ()


@pytest.mark.parametrize("stage", ["ping", "post"])
def test_pings_and_posts_pass(stage: str):
    assert faults(PING_POST, "ping_post", "US", stage) == ()


def test_bounds_are_kept():
    assert faults(ODD, "direct", "GB") == ()


def test_names_and_places_are_those_of_the_wire():
    lines = {line.field.name: (line.name, line.inside) for line in campaign_body.lines(direct("mortgages"), "direct")}
    assert lines["postal_code"] == ("postcode", "")
    assert lines["deposit_gbp"] == ("deposit_gbp", EXTRA)
    assert {line.inside for line in campaign_body.lines(PING_POST, "ping_post")} == {"data"}
