from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from threading import Barrier

import pytest
from flask import Flask

from app import clock
from app.db import db
from app.services import throttle
from app.transaction import transaction

RACERS = 16


def test_of_simultaneous_guesses_only_the_free_ones_pass(app: Flask):
    gates, now, start = throttle.gates("alice@example.com", "203.0.113.9"), clock.now(), Barrier(RACERS)

    def guess(_number: int) -> bool:
        with app.app_context():
            start.wait()
            with transaction():
                passed = throttle.take(gates, now) is None
            db.session.remove()
            return passed

    with ThreadPoolExecutor(RACERS) as pool:
        passed = sum(pool.map(guess, range(RACERS)))
    assert passed == gates[0].free


@pytest.mark.parametrize(
    ("failures", "wait"), [(0, None), (4, None), (5, 5), (6, 10), (8, 40), (20, 900), (10_000, 900)]
)
def test_the_wait_doubles_and_is_never_for_good(failures: int, wait: int | None):
    assert throttle.delay_after(failures, 5) == (timedelta(seconds=wait) if wait else None)


def test_an_hour_of_silence_is_forgiven(app: Flask):
    gates, now = throttle.gates("bob@example.com", "203.0.113.9"), clock.now()
    with transaction():
        for _ in range(4):
            assert throttle.take(gates, now) is None
        later = now + timedelta(hours=1, seconds=1)
        assert [throttle.take(gates, later) for _ in range(4)] == [None] * 4


def test_neighbours_in_one_network_share_a_gate_and_strangers_do_not():
    def network(address: str) -> str:
        return throttle.gates("a@example.com", address)[1].digest

    assert network("203.0.113.1") == network("203.0.113.254")
    assert network("203.0.113.1") != network("203.0.114.1")
    assert network("2001:db8::1") == network("2001:db8::ffff")
    assert network("2001:db8::1") != network("2001:db8:0:1::1")
    assert network("nonsense") == network("")
