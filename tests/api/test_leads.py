"""Leads by API: the same rows as the portal's, each key its owner's own, and another's is 404 and written down."""

from __future__ import annotations

from datetime import timedelta
from uuid import UUID, uuid4

import pytest
from flask import Flask
from sqlalchemy import select

from app import clock
from app.db import db, enter_tenant
from app.domain.actor import Role
from app.models.people import AuditEntry
from app.services import parties
from app.services.parties import BuyerWish
from tests.api.conftest import Call
from tests.dialects.market import Market, lead


@pytest.fixture
def sent(app: Flask, market: Market) -> None:
    """Two sold leads and one that the campaign's schema refuses."""
    bodies = [
        lead(),
        lead(email="second@example.co.uk", phone="+447712345679"),
        lead(email="third@example.co.uk", phone="12"),
    ]
    for body in bodies:
        app.test_client().post("/api/v1/leads/ingest", json=body, headers={"X-API-Key": market.key.secret})


@pytest.fixture
def lead_id(sent: None, call: Call) -> str:
    return str(call("partner", "GET", "/leads?state=sold").json["data"][0]["id"])


def noted(market: Market, action: str) -> list[AuditEntry]:
    db.session.remove()
    enter_tenant(market.tenant_id)
    return list(db.session.scalars(select(AuditEntry).where(AuditEntry.action == action)))


@pytest.mark.parametrize(("who", "seen"), [("admin", 3), ("partner", 3), ("buyer", 2), ("stranger", 0)])
def test_each_key_lists_its_owners_own(call: Call, sent: None, who: str, seen: int):
    answer = call(who, "GET", "/leads")
    assert answer.status_code == 200
    assert len(answer.json["data"]) == seen
    assert answer.json["pagination"] == {"limit": 50, "nextCursor": None, "hasMore": False}
    assert {"X-RateLimit-Limit", "X-RateLimit-Remaining", "X-RateLimit-Reset"} <= set(answer.headers.keys())


def test_money_is_a_decimal_and_everybody_is_told_their_own(call: Call, lead_id: str):
    told = {}
    for who in ("admin", "partner", "buyer"):
        [row] = [one for one in call(who, "GET", "/leads").json["data"] if one["id"] == lead_id]
        told[who] = (row["price"], row["payout"], row["partner"], row["currency"])
    assert told == {
        "admin": ("50.00", "38.00", "Cara's Leads", "GBP"),
        "partner": (None, "38.00", "Cara's Leads", "GBP"),
        "buyer": ("50.00", None, None, "GBP"),
    }


def test_pages_follow_each_other_without_gap_or_repeat(call: Call, sent: None):
    seen, cursor = [], ""
    for _ in range(3):
        answer = call("partner", "GET", f"/leads?limit=1&cursor={cursor}").json
        seen += [one["id"] for one in answer["data"]]
        cursor = answer["pagination"]["nextCursor"] or ""
    assert len(set(seen)) == 3
    assert not cursor


def test_filters_are_those_of_the_portal(call: Call, market: Market, sent: None):
    def found(query: str, who: str = "admin") -> int:
        return len(call(who, "GET", f"/leads?{query}").json["data"])

    today = clock.now().date()
    assert found("state=sold") == 2
    assert found("state=sold,rejected") == 3
    assert found("state=rejected&reason=schema_validation_failed") == 1
    assert found(f"dateRange={today - timedelta(days=1)}..{today + timedelta(days=1)}") == 3
    assert found(f"dateRange={today - timedelta(days=9)}..{today - timedelta(days=5)}") == 0
    assert found(f"buyerId={market.buyer_id}") == 2
    assert found(f"contractId={market.contracts['mortgages']}", "buyer") == 2
    assert found(f"partnerId={uuid4()}") == 0
    assert found("test=true") == 0


