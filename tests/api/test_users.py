"""People by API: companies see and invite their own, and nobody shuts out somebody else's."""

from __future__ import annotations

import pytest

from app.domain.actor import Role
from app.services import mails
from app.transaction import read_only
from tests.api.conftest import Call
from tests.dialects.market import Market

NIA = {"email": "nia@example.com", "name": "Nia", "role": "partner"}


@pytest.fixture
def nia(call: Call) -> str:
    return str(call("partner", "POST", "/users", NIA).json["data"]["id"])


def test_an_invitation_goes_out_with_a_link(call: Call):
    answer = call("partner", "POST", "/users", NIA)
    assert answer.status_code == 201
    made = answer.json["data"]
    assert (made["status"], made["role"], made["company"]) == ("invited", "partner", "Cara's Leads")
    with read_only():
        [mail] = mails.open_mailbox(5)
    assert mail.to == "nia@example.com"
    assert "/link/" in mail.body


def test_companies_invite_their_own_whatever_they_ask_for(call: Call, market: Market):
    made = call("partner", "POST", "/users", NIA | {"role": "admin"}).json["data"]
    assert (made["role"], made["company"]) == ("partner", "Cara's Leads")


def test_admins_invite_for_a_company_that_is_there(call: Call, market: Market):
    buyer = {"email": "bob@example.com", "name": "Bob", "role": "buyer"}
    refused = call("admin", "POST", "/users", buyer)
    assert [fault["field"] for fault in refused.json["error"]["details"]] == ["ownerId"]
    made = call("admin", "POST", "/users", buyer | {"ownerId": str(market.buyer_id)}).json["data"]
    assert (made["role"], made["company"]) == (str(Role.BUYER), "Bob's Loans")


@pytest.mark.parametrize("email", ["nobody", "nia@example.com"], ids=["no-address", "taken"])
def test_an_address_that_cannot_be_is_named(call: Call, nia: str, email: str):
    answer = call("partner", "POST", "/users", NIA | {"email": email})
    assert answer.status_code == 422
    assert [fault["field"] for fault in answer.json["error"]["details"]] == ["email"]


def test_somebody_is_shut_out_and_let_in_again(call: Call, nia: str):
    assert call("partner", "POST", f"/users/{nia}/disable").json["data"]["status"] == "disabled"
    assert call("admin", "POST", f"/users/{nia}/enable").json["data"]["status"] == "invited"


def test_anothers_people_are_not_there(call: Call, nia: str):
    for who in ("buyer", "stranger"):
        assert call(who, "GET", "/users").json["data"] == []
        for act in ("disable", "enable"):
            answer = call(who, "POST", f"/users/{nia}/{act}")
            assert (answer.status_code, answer.json["error"]["code"]) == (404, "not_found")
    assert call("partner", "GET", "/users").json["data"][0]["status"] == "invited"
