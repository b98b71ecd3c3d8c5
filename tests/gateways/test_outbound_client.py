"""The synchronous face: many at once under one deadline, threads, forks, a clean end."""

from __future__ import annotations

import os
import subprocess
import sys
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest

from app.gateways.http_client import Answer, FailureKind, FakeClient, OutboundClient
from tests.gateways.asking import answered, ask, failed, wait_until
from tests.gateways.conftest import LOOPBACK
from tests.support.faulty_answers import reply

PATIENCE = 30
SCRIPT = """
import ipaddress, sys
from datetime import timedelta
from app.gateways.http_client import OutboundClient, Request
outbound = OutboundClient((ipaddress.ip_network("127.0.0.0/8"),))
result = outbound.send(Request("GET", sys.argv[1], {}, b"", timedelta(seconds=60)))
if "close" in sys.argv:
    outbound.close()
print(result.status)
"""


@pytest.fixture
def keeping():
    """A client that does not give an idle connection up while a test goes on."""
    made = OutboundClient(LOOPBACK, idle=timedelta(minutes=10))
    yield made
    made.close()


def test_twenty_requests_go_out_together_and_come_back_in_order(outbound, receiver):
    gate = threading.Barrier(20)

    def together(at, request):
        gate.wait(PATIENCE)  # nobody is answered before all have asked
        at.stop.wait(0.005 * (20 - int(request.body)))
        at.send(reply(200, request.body))

    receiver.behave("together", together)
    answers = outbound.send_many([ask(f"{receiver.url}/together", body=b"%d" % number) for number in range(20)])
    assert [answered(answer).body for answer in answers] == [b"%d" % number for number in range(20)]


def test_one_deadline_ends_an_auction_with_those_who_were_in_time(outbound, receiver):
    outbound.send(ask(receiver.url + "/ok"))
    paths = ("/slow/20", "/hang", "/slow/50", "/drip-body", "/reset")
    requests = [ask(f"{receiver.url}{path}", seconds=600) for path in paths]
    started = time.monotonic()
    results = outbound.send_many(requests, timedelta(seconds=3))
    assert time.monotonic() - started > 2.9
    assert [isinstance(result, Answer) for result in results] == [True, False, True, False, False]
    assert [failed(results[at]).kind for at in (1, 3, 4)] == [
        FailureKind.TIMEOUT,
        FailureKind.TIMEOUT,
        FailureKind.RESET,
    ]


def test_each_requests_own_deadline_counts_too(outbound, receiver):
    short, long = outbound.send_many(
        [ask(receiver.url + "/hang", seconds=0.1), ask(receiver.url + "/slow/400", seconds=30)]
    )
    assert failed(short).kind is FailureKind.TIMEOUT
    assert answered(long).status == 200


def test_a_deadline_already_past_sends_nothing(outbound, receiver):
    failure = failed(outbound.send(ask(receiver.url + "/ok", seconds=-1)))
    assert (failure.kind, failure.request_sent) == (FailureKind.TIMEOUT, False)
    assert receiver.requests == []


def test_nothing_to_send_is_nothing_to_wait_for(outbound):
    assert outbound.send_many([]) == []
    assert list(outbound.send_each([])) == []


def test_results_are_handed_out_as_they_come_and_the_rest_is_dropped_when_nobody_wants_it(outbound, receiver):
    first_came = threading.Event()

    def later(at, request):
        first_came.wait(PATIENCE)
        at.send(reply(200))

    receiver.behave("later", later)
    came = []
    for index, result in outbound.send_each([ask(f"{receiver.url}{path}") for path in ("/hang", "/later", "/ok")]):
        came.append((index, answered(result).status))
        first_came.set()
        if len(came) == 2:
            break
    assert came == [(2, 200), (1, 200)]
    wait_until(lambda: receiver.over >= 2)  # the line that nobody waits for is cut, and the one of /later ended


