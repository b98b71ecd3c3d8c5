"""Clients written to the ingest description, call for call: only the base address and the key are ours."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from tests.support import require

CLIENTS = Path(__file__).parent / "clients"
SANDBOX = "pk_test_sandbox_DO_NOT_USE_IN_PRODUCTION"
pytestmark = [pytest.mark.xdist_group("live"), pytest.mark.timeout(600)]


def node():
    found = shutil.which("node")
    if found is None:
        require.missing("node", "node is not installed")
    return found


def run(command, market, key):
    told = {"PATH": os.environ["PATH"], "BASE_URL": market.live.base_url, "API_KEY": key}
    done = subprocess.run(command, env=told, capture_output=True, text=True, timeout=90, check=False)
    assert done.returncode == 0, done.stderr
    return done.stdout


def by_curl(market, key):
    if shutil.which("curl") is None:
        pytest.skip("curl is not installed")
    *body, status = run([str(CLIENTS / "send_lead.sh")], market, key).strip().splitlines()
    return int(status), json.loads("".join(body))


def by_node(market, key):
    said = json.loads(run([node(), str(CLIENTS / "send_lead.mjs")], market, key))
    return said["status"], said["body"]


def by_python(market, key):
    said = json.loads(run([sys.executable, str(CLIENTS / "send_lead.py")], market, key))
    return said["status"], said["body"]


EACH = [by_curl, pytest.param(by_node, marks=pytest.mark.node), by_python]
PUBLISHER_OF = {by_curl: 0, by_node: 1, by_python: 2}


@pytest.mark.parametrize("client", EACH)
def test_the_quickstart_gets_the_answer_that_is_described(market, client):
    status, body = client(market, market.shop.publishers[PUBLISHER_OF[client]].key)
    assert status == 200
    assert set(body) == {"ok", "lead_id", "status", "reason"}
    assert (body["ok"], body["status"], body["reason"]) == (True, "accepted", None)
    assert body["lead_id"].startswith("lead_")


@pytest.mark.parametrize("client", EACH)
def test_the_sandbox_key_gets_the_same_shape_and_keeps_nothing(market, client):
    before = market.rows("select count(*) from leads")
    status, body = client(market, SANDBOX)
    assert (status, set(body)) == (200, {"ok", "lead_id", "status", "reason"})
    assert market.rows("select count(*) from leads") == before


@pytest.mark.node
def test_the_same_person_again_is_a_duplicate(market):
    key = market.shop.publishers[PUBLISHER_OF[by_curl]].key
    _, first = by_node(market, key)
    status, body = by_node(market, key)
    assert status == 409
    assert body["lead_id"] == first["lead_id"]
    assert isinstance(body["detail"], str)
