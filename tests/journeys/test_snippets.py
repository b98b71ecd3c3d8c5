"""What one copies from the pages runs as it is pasted: against the sandbox, with one's own key, on a real webhook."""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
import sys
import time

import pytest

from app import clock
from app.domain.actor import Role
from app.services import users
from app.transaction import transaction
from tests.journeys.conftest import PREFIX
from tests.support import require
from tests.support.calls import call, post_json
from tests.support.snippets import DRIVERS, Verifier, code_on
from tests.support.visitor import Visitor

pytestmark = [pytest.mark.xdist_group("live"), pytest.mark.timeout(600)]
PASSWORD = "the-quick-brown-lead"
FIGURES = {"cURL": "Terminal", "Node.js": "lead.mjs", "Python": "lead.py"}


def pasted(tmp_path, language, code):
    """Run it; status and body of the answer that it prints."""
    if language == "cURL" and shutil.which("curl") is None:
        pytest.skip("curl is not installed")
    if language == "Node.js" and shutil.which("node") is None:
        require.missing("node", "node is not installed")
    program = {"cURL": ["sh"], "Node.js": ["node"], "Python": [sys.executable]}[language]
    path = tmp_path / ("lead.sh" if language == "cURL" else FIGURES[language])
    path.write_text(code)
    told = {"PATH": os.environ["PATH"], "no_proxy": "*"}
    done = subprocess.run(
        [*program, str(path)], env=told, capture_output=True, text=True, timeout=60, check=False, cwd=tmp_path
    )
    assert done.returncode == 0, done.stderr
    if language == "cURL":
        head, _, body = done.stdout.replace("\r\n", "\n").partition("\n\n")
        return int(head.split()[1]), json.loads(body)
    status, _, body = done.stdout.strip().partition(" ")
    return int(status), json.loads(body)


def publisher_at_the_door(market, number):
    """A publisher who can sign in, at a browser."""
    publisher = market.shop.publishers[number]
    email = f"publisher-{number}@example.com"
    with market.app.app_context(), transaction():
        users.add(
            market.shop.actor, role=Role.PUBLISHER, email=email, name="Cara", password=PASSWORD,
            owner_id=publisher.id, now=clock.now(),
        )  # fmt: skip
    visitor = Visitor(market.live.base_url)
    visitor.sign_in(email, PASSWORD)
    return visitor


@pytest.mark.parametrize("language", [*FIGURES])
def test_the_quickstart_runs_as_it_is_pasted_and_keeps_nothing(market, tmp_path, language):
    before = market.rows("select count(*) from leads")
    page = call("GET", f"{market.live.base_url}/docs").body.decode()
    status, body = pasted(tmp_path, language, code_on(page, FIGURES[language]))
    assert (status, set(body)) == (200, {"ok", "lead_id", "status", "reason"})
    assert body["status"] == "accepted"
    assert market.rows("select count(*) from leads") == before


def test_get_started_gives_snippets_that_send_real_leads(market, tmp_path):
    visitor = publisher_at_the_door(market, 3)
    page = visitor.submit("/start", "/start/key", overlap="24").body.decode()
    answers = [pasted(tmp_path, language, code_on(page, name)) for language, name in FIGURES.items()]
    assert [status for status, _ in answers] == [200, 409, 409]  # the same person, three times
    first = answers[0][1]["lead_id"]
    assert all(body["lead_id"] == first for _, body in answers)
    steps = visitor.get("/start").body.decode()
    assert re.search(r"Send a real lead</strong> <span class=\"unseen\">done", steps)


def test_the_console_makes_no_lead(market):
    visitor = publisher_at_the_door(market, 2)
    before = market.rows("select count(*) from leads")
    body = json.dumps({"sector": "mortgages", "first_name": "Con", "last_name": "Sole", "email": "con@example.co.uk",
                       "phone": "+447712399001", "postcode": "SW1A 1AA"})  # fmt: skip
    page = visitor.submit("/start", "/start/try", body=body).body.decode()
    assert "you would be paid £38.00" in page
    assert market.rows("select count(*) from leads") == before


def test_the_verifiers_believe_a_webhook_that_really_came(market, tmp_path):
    lead = {"sector": "mortgages", "first_name": "Web", "last_name": "Hook", "email": "web.hook@example.co.uk",
            "phone": "+447712399002", "postcode": "SW1A 1AA"}  # fmt: skip
    key = market.shop.publishers[1].key
    sent = post_json(f"{market.live.base_url}/api/v1/leads/ingest", lead, {"X-API-Key": key}).json()
    came = hook_about(market, "publisher-1", sent["lead_id"])
    page = call("GET", f"{market.live.base_url}/docs/webhooks").body.decode()
    ran = 0
    for name in DRIVERS:
        if name == "verify.php" and shutil.which("php") is None:
            continue
        verifier = Verifier.saved(tmp_path, name, page)
        told = {wanted: next(v for k, v in came.headers if k.lower() == wanted.lower()) for wanted in WANTED}
        for scheme in ("plain", "standard"):
            assert verifier.accepts(scheme, market.secrets[1], came.body, told, PREFIX), (name, scheme)
            assert not verifier.accepts(scheme, market.secrets[1], came.body + b" ", told, PREFIX), (name, scheme)
        ran += 1
    assert ran >= 2


WANTED = (f"X-{PREFIX}-Signature", "webhook-id", "webhook-timestamp", "webhook-signature")


def hook_about(market, name, mark, seconds=60.0):
    """The first call to that hook that speaks of the lead."""
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        for one in list(market.buyers.told(name).calls):
            if mark.encode() in one.body:
                return one
        time.sleep(0.05)
    raise AssertionError(f"nothing about {mark} came")
