"""The catalogue's pages: lists, edits with their faults and effects, and two editors at once."""

from __future__ import annotations

import re
from html import unescape
from typing import Any
from uuid import UUID

import pytest
from sqlalchemy import select

from app import clock
from app.db import db, enter_tenant
from app.domain.actor import Role
from app.models.catalogue import Campaign, Offer, Source, Vertical
from app.models.contracts import Contract, OfferContract
from app.queries import offers as offer_queries
from app.services import catalogue_campaigns, catalogue_sources, catalogue_verticals, parties
from app.services.catalogue_edits import mark
from app.transaction import transaction
from tests.portal.people import Person, add_user, seat
from tests.support.world import World

SEEN = re.compile(r'name="seen" value="(\w+)"')
VERTICAL = {"name": "Mortgages", "base_price": "38.00", "floor": "0.00"}
SOURCE = {
    "name": "API", "tag": "", "payout.kind": "standard", "payout.percent": "0", "payout.amount": "", "floor": "0.00",
    "zone": "Europe/London", "allowed_ips": "", "allow_loss": "",
}  # fmt: skip
OFFER = {
    "name": "Mortgages", "mode": "highest_bid", "seats": "exclusive", "seat_count": "1", "decline_policy": "next",
    "floor": "0.00", "min_margin": "0.00", "min_margin_percent": "0",
}  # fmt: skip


def stored(model: type[Any], row_id: UUID) -> Any:
    return db.session.scalars(select(model).where(model.id == row_id).execution_options(populate_existing=True)).one()


def seen_on(person: Person, path: str) -> str:
    found = SEEN.search(person.get(path).text)
    assert found
    return found[1]


def save(person: Person, path: str, form: dict[str, str], **more: str) -> Any:
    return person.post(path, {"seen": seen_on(person, path), **form, **more})


def campaign_form(world: World) -> dict[str, str]:
    return {
        "name": "UK mortgages", "offer_id": str(world.offer_id), "country": "GB", "traffic_type": "direct",
        "duplicate.email": "1", "duplicate.phone": "1", "duplicate.days": "30", "duplicate.match": "any",
        "duplicate.scope": "publisher", "duplicate.base": "accepted", "consent.required": "", "consent.max_age": "",
        "consent.unit": "days", "time_budget_ms": "30000", "wait_for_buyer": "",
    }  # fmt: skip


@pytest.mark.parametrize(
    ("path", "words"),
    [
        ("/verticals", ("Mortgages", "£38.00")),
        ("/offers", ("Highest bid", "Exclusive")),
        ("/campaigns", ("UK mortgages", "Direct post", "30 days")),
        ("/sources", ("API", "QuickQuotes", "Standard")),
    ],
)
def test_lists_say_what_stands(alice: Person, lead_id: UUID, path: str, words: tuple[str, ...]):
    page = alice.get(path).text
    for word in words:
        assert word in page
    assert "empty" in alice.get(f"{path}?name=nothing+is+called+so").text
    assert alice.get(f"{path}?name=m", htmx=True).text.lstrip().startswith("<div id=")


@pytest.mark.parametrize("path", ["/verticals", "/offers", "/campaigns", "/sources"])
def test_lists_cost_at_most_six_statements(
    alice: Person, world: World, northgate: UUID, statements: list[str], path: str
):
    for number in range(12):
        with transaction():
            vertical_id = catalogue_verticals.add(
                world.admin, f"v-{number}", {"name": f"V {number}", "base_price_minor": 1, "floor_minor": 0},
                now=world.now,
            )  # fmt: skip
            enter_tenant(world.tenant_id)
            terms = catalogue_sources.terms_of(world.admin, stored(Source, world.source_id))
            cap = {"measure": "count", "period": "day", "limit": 5, "zone": "UTC"}
            catalogue_sources.add(
                world.admin, world.publisher_id, world.campaign_id, {**terms, "name": f"S {number}", "caps": [cap]},
                now=world.now,
            )  # fmt: skip
            assert vertical_id
    alice.get(path)
    statements.clear()
    assert alice.get(path).status_code == 200
    assert len(statements) <= 6, statements


def test_a_price_that_shuts_contracts_out_is_saved_only_after_its_effect(alice: Person, world: World, northgate: UUID):
    path = f"/verticals/{world.vertical_id}"
    asked = save(alice, path, VERTICAL | {"base_price": "62.01"})
    assert asked.status_code == 200
    assert "1 active contract pays less than base price and margin and will no longer match" in asked.text
    assert "Northgate UK" in asked.text
    assert stored(Vertical, world.vertical_id).base_price_minor == 3800
    assert save(alice, path, VERTICAL | {"base_price": "62.01", "sure": "6201:0"}).status_code == 303
    assert stored(Vertical, world.vertical_id).base_price_minor == 6201
    assert "will match again" in save(alice, path, VERTICAL, do="effect").text


