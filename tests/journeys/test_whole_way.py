"""One lead all the way: posted, sold, delivered by a worker, told by a signed webhook, seen in the portal."""

from __future__ import annotations

import base64
import json
import shutil
import subprocess
import sys
import time
from pathlib import Path
from uuid import UUID

import pytest

from app.domain.ids import short_id
from tests.journeys.conftest import ADMIN, PASSWORD
from tests.support import require
from tests.support.calls import post_json
from tests.support.simulator import wait_for_calls
from tests.support.visitor import Visitor

CLIENTS = Path(__file__).parent / "clients"
pytestmark = [pytest.mark.xdist_group("live"), pytest.mark.timeout(600)]
EXTRA = {"property_value_gbp": 350000, "deposit_gbp": 70000, "notes": {"seen": ["flat", "house"]}}


def lead(number, **changes):
    return {
        "sector": "mortgages",
        "first_name": "Whole",
        "last_name": "Way",
        "email": f"whole.way.{number}@example.co.uk",
        "phone": f"+4477123{number:05d}",
        "postcode": "SW1A 1AA",
        "consent_token": "ct_abc123",
        "consent_at": "2026-02-09T07:42:18Z",
        "source_sub_id": "ab-variant-3",
        "extra_fields": EXTRA,
    } | changes


def send(market, value, publisher=0):
    key = market.shop.publishers[publisher].key
    return post_json(f"{market.live.base_url}/api/v1/leads/ingest", value, {"X-API-Key": key})


def calls_about(diary, mark, count=1, seconds=60.0):
    """The calls whose body speaks of ``mark``, once there are so many."""
    deadline = time.monotonic() + seconds
    while True:
        found = [call for call in list(diary.calls) if mark.encode() in call.body]
        if len(found) >= count:
            return found
        assert time.monotonic() < deadline, f"{len(found)} of {count} calls about {mark}"
        time.sleep(0.02)


def header(call, name):
    return next((value for key, value in call.headers if key.lower() == name.lower()), None)


def genuine(verifier, secret, body, signature):
    asked = json.dumps({"secret": secret, "body": base64.b64encode(body).decode(), "header": signature})
    done = subprocess.run(verifier, input=asked, capture_output=True, text=True, timeout=60, check=True)
    return json.loads(done.stdout)


def verifier_in(language):
    if language == "python":
        return [sys.executable, str(CLIENTS / "verify.py")]
    found = shutil.which("node")
    if found is None:
        require.missing("node", "node is not installed")
    return [found, str(CLIENTS / "verify.mjs")]


@pytest.fixture(scope="module")
def told(market):
    """One lead, accepted, handed over and told."""
    answer = send(market, lead(1))
    assert answer.status == 200
    assert answer.json()["status"] == "accepted"
    lead_id = answer.json()["lead_id"]
    [delivered] = calls_about(market.buyers.posts("northgate"), lead_id)
    [webhook] = calls_about(market.buyers.told("publisher-0"), lead_id)
    return lead_id, delivered, webhook


def test_the_buyer_is_handed_the_lead_with_the_publishers_own_object(told):
    lead_id, delivered, _ = told
    body = json.loads(delivered.body)
    assert body["lead_id"] == lead_id
    assert body["extra_fields"] == EXTRA
    assert body["fields"]["phone"] == "+447712300001"
    assert body["price"] == "48.00"


def test_the_buyer_who_declined_was_asked_first(market, told):
    lead_id, delivered, _ = told
    [declined] = calls_about(market.buyers.posts("fenwick"), lead_id)
    assert declined.at < delivered.at


def test_the_publisher_hears_what_it_earned_in_the_described_shape(told):
    lead_id, _, webhook = told
    body = json.loads(webhook.body)
    assert set(body) == {"event", "id", "sector", "buyer", "price_gbp", "purchased_at", "source_sub_id"}
    assert (body["event"], body["id"], body["sector"]) == ("lead.purchased", lead_id, "mortgages")
    assert set(body["buyer"]) == {"id", "company"}
    assert b'"price_gbp":38.00' in webhook.body.replace(b" ", b"")
    assert body["source_sub_id"] == "ab-variant-3"


@pytest.mark.parametrize("language", [pytest.param("node", marks=pytest.mark.node), "python"])
def test_a_receiver_written_to_the_description_accepts_the_signature(market, told, language):
    webhook, verifier = told[2], verifier_in(language)
    signature = header(webhook, "X-Acme-Signature")
    assert genuine(verifier, market.secrets[0], webhook.body, signature) is True


@pytest.mark.parametrize("language", [pytest.param("node", marks=pytest.mark.node), "python"])
def test_it_refuses_a_changed_byte_another_secret_and_no_signature(market, told, language):
    webhook, verifier = told[2], verifier_in(language)
    signature = header(webhook, "X-Acme-Signature")
    changed = webhook.body.replace(b"38.00", b"39.00")
    assert changed != webhook.body
    assert genuine(verifier, market.secrets[0], changed, signature) is False
    assert genuine(verifier, market.secrets[1], webhook.body, signature) is False
    assert genuine(verifier, market.secrets[0], webhook.body, None) is False


def test_a_refused_lead_is_told_with_its_reason(market):
    first = send(market, lead(2), publisher=1).json()["lead_id"]
    again = send(market, lead(2, first_name="Other"), publisher=1)
    assert again.status == 409
    assert again.json()["lead_id"] == first
    [webhook] = calls_about(market.buyers.told("publisher-1"), "dedupe_30d")
    body = json.loads(webhook.body)
    assert set(body) == {"event", "id", "reason", "rejected_at"}
    assert (body["event"], body["reason"]) == ("lead.rejected", "dedupe_30d")


def test_everything_adds_up_at_the_end(market, told):
    lead_id = told[0].removeprefix("lead_")
    wait_for_calls(market.buyers.posts("northgate"), 1)
    sales = market.rows("select lead_id, state, price_minor, payout_minor, margin_minor from sales")
    mine = [row[1:] for row in sales if str(row[0]).replace("-", "") == lead_id]
    assert sorted(mine) == [("released", 5200, 3800, 1400), ("sold", 4800, 3800, 1000)]
    assert market.rows("select sum(amount_minor) from ledger_entries") == [(0,)]


def test_the_lead_is_seen_in_the_portals_list_and_on_its_page(market, told):
    lead_id = UUID(told[0].removeprefix("lead_"))
    alice = Visitor(market.live.base_url)
    alice.sign_in(ADMIN, PASSWORD)
    listed = alice.get("/leads").body.decode()
    assert short_id(lead_id) in listed
    assert alice.submit("/leads", "/search", find=told[0]).headers["Location"] == f"/leads/{lead_id}"
    page = alice.get(f"/leads/{lead_id}").body.decode()
    assert "Northgate" in page
    assert "Fenwick" in page


def test_a_stranger_sees_no_list(market):
    assert Visitor(market.live.base_url).get("/leads").status in {302, 303}