@pytest.mark.parametrize(
    ("who", "query", "field"),
    [
        ("admin", "state=lost", "state"),
        ("admin", "reason=because", "reason"),
        ("admin", "dateRange=2026-05-31..2026-05-01", "dateRange"),
        ("admin", "dateRange=yesterday", "dateRange"),
        ("admin", "cursor=zzz", "cursor"),
        ("admin", "limit=0", "limit"),
        ("admin", "publisher=1", "publisher"),
        ("partner", f"buyerId={UUID(int=1)}", "buyerId"),
        ("partner", f"contractId={UUID(int=1)}", "contractId"),
        ("buyer", f"partnerId={UUID(int=1)}", "partnerId"),
        ("buyer", "reason=duplicate", "reason"),
    ],
)
def test_a_filter_that_cannot_be_taken_is_named(call: Call, who: str, query: str, field: str):
    answer = call(who, "GET", f"/leads?{query}")
    assert (answer.status_code, answer.json["error"]["code"]) == (422, "validation_failed")
    assert [fault["field"] for fault in answer.json["error"]["details"]] == [field]


def test_an_admin_reads_the_whole_distribution(call: Call, lead_id: str):
    data = call("admin", "GET", f"/leads/{lead_id}").json["data"]
    [auction] = data["distribution"]
    [considered] = auction["contracts"]
    assert (considered["contract"], considered["outcome"], considered["price"]) == ("Everything", "sold", "50.00")
    [sale] = data["sales"]
    assert (sale["price"], sale["payout"], sale["margin"]) == ("50.00", "38.00", "12.00")
    assert data["fields"]["email"].endswith("@example.co.uk")


def test_a_partner_hears_its_payout_and_neutral_reasons_alone(call: Call, lead_id: str):
    answer = call("partner", "GET", f"/leads/{lead_id}")
    data = answer.json["data"]
    assert (data["distribution"], data["deliveries"]) == (None, None)
    [sale] = data["sales"]
    assert (sale["payout"], sale["price"], sale["buyer"], sale["contract"], sale["margin"]) == (
        "38.00", None, None, None, None,
    )  # fmt: skip
    assert "Bob" not in answer.text
    refused = call("partner", "GET", "/leads?state=rejected").json["data"][0]["id"]
    told = call("partner", "GET", f"/leads/{refused}").json["data"]
    assert told["reason"]["code"] == "schema_validation_failed"
    assert told["problems"][0]["field"] == "phone"


def test_a_buyer_reads_its_own_lead_and_nothing_of_where_it_came_from(call: Call, lead_id: str):
    answer = call("buyer", "GET", f"/leads/{lead_id}")
    data = answer.json["data"]
    [sale] = data["sales"]
    assert (sale["price"], sale["payout"], data["partner"], data["campaign"]) == ("50.00", None, None, None)
    assert "Cara" not in answer.text


def test_anothers_lead_is_not_there_and_the_question_is_written_down(call: Call, market: Market, lead_id: str, keys):
    wish = BuyerWish("Harbour", "Europe/London")
    other_buyer = market.change(lambda admin, now: parties.add_buyer(admin, wish, now=now))
    keys["harbour"] = market.router_key(Role.BUYER, other_buyer)
    keys["rival"] = market.router_key(Role.PUBLISHER, uuid4())
    for who in ("harbour", "rival", "stranger"):
        answer = call(who, "GET", f"/leads/{lead_id}")
        assert (answer.status_code, answer.json["error"]["code"]) == (404, "not_found"), who
    entries = noted(market, "lead.not_theirs")
    assert [str(one.subject_id) for one in entries] == [lead_id, lead_id]
    assert {one.after["asked"] for one in entries} == {"getLead"}


def test_an_admin_who_mistyped_an_id_is_not_written_down(call: Call, market: Market):
    assert call("admin", "GET", f"/leads/{uuid4()}").status_code == 404
    assert noted(market, "lead.not_theirs") == []


def test_that_an_admins_key_was_shown_the_person_is_written_down(call: Call, market: Market, lead_id: str):
    for who in ("partner", "buyer", "admin"):
        assert call(who, "GET", f"/leads/{lead_id}").status_code == 200
    [entry] = noted(market, "lead.revealed")
    assert (entry.actor_kind, str(entry.subject_id)) == ("api_key", lead_id)