def test_a_harmless_price_is_saved_at_once(alice: Person, world: World, northgate: UUID):
    assert save(alice, f"/verticals/{world.vertical_id}", VERTICAL | {"base_price": "40"}).status_code == 303
    assert stored(Vertical, world.vertical_id).base_price_minor == 4000


@pytest.mark.parametrize("typed", ["much", "-1", "99999999999", "1.234"])
def test_a_price_that_is_none_is_said_beside_its_field(alice: Person, world: World, typed: str):
    page = save(alice, f"/verticals/{world.vertical_id}", VERTICAL | {"base_price": typed})
    assert page.status_code == 422
    assert 'id="base_price-fault"' in page.text
    assert f'value="{typed}"' in page.text


def test_a_vertical_is_added_and_removed(alice: Person):
    again = alice.post("/verticals/new", {"key": "So Lar", "name": "Solar", "base_price": "42", "floor": ""})
    assert again.status_code == 422
    assert 'value="So Lar"' in again.text
    made = alice.post("/verticals/new", {"key": "solar", "name": "Solar", "base_price": "42", "floor": ""})
    assert made.status_code == 303
    assert alice.post(f"{made.location}/remove").status_code == 303
    assert alice.get(made.location).status_code == 404


def test_a_vertical_in_use_stays(alice: Person, world: World, lead_id: UUID):
    assert "Remove vertical" not in alice.get(f"/verticals/{world.vertical_id}").text
    assert alice.post(f"/verticals/{world.vertical_id}/remove").status_code == 422


def test_a_campaign_is_edited_paused_and_resumed(alice: Person, world: World, lead_id: UUID):
    path, form = f"/campaigns/{world.campaign_id}", campaign_form(world)
    assert save(alice, path, form).status_code == 303  # untouched
    assert save(alice, path, form | {"consent.max_age": "30", "consent.required": "1"}).status_code == 303
    kept = stored(Campaign, world.campaign_id)
    assert kept.consent_rule == {"token_required": True, "max_age_hours": 720}
    assert "1 lead came in by it in the last 7 days" in alice.get(f"{path}?ask=switch").text
    alice.post(f"{path}/pause")
    assert stored(Campaign, world.campaign_id).status == "paused"
    alice.post(f"{path}/resume")
    assert stored(Campaign, world.campaign_id).status == "active"
    wrong = save(alice, path, form | {"time_budget_ms": "5", "duplicate.days": "many"})
    assert wrong.status_code == 422
    assert "duplicate.days-fault" in wrong.text


def test_a_campaign_is_added_with_the_ready_fields(alice: Person, world: World):
    missing = alice.post("/campaigns/new", campaign_form(world) | {"offer_id": ""})
    assert (missing.status_code, "offer_id-fault" in missing.text) == (422, True)
    made = alice.post("/campaigns/new", campaign_form(world) | {"name": "US", "traffic_type": "ping_post"})
    assert made.location.endswith("/fields")
    assert "unique_identifier" in alice.get(made.location).text


def test_two_editors_of_a_campaign_see_both_values(alice: Person, world: World):
    path, form = f"/campaigns/{world.campaign_id}", campaign_form(world)
    seen = seen_on(alice, path)
    with transaction():
        enter_tenant(world.tenant_id)
        terms = catalogue_campaigns.terms_in(stored(Campaign, world.campaign_id))
        catalogue_campaigns.edit(
            world.admin, world.campaign_id, {**terms, "time_budget_ms": 900}, seen=mark(terms), now=clock.now()
        )
    page = alice.post(path, {**form, "time_budget_ms": "1500", "seen": seen})
    assert page.status_code == 409
    assert ("1,500 ms" in page.text, "900 ms" in page.text) == (True, True)
    new = SEEN.search(page.text)
    assert new
    theirs = alice.post(
        path, {**form, "time_budget_ms": "1500", "seen": new[1], "clash": "1", "do": "theirs:time_budget_ms"}
    )
    assert 'name="time_budget_ms" type="text" value="900"' in theirs.text
    assert alice.post(path, {**form, "time_budget_ms": "1500", "seen": new[1], "clash": "1"}).status_code == 303
    assert stored(Campaign, world.campaign_id).time_budget_ms == 1500


def test_a_source_is_edited_row_by_row(alice: Person, world: World):
    path = f"/sources/{world.source_id}"
    more = save(alice, path, SOURCE, do="more:c").text
    assert 'name="c.0.limit"' in more
    assert 'name="s.0.opens"' in save(alice, path, SOURCE, do="more:s").text
    cap = {"c.0.measure": "count", "c.0.period": "day", "c.0.limit": "50", "c.0.zone": "Europe/London"}
    hours = {"s.0.days": ["0", "1"], "s.0.opens": "09:00", "s.0.closes": "17:00"}
    terms = {"payout.kind": "percent", "payout.percent": "72.5", "allowed_ips": "203.0.113.0/24\r\n2001:db8::/32"}
    assert save(alice, path, SOURCE | cap | hours | terms).status_code == 303
    kept = stored(Source, world.source_id)
    assert (kept.payout["percent"], kept.allowed_ips) == ("72.5", ["203.0.113.0/24", "2001:db8::/32"])
    page = alice.get(path).text
    assert ("72.5 % of the price" in page, "0 / 50" in page) == (True, True)
    assert "0 / 50" in alice.get("/sources").text
    wrong = save(alice, path, SOURCE | cap | {"c.0.limit": "lots", "allowed_ips": "10.1.1.1/8"})
    assert (wrong.status_code, "c.0.limit-fault" in wrong.text, "10.1.1.1/8" in wrong.text) == (422, True, True)


