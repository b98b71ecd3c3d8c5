"""Deliveries by API: a buyer reads its own and has them sent again; how a lost one ended is for admins to say."""

from __future__ import annotations

from datetime import timedelta

import pytest
from flask import Flask
from sqlalchemy import select, text

from app import clock
from app.db import db, enter_tenant
from app.domain.actor import Role
from app.models.contracts import DeliverySetup
from app.models.deliveries import Delivery
from app.models.people import AuditEntry
from app.services import book, parties
from app.services.parties import BuyerWish
from app.transaction import transaction
from tests.api.conftest import Call
from tests.dialects.market import Market, lead

DAY = timedelta(days=1)


@pytest.fixture
def delivery_id(app: Flask, market: Market) -> str:
    """A lead of Bob's that is owed to an address where nobody listens."""
    with transaction():
        enter_tenant(market.tenant_id)
        for setup in db.session.scalars(select(DeliverySetup)):
            setup.kind, setup.url = "http", "http://127.0.0.1:9/post"
        book.touch(market.tenant_id)
    book.forget()
    app.test_client().post("/api/v1/leads/ingest", json=lead(), headers={"X-API-Key": market.key.secret})
    enter_tenant(market.tenant_id)
    return str(db.session.scalars(select(Delivery.id)).one())


def put(market: Market, state: str, sale: str = "unknown") -> None:
    with transaction():
        enter_tenant(market.tenant_id)
        db.session.execute(text("update deliveries set state = :state"), {"state": state})
        db.session.execute(text("update sales set state = :state"), {"state": sale})


def test_each_sees_its_own(call: Call, market: Market, delivery_id: str):
    for who, seen in (("admin", 1), ("buyer", 1), ("stranger", 0)):
        assert len(call(who, "GET", "/deliveries").json["data"]) == seen
    [row] = call("buyer", "GET", "/deliveries?state=pending").json["data"]
    assert (row["id"], row["buyer"], row["attempts"], row["saleState"]) == (delivery_id, "Bob's Loans", 0, "reserved")
    assert call("buyer", "GET", "/deliveries?state=failed").json["data"] == []
    days = f"{clock.now() - DAY:%Y-%m-%d}..{clock.now() + DAY:%Y-%m-%d}"  # wherever midnight is
    assert len(call("admin", "GET", f"/deliveries?buyerId={market.buyer_id}&dateRange={days}").json["data"])
    assert call("buyer", "GET", f"/deliveries?buyerId={market.buyer_id}").status_code == 422
    assert call("partner", "GET", "/deliveries").status_code == 403


def test_a_buyer_has_a_lost_one_sent_again(call: Call, market: Market, delivery_id: str):
    refused = call("buyer", "POST", f"/deliveries/{delivery_id}/replay")
    assert (refused.status_code, refused.json["error"]["code"]) == (409, "refused")
    put(market, "unknown")
    assert call("buyer", "POST", f"/deliveries/{delivery_id}/replay").json["data"]["state"] == "pending"
    assert call("buyer", "GET", f"/deliveries/{delivery_id}").json["data"]["tries"] == []


def test_an_admin_says_how_a_lost_one_ended(call: Call, market: Market, delivery_id: str):
    put(market, "unknown")
    assert call("buyer", "POST", f"/deliveries/{delivery_id}/decide", {"taken": False}).status_code == 403
    done = call("admin", "POST", f"/deliveries/{delivery_id}/decide", {"taken": True}).json["data"]
    assert (done["state"], done["saleState"]) == ("delivered", "sold")


def test_anothers_delivery_is_not_there_and_the_question_is_written_down(
    call: Call, market: Market, delivery_id: str, keys: dict[str, str]
):
    wish = BuyerWish("Harbour", "Europe/London")
    harbour = market.change(lambda admin, now: parties.add_buyer(admin, wish, now=now))
    keys["harbour"] = market.router_key(Role.BUYER, harbour)
    put(market, "unknown")
    for who in ("harbour", "stranger"):
        assert call(who, "GET", f"/deliveries/{delivery_id}").status_code == 404
        assert call(who, "POST", f"/deliveries/{delivery_id}/replay").status_code == 404
    assert call("stranger", "POST", f"/deliveries/{delivery_id}/decide", {"taken": True}).status_code == 404
    db.session.remove()
    enter_tenant(market.tenant_id)
    asked = db.session.scalars(select(AuditEntry.after).where(AuditEntry.action == "delivery.not_theirs"))
    assert {one["asked"] for one in asked} == {"getDelivery", "replayDelivery"}
    assert call("admin", "GET", f"/deliveries/{delivery_id}").json["data"]["state"] == "unknown"
