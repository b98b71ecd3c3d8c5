"""The web server killed at any moment: whatever was answered 2xx is there afterwards."""

from __future__ import annotations

import itertools
import random
import threading
import time
from contextlib import ExitStack
from http.client import HTTPException
from uuid import UUID

import pytest
from sqlalchemy import text

from app import clock
from app.db import db, enter_tenant
from app.transaction import transaction
from tests.support.calls import post_json
from tests.support.lasting import KINDS, lasting_database
from tests.support.live import live
from tests.support.settings import settings_for
from tests.support.shop import add_buyer, open_shop
from tests.support.valkey import flush
from tests.support.world import PATIENT

pytestmark = [pytest.mark.xdist_group("live"), pytest.mark.timeout(600)]
SENDERS = 6


@pytest.fixture(scope="module", params=KINDS)
def killing_database(request, tmp_path_factory):
    yield from lasting_database(request, tmp_path_factory)


class Senders:
    """Publishers that go on posting whatever happens to the server, and note every 2xx."""

    def __init__(self, base_url, publishers):
        self.url = f"{base_url}/api/v1/leads/ingest"
        self.numbers = itertools.count(1)
        self.promised = []
        self.over = threading.Event()
        self.threads = [threading.Thread(target=self.run, args=(one.key,)) for one in publishers]

    def run(self, key):
        while not self.over.is_set():
            number = next(self.numbers)
            lead = {
                "sector": "mortgages", "first_name": "Never", "last_name": "Lost",
                "email": f"never.lost.{number}@example.com", "phone": f"+4477{number:08d}",
            }  # fmt: skip
            try:
                answer = post_json(self.url, lead, {"X-API-Key": key})
            except (OSError, HTTPException):
                time.sleep(0.02)
                continue
            if answer.status == 200:
                self.promised.append((answer.json()["lead_id"], answer.json()["status"]))

    def __enter__(self):
        for thread in self.threads:
            thread.start()
        return self

    def __exit__(self, *_):
        self.over.set()
        for thread in self.threads:
            thread.join()


def stored_leads(app, tenant_id):
    with app.app_context():
        enter_tenant(tenant_id)
        rows = db.session.execute(text("select id, state from leads")).all()
        db.session.remove()
    return {UUID(str(row.id)): row.state for row in rows}


def killed_again_and_again(running, senders, kills, seed):
    rng = random.Random(seed)
    for _ in range(kills):
        before = len(senders.promised)
        deadline = time.monotonic() + 180
        while len(senders.promised) < before + 5:
            assert time.monotonic() < deadline, running.last_words()
            time.sleep(0.01)
        time.sleep(rng.uniform(0, 0.4))
        running.kill("web")
        running.start_web()


@pytest.mark.parametrize("kills", [3, pytest.param(25, marks=pytest.mark.slow)])
def test_no_promised_lead_is_lost(killing_database, valkey_url, make_app, tmp_path, kills):
    flush(valkey_url)
    app = make_app(settings_for(killing_database.url, valkey_url))
    with app.app_context(), transaction():
        shop = open_shop(clock.now(), publishers=SENDERS, **PATIENT)
        add_buyer(shop, "Everything", clock.now())
    with ExitStack() as stack:
        running = stack.enter_context(live(killing_database, valkey_url, tmp_path, workers=False))
        senders = stack.enter_context(Senders(running.base_url, shop.publishers))
        killed_again_and_again(running, senders, kills, seed=kills)
        running.wait_until("/healthz")
    kept = stored_leads(app, shop.tenant_id)
    lost = [lead_id for lead_id, _ in senders.promised if UUID(lead_id.removeprefix("lead_")) not in kept]
    assert len(senders.promised) >= 5 * kills
    assert lost == []
    sold = [lead_id for lead_id, status in senders.promised if status == "accepted"]
    assert all(kept[UUID(lead_id.removeprefix("lead_"))] == "sold" for lead_id in sold)
