"""Changes of contracts by API: asked for by a buyer, decided by an admin, taken back by whoever asked."""

from __future__ import annotations

import pytest

from app.domain.actor import Actor, Role
from app.services import contract_edits, parties
from app.services.parties import BuyerWish
from tests.api.conftest import Call
from tests.dialects.market import Market

CAP = {"measure": "money", "period": "day", "limit": 50_000, "zone": "Europe/London"}


@pytest.fixture
def change_id(market: Market) -> str:
    """Bob asks for another price and a budget."""
    contract_id = market.contracts["mortgages"]
    bob = Actor(market.tenant_id, Role.BUYER, market.admin.principal_id, market.buyer_id)
    wanted = {"price_minor": 5500, "caps": [CAP]}
    asked = market.change(lambda _, now: contract_edits.edit(bob, contract_id, wanted, version=1, now=now))
    return str(asked.change_id)


def test_a_change_is_read_with_its_money_as_decimals(call: Call, change_id: str):
    [row] = call("buyer", "GET", "/contract-changes?status=waiting").json["data"]
    assert row["id"] == change_id
    assert row["before"] == {"price": "50.00", "caps": []}
    assert row["after"] == {"price": "55.00", "caps": [CAP | {"limit": "500.00"}]}
    assert call("admin", "GET", "/contract-changes?status=approved").json["data"] == []


def test_an_admin_approves_what_it_has_seen(call: Call, market: Market, change_id: str):
    stale = call("admin", "POST", f"/contract-changes/{change_id}/approve", {"contractVersion": 7})
    assert (stale.status_code, stale.json["error"]["code"]) == (409, "stale")
    done = call("admin", "POST", f"/contract-changes/{change_id}/approve", {"contractVersion": 1}).json["data"]
    assert (done["status"], done["contractVersion"]) == ("approved", 2)
    contract = call("buyer", "GET", f"/contracts/{done['contractId']}").json["data"]
    assert (contract["price"], contract["caps"][0]["limit"]) == ("55.00", "500.00")
    again = call("admin", "POST", f"/contract-changes/{change_id}/approve", {"contractVersion": 2})
    assert (again.status_code, again.json["error"]["code"]) == (409, "refused")


def test_a_rejection_says_why(call: Call, change_id: str):
    assert call("admin", "POST", f"/contract-changes/{change_id}/reject", {"message": ""}).status_code == 422
    done = call("admin", "POST", f"/contract-changes/{change_id}/reject", {"message": "Too dear"}).json["data"]
    assert (done["status"], done["message"]) == ("rejected", "Too dear")


def test_whoever_asked_takes_it_back_and_nobody_else(call: Call, change_id: str):
    assert call("admin", "POST", f"/contract-changes/{change_id}/withdraw").status_code == 403
    assert call("buyer", "POST", f"/contract-changes/{change_id}/withdraw").json["data"]["status"] == "withdrawn"


def test_anothers_change_is_not_there(call: Call, market: Market, change_id: str, keys: dict[str, str]):
    wish = BuyerWish("Harbour", "Europe/London")
    harbour = market.change(lambda admin, now: parties.add_buyer(admin, wish, now=now))
    keys["harbour"] = market.router_key(Role.BUYER, harbour)
    assert call("harbour", "GET", "/contract-changes").json["data"] == []
    assert call("harbour", "GET", f"/contract-changes/{change_id}").status_code == 404
    assert call("harbour", "POST", f"/contract-changes/{change_id}/withdraw").status_code == 404
    assert call("buyer", "POST", f"/contract-changes/{change_id}/approve", {"contractVersion": 1}).status_code == 403
    assert call("stranger", "GET", f"/contract-changes/{change_id}").status_code == 404
    for act, body in (("approve", {"contractVersion": 1}), ("reject", {"message": "No"})):
        assert call("stranger", "POST", f"/contract-changes/{change_id}/{act}", body).status_code == 404
    assert call("admin", "GET", f"/contract-changes/{change_id}").json["data"]["status"] == "waiting"
