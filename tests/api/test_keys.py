"""Keys by API: seen without their secret, made by admins, replaced and ended by whom they belong to."""

from __future__ import annotations

from dataclasses import replace
from uuid import uuid4

import pytest

from app.domain.actor import Role
from app.services import api_keys, book
from app.services.api_keys import Wish
from app.services.changes import NoSuchThing, Refused
from tests.api.conftest import Call
from tests.dialects.market import Market


def of_kind(call: Call, who: str, kind: str) -> str:
    return str(next(one["id"] for one in call(who, "GET", "/keys").json["data"] if one["kind"] == kind))


def test_each_sees_its_own_keys_and_no_secret(call: Call, market: Market):
    mine = call("partner", "GET", "/keys")
    assert {(one["kind"], one["role"], one["owner"]) for one in mine.json["data"]} == {
        ("ingest", "partner", "Cara's Leads"),
        ("router", "partner", "Cara's Leads"),
    }
    assert market.key.secret not in mine.text
    assert len(call("admin", "GET", "/keys").json["data"]) == 4
    assert len(call("buyer", "GET", "/keys").json["data"]) == 1


def test_a_key_that_only_reads_or_is_refused_counts_as_used(call: Call):
    def used() -> set[str]:
        """Whose API keys were used, the admin's own aside, which asks."""
        listed = call("admin", "GET", "/keys").json["data"]
        return {one["role"] for one in listed if one["kind"] == "router" and one["lastUsedAt"]} - {"admin"}

    assert used() == set()
    assert call("partner", "GET", "/leads").status_code == 200
    assert used() == {"partner"}
    assert call("buyer", "GET", "/applications").status_code == 403
    assert used() == {"partner", "buyer"}


def test_the_list_has_pages(call: Call, market: Market):
    first = call("admin", "GET", "/keys?limit=3").json
    rest = call("admin", "GET", f"/keys?limit=3&cursor={first['pagination']['nextCursor']}").json
    assert len({one["id"] for one in first["data"] + rest["data"]}) == 4
    assert rest["pagination"] == {"limit": 3, "nextCursor": None, "hasMore": False}
    assert call("admin", "GET", f"/keys?cursor={uuid4()}").status_code == 422


def test_a_key_is_made_by_an_admin_and_works(call: Call, market: Market, keys: dict[str, str]):
    wish = {"kind": "router", "role": "buyer", "ownerId": str(market.buyer_id), "name": "Reports"}
    answer = call("admin", "POST", "/keys", wish)
    assert answer.status_code == 201
    keys["made"] = answer.json["data"]["secret"]
    assert call("made", "GET", "/contracts").status_code == 200
    assert call("buyer", "POST", "/keys", wish).status_code == 403


@pytest.mark.parametrize(
    ("wish", "field"),
    [
        ({"kind": "router", "role": "buyer", "name": "x"}, "ownerId"),
        ({"kind": "router", "role": "partner", "ownerId": str(uuid4()), "name": "x"}, "ownerId"),
        ({"kind": "router", "role": "superadmin", "name": "x"}, "role"),
        ({"kind": "router", "role": "admin", "name": ""}, "name"),
    ],
    ids=["nobody", "unknown", "superadmin", "nameless"],
)
def test_a_key_that_cannot_be_is_refused_by_field(call: Call, wish: dict[str, str], field: str):
    answer = call("admin", "POST", "/keys", wish)
    assert answer.status_code == 422
    assert [fault["field"] for fault in answer.json["error"]["details"]] == [field]


def test_a_key_and_an_interface_that_do_not_fit_are_refused(call: Call):
    answer = call("admin", "POST", "/keys", {"kind": "ingest", "role": "admin", "name": "x"})
    assert (answer.status_code, answer.json["error"]["code"]) == (409, "refused")


def test_rotating_shows_the_new_secret_once_and_the_old_key_ends(app, call: Call, market: Market):
    key_id = of_kind(call, "partner", "ingest")
    made = call("partner", "POST", f"/keys/{key_id}/rotate", {"overlapHours": 24}).json["data"]
    assert made["secret"].startswith("pk_live_")
    states = {one["id"]: one["state"] for one in call("partner", "GET", "/keys").json["data"]}
    assert (states[key_id], states[made["id"]]) == ("ending", "active")
    again = call("partner", "POST", f"/keys/{made['id']}/rotate", {"overlapHours": 0}).json["data"]
    states = {one["id"]: one["state"] for one in call("partner", "GET", "/keys").json["data"]}
    assert (states[made["id"]], states[again["id"]]) == ("revoked", "active")


def test_a_revoked_key_opens_nothing(app, call: Call, market: Market):
    key_id = of_kind(call, "partner", "ingest")
    assert call("partner", "DELETE", f"/keys/{key_id}").status_code == 204
    answer = app.test_client().post("/api/v1/leads/ingest", json={}, headers={"X-API-Key": market.key.secret})
    assert answer.status_code == 401


def test_anothers_key_is_not_there(call: Call, market: Market):
    key_id = of_kind(call, "partner", "ingest")
    for who in ("buyer", "stranger"):
        for method, path, body in (("POST", "/rotate", {}), ("DELETE", "", None)):
            answer = call(who, method, f"/keys/{key_id}{path}", body)
            assert (answer.status_code, answer.json["error"]["code"]) == (404, "not_found")
    assert of_kind(call, "partner", "ingest") == key_id


def test_an_admin_comes_by_no_key_that_may_do_more_than_it(market: Market):
    boss = replace(market.admin, role=Role.SUPERADMIN)
    wish = Wish("router", Role.SUPERADMIN, None, "The house's own")
    with pytest.raises(Refused):
        market.change(lambda admin, now: api_keys.create(admin, wish, now=now))
    made = market.change(lambda _, now: api_keys.create(boss, wish, now=now))
    with pytest.raises(NoSuchThing):
        market.change(lambda admin, now: api_keys.rotate(admin, made.id, now=now))
    assert market.change(lambda _, now: api_keys.rotate(boss, made.id, now=now)).secret != made.secret


def test_a_key_revoked_by_another_process_neither_reads_nor_changes(call: Call, market: Market):
    key_id = of_kind(call, "buyer", "router")
    contract_id = call("buyer", "GET", "/contracts").json["data"][0]["id"]
    before = dict(book._BOOKS)
    assert call("admin", "DELETE", f"/keys/{key_id}").status_code == 204
    book._BOOKS.update(before)  # this process has not heard of it yet
    assert call("buyer", "GET", "/contracts").status_code == 401
    book._BOOKS.update(before)
    assert call("buyer", "POST", f"/contracts/{contract_id}/pause").status_code == 401