def test_a_source_is_added_and_paused(alice: Person, world: World):
    assert alice.post("/sources/new", SOURCE).status_code == 422
    chosen = {"publisher": str(world.publisher_id), "campaign": str(world.campaign_id)}
    twice = alice.post("/sources/new", SOURCE | chosen)
    assert (twice.status_code, "name-fault" in twice.text) == (422, True)
    made = alice.post("/sources/new", SOURCE | chosen | {"name": "Social"})
    alice.post(f"{made.location}/pause")
    assert stored(Source, UUID(made.location.rsplit("/", 1)[1])).status == "paused"


def test_an_offer_is_edited_with_levels(alice: Person, world: World, northgate: UUID):
    path = f"/offers/{world.offer_id}"
    assert 'name="l.0.level"' in save(alice, path, OFFER, do="more:l").text
    assert save(alice, path, OFFER | {"mode": "weighted", "l.0.level": "1", "l.0.mode": "priority"}).status_code == 303
    kept = stored(Offer, world.offer_id)
    assert (kept.mode, kept.levels) == ("weighted", [{"level": 1, "mode": "priority"}])
    wrong = save(alice, path, OFFER | {"seats": "shared", "seat_count": "0"})
    assert (wrong.status_code, "seat_count-fault" in wrong.text) == (422, True)


def test_an_offer_is_added(alice: Person, world: World):
    assert "vertical-fault" in alice.post("/offers/new", OFFER).text
    made = alice.post("/offers/new", OFFER | {"vertical": str(world.vertical_id), "name": "By turn"})
    assert "No contract is attached" in alice.get(made.location).text


def test_contracts_are_placed_detached_and_attached(alice: Person, world: World, northgate: UUID):
    path = f"/offers/{world.offer_id}"
    [place] = offer_queries.places(world.admin, world.offer_id)
    one = place.contract_id
    form = {f"version.{one}": str(place.version), f"level.{one}": "2", f"rank.{one}": "5", f"weight.{one}": "x"}
    wrong = alice.post(f"{path}/places", form)
    assert (wrong.status_code, f"weight.{one}" in unescape(wrong.text)) == (422, True)
    assert alice.post(f"{path}/places", form | {f"weight.{one}": "7"}).status_code == 303
    late = alice.post(f"{path}/places", form | {f"weight.{one}": "9"})
    assert (late.status_code, "Somebody changed a contract" in late.text) == (409, True)
    kept = stored(Contract, one)
    assert (kept.rank, kept.weight, kept.version) == (5, 7, place.version + 1)
    assert "Detach Northgate UK" in alice.get(f"{path}?ask={one}").text
    alice.post(f"{path}/contracts/{one}/detach")
    assert not db.session.scalars(select(OfferContract)).all()
    assert "contract-fault" in alice.post(f"{path}/attach", {"contract": ""}).text
    assert alice.post(f"{path}/attach", {"contract": str(one), "level": "3"}).status_code == 303
    assert db.session.scalars(select(OfferContract.level)).one() == 3


def test_only_publishers_with_a_source_read_the_posting_spec(
    app, alice: Person, bob: Person, cara: Person, world: World
):
    path = f"/campaigns/{world.campaign_id}/spec"
    page = cara.get(path).text
    for words in ("deposit_gbp", "extra_fields", "source_sub_id", "X-API-Key", "A body that passes"):
        assert words in page
    assert alice.get(path).status_code == 200
    assert bob.get(path).status_code == 404
    rival_id = parties.add_publisher(world.admin, "Rival", now=world.now)
    rival = seat(app, add_user(world.admin, Role.PUBLISHER, "rival@example.com", rival_id), "rival@example.com")
    assert rival.get(path).status_code == 404
    assert cara.get(f"/campaigns/{world.campaign_id}").status_code == 404


def test_sub_verticals_are_set_for_every_campaign_at_once(alice: Person, world: World):
    path = f"/verticals/{world.vertical_id}"
    seen = re.findall(r'name="seen" value="(\w+)"', alice.get(path).text)[1]
    assert alice.post(f"{path}/subs", {"sub_verticals": "a\nA", "seen": seen}).status_code == 422
    assert alice.post(f"{path}/subs", {"sub_verticals": "remortgage\nfirst-time", "seen": seen}).status_code == 303
    late = alice.post(f"{path}/subs", {"sub_verticals": "other", "seen": seen})
    assert (late.status_code, "UK mortgages: remortgage, first-time" in late.text) == (409, True)
