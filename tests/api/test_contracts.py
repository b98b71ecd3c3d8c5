"""Contracts by API: the portal's own services, and another's is not there."""

from __future__ import annotations

from uuid import UUID, uuid4

import pytest
from sqlalchemy import select

from app.db import db, enter_tenant
from app.domain.actor import Role
from app.models.people import AuditEntry
from app.services import contract_edits, parties
from app.services.parties import BuyerWish
from tests.api.conftest import Call
from tests.dialects.market import Market

PARTS = ("status", "filters", "caps", "price", "schedule", "minimum_score")


@pytest.fixture
def contract_id(market: Market) -> UUID:
    return market.contracts["mortgages"]


def allow(market: Market, right: str) -> None:
    given = dict.fromkeys(PARTS, right)
    market.change(lambda admin, now: contract_edits.set_permissions(admin, market.buyer_id, given, now=now))


def test_a_list_has_money_as_decimals_and_pages(call: Call, market: Market):
    first = call("buyer", "GET", "/contracts?limit=1").json
    assert first["pagination"]["hasMore"]
    rest = call("buyer", "GET", f"/contracts?limit=1&cursor={first['pagination']['nextCursor']}").json
    ids = {first["data"][0]["id"], rest["data"][0]["id"]}
    assert ids == {str(one) for one in market.contracts.values()}
    row = first["data"][0]
    assert (row["price"], row["currency"], row["status"], row["changesWaiting"]) == ("50.00", "GBP", "active", 0)
    assert row["offers"][0]["vertical"]


def test_filters_narrow_and_strangers_see_nothing(call: Call, market: Market):
    assert call("admin", "GET", "/contracts?status=paused").json["data"] == []
    assert len(call("admin", "GET", f"/contracts?buyerId={market.buyer_id}&name=every").json["data"]) == 2
    assert call("stranger", "GET", f"/contracts?buyerId={market.buyer_id}").json["data"] == []
    assert call("buyer", "GET", f"/contracts?buyerId={uuid4()}").status_code == 422
    assert call("partner", "GET", "/contracts").status_code == 403


def test_one_contract_tells_its_terms_and_not_what_decides_between_buyers(call: Call, contract_id: UUID):
    data = call("buyer", "GET", f"/contracts/{contract_id}").json["data"]
    assert (data["name"], data["price"], data["delivery"], data["caps"]) == ("Everything", "50.00", "portal", [])
    assert not {"rank", "weight", "multiplier"} & set(data)


def test_pausing_within_permission_holds_at_once(call: Call, market: Market, contract_id: UUID):
    allow(market, "instant")
    paused = call("buyer", "POST", f"/contracts/{contract_id}/pause").json["data"]
    assert paused == {"id": str(contract_id), "status": "paused", "changeId": None}
    resumed = call("buyer", "POST", f"/contracts/{contract_id}/resume").json["data"]
    assert resumed["status"] == "active"


def test_pausing_beyond_permission_waits_or_is_refused(call: Call, market: Market, contract_id: UUID):
    asked = call("buyer", "POST", f"/contracts/{contract_id}/pause").json["data"]
    assert (asked["status"], bool(asked["changeId"])) == ("active", True)
    allow(market, "no")
    refused = call("buyer", "POST", f"/contracts/{contract_id}/pause")
    assert (refused.status_code, refused.json["error"]["code"]) == (409, "refused")
    assert "may not" in refused.json["error"]["message"]


def test_anothers_contract_is_not_there_and_the_question_is_written_down(
    call: Call, market: Market, contract_id: UUID, keys: dict[str, str]
):
    wish = BuyerWish("Harbour", "Europe/London")
    harbour = market.change(lambda admin, now: parties.add_buyer(admin, wish, now=now))
    keys["harbour"] = market.router_key(Role.BUYER, harbour)
    for who in ("harbour", "stranger"):
        for method, path in (("GET", ""), ("POST", "/pause"), ("POST", "/resume")):
            answer = call(who, method, f"/contracts/{contract_id}{path}")
            assert (answer.status_code, answer.json["error"]["code"]) == (404, "not_found"), (who, path)
    db.session.remove()
    enter_tenant(market.tenant_id)
    asked = db.session.scalars(select(AuditEntry.after).where(AuditEntry.action == "contract.not_theirs"))
    assert {one["asked"] for one in asked} == {"getContract", "pauseContract", "resumeContract"}
    assert call("admin", "GET", f"/contracts/{contract_id}").json["data"]["status"] == "active"
