"""The demo as a person meets it: the README's lines work as they stand, and everybody on the card gets in."""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path

import pytest

from app.db import db
from app.demo.seed import seed
from app.factory import create_app
from tests.support import databases
from tests.support.demo import be_patient
from tests.support.live import free_port, live
from tests.support.settings import settings_for
from tests.support.simulator import FakeBuyers, simulator, wait_for_calls
from tests.support.valkey import flush
from tests.support.visitor import Visitor

ROOT = Path(__file__).resolve().parents[2]
BLOCKS = re.compile(r"^```sh try\n(.*?)^```$", re.DOTALL | re.MULTILINE)
pytestmark = [pytest.mark.xdist_group("live"), pytest.mark.timeout(600)]


@dataclass
class RunningDemo:
    """A seeded demo with its processes; ``folder`` is where a person's terminal would be."""

    folder: Path
    buyers: FakeBuyers

    @property
    def card(self):
        return json.loads((self.folder / "var" / "demo.json").read_text())


@pytest.fixture(scope="module")
def demo(sqlite_template, valkey_url, tmp_path_factory):
    flush(valkey_url)
    folder, port = tmp_path_factory.mktemp("checkout"), free_port()
    database = databases.copy_of(sqlite_template, folder)
    with ExitStack() as stack:
        buyers = stack.enter_context(simulator())
        told = {
            "SWITCHYARD_ENV": "demo", "SIMULATOR_URL": buyers.base_url, "PORT": str(port),
            "BASE_URL": f"http://127.0.0.1:{port}",
        }  # fmt: skip
        seeded(settings_for(database.url, valkey_url, **told), folder / "var" / "demo.json")
        stack.enter_context(live(database, valkey_url, tmp_path_factory.mktemp("logs"), **told))
        yield RunningDemo(folder, buyers)


def seeded(settings, out):
    app = create_app(settings)
    with app.app_context():
        seed(out)
        db.session.remove()
        db.engine.dispose()
    be_patient(app)


@pytest.fixture(scope="module")
def said(demo):
    """Block of the README -> what it printed, all run one after the other in one terminal."""
    if shutil.which("curl") is None:
        pytest.skip("curl is not installed")
    blocks = BLOCKS.findall((ROOT / "README.md").read_text())
    script = "\nprintf '\\n\\036\\n'\n".join(blocks)
    done = subprocess.run(
        ["sh", "-eu", "-c", script], cwd=demo.folder, env={"PATH": os.environ["PATH"]}, capture_output=True, text=True,
        timeout=120, check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    return dict(zip(blocks, done.stdout.split("\n\036\n"), strict=True))


def answer(said, mark):
    """The first JSON that the block with ``mark`` in it printed."""
    [printed] = [text for block, text in said.items() if mark in block]
    return json.JSONDecoder().raw_decode(printed.strip())[0]


def test_the_first_lead_is_accepted(said):
    first = answer(said, "deposit_gbp")
    assert (first["ok"], first["status"], first["reason"]) == (True, "accepted", None)


def test_a_broken_one_names_its_fields(said):
    assert {fault["field"] for fault in answer(said, '"nobody"')["errors"]} == {"email", "phone"}


def test_a_webhook_shows_its_secret_once(said):
    made = answer(said, "/api/v1/webhooks")["data"]
    assert made["secret"]
    assert made["events"] == ["lead.purchased", "lead.rejected"]


def test_the_fake_buyers_tell_what_they_were_sent(said, demo):
    wait_for_calls(demo.buyers.posts("northgate"), 1)
    assert answer(said, "/buyers/northgate/log")["count"] > 0


def test_the_webhook_is_told_of_the_leads_that_follow_it(said, demo):
    wait_for_calls(demo.buyers.told("mine"), 2)


@pytest.mark.parametrize("role", ["superadmin", "admin", "buyer", "publisher"])
def test_everybody_on_the_card_gets_in_and_sees_leads(demo, role):
    user = next(user for user in demo.card["users"] if user["role"] == role)
    visitor = Visitor(demo.card["base_url"])
    visitor.sign_in(user["email"], user["password"])
    page = visitor.get("/leads")
    assert page.status == 200
    assert "LD-" in page.body.decode()
