"""Applications by API: read and decided by admins alone, once."""

from __future__ import annotations

from uuid import uuid4

import pytest

from app import clock
from app.services import application_form, applications, mails
from app.transaction import read_only, transaction
from tests.api.conftest import Call
from tests.dialects.market import Market
from tests.support.applicant import FORM


@pytest.fixture
def application_id(market: Market) -> str:
    with read_only():
        house = applications.house("acme")
    assert house is not None
    answers = application_form.read(FORM, ["mortgages"], ["mortgages"])
    with transaction():
        return str(applications.apply(house, answers, ip="203.0.113.9", now=clock.now()))


def test_the_queue_and_one_of_it(call: Call, application_id: str):
    [row] = call("admin", "GET", "/applications").json["data"]
    assert (row["id"], row["company"], row["status"], row["version"]) == (application_id, FORM["company"], "new", 1)
    assert call("admin", "GET", "/applications?state=approved").json["data"] == []
    assert call("admin", "GET", "/applications?search=bright").json["data"]
    one = call("admin", "GET", f"/applications/{application_id}").json["data"]
    assert one["checks"]
    assert one["monthlyLeads"] == 2500


def test_approving_makes_the_partner_and_sends_the_link(call: Call, application_id: str):
    done = call("admin", "POST", f"/applications/{application_id}/approve", {"version": 1}).json["data"]
    assert (done["status"], bool(done["partnerId"])) == ("approved", True)
    with read_only():
        newest = mails.open_mailbox(1)[0]
    assert newest.to == FORM["email"]
    assert "/link/" in newest.body
    again = call("admin", "POST", f"/applications/{application_id}/reject", {"version": 1})
    assert (again.status_code, again.json["error"]["code"]) == (409, "already_decided")


def test_rejecting_sends_the_words(call: Call, application_id: str):
    wish = {"version": 1, "message": "Not this year, {name}."}
    assert call("admin", "POST", f"/applications/{application_id}/reject", wish).json["data"]["status"] == "rejected"
    with read_only():
        assert mails.open_mailbox(1)[0].body == "Not this year, Nia Okafor."


def test_an_approval_without_its_link_is_refused(call: Call, application_id: str):
    answer = call("admin", "POST", f"/applications/{application_id}/approve", {"version": 1, "message": "Welcome"})
    assert (answer.status_code, answer.json["error"]["code"]) == (409, "refused")


def test_applications_are_the_tenants_admins_alone(call: Call, application_id: str):
    for who in ("partner", "buyer"):
        assert call(who, "GET", "/applications").status_code == 403
        assert call(who, "POST", f"/applications/{application_id}/approve", {"version": 1}).status_code == 403
    assert call("stranger", "GET", "/applications").json["data"] == []
    assert call("stranger", "GET", f"/applications/{application_id}").status_code == 404
    assert call("stranger", "POST", f"/applications/{application_id}/reject", {"version": 1}).status_code == 404
    assert call("admin", "GET", f"/applications/{uuid4()}").status_code == 404