def test_code_inside_the_loop_sends_without_threads(outbound, receiver):
    async def work():
        first = await outbound.send_async(ask(receiver.url + "/ok"))
        return [first, *await outbound.send_many_async([ask(receiver.url + "/status/503")] * 2)]

    assert [answered(result).status for result in outbound.run(work())] == [200, 503, 503]


def loops() -> int:
    """Loops of this process: other tests' clients may have theirs."""
    return sum(thread.name == "outbound" for thread in threading.enumerate())


def test_many_threads_share_one_loop(outbound, receiver):
    before = loops()
    with ThreadPoolExecutor(20) as pool:
        results = list(pool.map(outbound.send, [ask(receiver.url + "/slow/20")] * 100))
    assert all(answered(result).status == 200 for result in results)
    assert loops() == before + 1


def test_a_forked_child_has_its_own_connections_and_leaves_the_parents_alone(keeping, receiver):
    outbound = keeping
    answered(outbound.send(ask(receiver.url + "/ok")))
    read, write = os.pipe()
    child = os.fork()
    if child == 0:
        try:
            result = outbound.send(ask(receiver.url + "/ok", body=b"child"))
            os.write(write, str(getattr(result, "status", result)).encode())
            outbound.close()
        finally:
            os._exit(0)
    os.waitpid(child, 0)
    with os.fdopen(read, "rb") as said:
        os.close(write)
        assert said.read() == b"200"
    assert answered(outbound.send(ask(receiver.url + "/ok"))).status == 200
    assert receiver.connections == 2  # the parent's first one still serves


def test_a_closed_client_starts_afresh(outbound, receiver):
    for _ in range(3):
        answered(outbound.send(ask(receiver.url + "/ok")))
        outbound.close()
    assert receiver.connections == 3
    outbound.close()


def test_closing_ends_those_who_still_wait(outbound, receiver):
    got = []
    waiting = threading.Thread(target=lambda: got.append(outbound.send(ask(receiver.url + "/hang", seconds=600))))
    waiting.start()
    wait_until(lambda: receiver.requests)
    outbound.close()
    waiting.join(PATIENCE)
    assert (failed(got[0]).kind, failed(got[0]).request_sent) == (FailureKind.TIMEOUT, True)


def test_closing_ends_those_who_take_results_as_they_come(outbound, receiver):
    came = outbound.send_each([ask(f"{receiver.url}{path}", seconds=600) for path in ("/hang", "/ok")])
    assert answered(next(came)[1]).status == 200
    outbound.close()
    ((index, result),) = came
    assert (index, failed(result).kind, failed(result).request_sent) == (0, FailureKind.TIMEOUT, True)


def test_a_process_ends_without_a_word_whether_it_closes_or_not(receiver):
    for closing in ("close", "leave"):
        done = subprocess.run(
            [sys.executable, "-W", "error", "-c", SCRIPT, receiver.url + "/ok", closing],
            capture_output=True, text=True, timeout=100, check=False, env={**os.environ, "PYTHONPATH": "."},
        )  # fmt: skip
        assert (done.stdout, done.stderr, done.returncode) == ("200\n", "", 0)


def test_the_fake_answers_from_its_script_and_records():
    fake = FakeClient().on("https://a.test/", Answer(500), Answer(200))
    fake.on("https://b.test/", lambda request: Answer(200, body=request.body))
    assert [answered(fake.send(ask("https://a.test/"))).status for _ in range(3)] == [500, 200, 200]
    echoed, unknown = fake.send_many([ask("https://b.test/", body=b"x"), ask("https://c.test/")])
    assert answered(echoed).body == b"x"
    assert failed(unknown).kind is FailureKind.CONNECT_FAILED
    assert [index for index, _ in fake.send_each([ask("https://a.test/")] * 2)] == [0, 1]
    assert len(fake.sent_to("https://a.test/")) == 5
    assert fake.check_url("http://a.test/") != ()
    assert answered(fake.run(fake.send_async(ask("https://a.test/")))).status == 200
