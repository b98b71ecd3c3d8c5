"""What is measured over HTTP: the product with a shop in it, and a bare Flask view on the same server."""

from __future__ import annotations

import itertools
import json
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from http.client import HTTPException
from pathlib import Path

from app.cli import processes
from bench import _load
from bench._places import Place
from tests.support.calls import post_json
from tests.support.live import free_port, live
from tests.support.settings import settings_for
from tests.support.shop import AREAS, Shop, big_shop

PATH = "/api/v1/leads/ingest"
PUBLISHERS, CONTRACTS = 20, 200
WEB_THREADS = "8"
_NUMBERS = itertools.count(1)


@dataclass(frozen=True)
class Contender:
    """A server that takes leads."""

    port: int
    make: _load.RequestMaker

    def measure(self, connections: int, seconds: float) -> _load.Figures:
        """One run; no lead is ever sent twice."""
        return _load.measure(self.port, self.make, _NUMBERS.__next__, connections=connections, seconds=seconds)


@contextmanager
def product(place: Place) -> Iterator[Contender]:
    """Switchyard's own server, as the command line starts it, over 20 publishers and 200 contracts."""
    with tempfile.TemporaryDirectory(prefix="switchyard-bench-") as logs:
        shop = big_shop(settings_for(place.database.url, place.redis_url), publishers=PUBLISHERS, contracts=CONTRACTS)
        database, redis_url = place.database, place.redis_url
        with live(database, redis_url, Path(logs), workers=False, WEB_THREADS=WEB_THREADS) as running:
            yield Contender(int(running.environment["PORT"]), _leads_of(shop))


@contextmanager
def bare_flask() -> Iterator[Contender]:
    """A view that reads and answers, on as many processes and threads."""
    settings = settings_for("postgresql://nobody@127.0.0.1/none", WEB_THREADS=WEB_THREADS)
    port = free_port()
    command = [sys.executable, "-m", "bench._bare", str(port), str(processes(settings)), str(settings.web_threads)]
    server = subprocess.Popen(command, stderr=subprocess.DEVNULL)
    try:
        _wait_until_it_answers(port)
        yield Contender(port, _maker(lambda _number: "none"))
    finally:
        server.terminate()
        server.wait()


def _leads_of(shop: Shop) -> _load.RequestMaker:
    keys = [publisher.key for publisher in shop.publishers]
    return _maker(lambda number: keys[number % len(keys)])


def _maker(key_of: Callable[[int], str]) -> _load.RequestMaker:
    """Requests of about 500 bytes, each with a person of its own."""
    body = json.dumps(
        {
            "sector": "mortgages", "first_name": "James", "last_name": "Patel", "email": "p@@@@@@@@@@@@@@@.example.com",
            "phone": "+4477########", "postcode": "!!1 1AA", "city": "London", "consent_token": "ct_abc123",
            "consent_at": "2026-02-09T07:42:18Z", "ip": "203.0.113.42", "user_agent": "Mozilla/5.0 (X11; Linux)",
            "source_sub_id": "ab-variant-3", "extra_fields": {"property_value_gbp": 350000, "deposit_gbp": 70000},
        }
    ).encode()  # fmt: skip

    areas = [area.encode() for area in AREAS]

    def make(number: int) -> bytes:
        lead = body.replace(b"@@@@@@@@@@@@@@@", b"%011d@mail" % number).replace(b"########", b"%08d" % number)
        lead = lead.replace(b"!!", areas[number % len(areas)])
        return _load.post(PATH, lead, {"X-API-Key": key_of(number)})

    return make


def _wait_until_it_answers(port: int) -> None:
    deadline = time.monotonic() + 20
    while True:
        try:
            post_json(f"http://127.0.0.1:{port}{PATH}", {})
        except (OSError, HTTPException):
            if time.monotonic() > deadline:
                raise
            time.sleep(0.05)
        else:
            return
