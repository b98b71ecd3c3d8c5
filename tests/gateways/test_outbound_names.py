"""Names: any forbidden address refuses them, one lookup a connection, and no lookup holds anybody up."""

from __future__ import annotations

import ipaddress
import threading
import time
from datetime import timedelta

import pytest

from app.gateways.http_client import FailureKind, OutboundClient
from tests.gateways.asking import answered, ask, failed, wait_until
from tests.gateways.conftest import LOOPBACK


class Names:
    """A name server in a test's hands: what each lookup of a name answers, the last answer for ever."""

    def __init__(self, **answers):
        self.answers = {name.replace("_", "."): list(given) for name, given in answers.items()}
        self.asked = []

    def __call__(self, host):
        self.asked.append(host)
        given = self.answers[host]
        answer = given.pop(0) if len(given) > 1 else given[0]
        if isinstance(answer, Exception):
            raise answer
        return answer


@pytest.fixture
def made():
    clients = []

    def make(names, allow=LOOPBACK, **more):
        clients.append(OutboundClient(allow, lookup=names, **more))
        return clients[-1]

    yield make
    for client in clients:
        client.close()


@pytest.mark.parametrize(
    "addresses", [["10.0.0.1"], ["8.8.8.8", "10.0.0.1"], ["2606:4700::1", "fe80::1%eth0"], ["::ffff:169.254.169.254"]]
)
def test_a_name_is_refused_if_any_of_its_addresses_is_forbidden(made, addresses, opened):
    client = made(Names(hooks_test=[addresses]), allow=())
    failure = failed(client.send(ask("https://hooks.test/")))
    assert (failure.kind, failure.request_sent) == (FailureKind.BLOCKED_ADDRESS, False)
    assert opened == []


def test_a_name_that_turns_private_on_its_second_lookup_gains_nothing(made, receiver):
    names = Names(hooks_test=[["127.0.0.1"], ["10.0.0.1"]])
    client = made(names, idle=timedelta(seconds=0.1))
    url = f"http://hooks.test:{receiver.port}/ok"
    assert answered(client.send(ask(url))).peer == "127.0.0.1"
    assert len(names.asked) == 1  # looked up once, and connected to what was vetted
    wait_until(lambda: receiver.over == 1)
    assert failed(client.send(ask(url))).kind.is_permanent
    assert len(names.asked) == 2
    assert len(receiver.requests) == 1


@pytest.mark.parametrize("private", ["127.0.0.1", "10.0.0.1", "169.254.169.254", "::1", "fd00::1"])
def test_without_exceptions_a_public_name_that_turns_private_is_refused_at_once(made, opened, private):
    names = Names(hooks_test=[["8.8.8.8"], [private]])
    client = made(names, allow=())
    assert failed(client.send(ask("https://hooks.test/"))).kind is not FailureKind.BLOCKED_ADDRESS
    assert failed(client.send(ask("https://hooks.test/"))).kind is FailureKind.BLOCKED_ADDRESS
    assert {address[0] for *_, address in opened} == {"8.8.8.8"}
    assert len(names.asked) == 2


def test_plain_http_to_a_name_outside_the_exceptions_says_the_same_wherever_it_leads(made):
    client = made(Names(inside_test=[["10.0.0.1"]], outside_test=[["8.8.8.8"]]))
    inside, outside = (failed(client.send(ask(f"http://{name}.test/"))) for name in ("inside", "outside"))
    assert inside.kind is outside.kind is FailureKind.BAD_URL
    assert inside.detail == outside.detail


def test_without_exceptions_plain_http_is_refused_before_any_lookup(made):
    names = Names(hooks_test=[["8.8.8.8"]])
    assert failed(made(names, allow=()).send(ask("http://hooks.test/"))).kind is FailureKind.BAD_URL
    assert failed(made(names, allow=()).send(ask("https://hooks.test:8443/"))).kind is FailureKind.BAD_URL
    assert names.asked == []


@pytest.mark.parametrize("answer", [OSError("SERVFAIL"), [], ["not an address"], UnicodeError("label too long")])
def test_a_name_that_cannot_be_looked_up_is_a_dns_failure_that_may_pass(made, answer):
    failure = failed(made(Names(hooks_test=[answer])).send(ask("https://hooks.test/")))
    assert (failure.kind, failure.request_sent) == (FailureKind.DNS_FAILED, False)
    assert not failure.kind.is_permanent


def test_a_slow_lookup_ends_after_three_seconds_and_holds_up_nobody_else(made, receiver):
    let_go = threading.Event()

    def lookup(host):
        if host == "slow.test":
            let_go.wait(600)
        return ["127.0.0.1"]

    client = made(lookup)
    slow = [ask("https://slow.test/", seconds=600)] * 5
    fast = [ask(f"http://fast.test:{receiver.port}/ok", seconds=600)] * 5
    started = time.monotonic()
    came = []
    for index, result in client.send_each([*slow, *fast]):
        came.append(index)
        assert index >= 5 or failed(result).kind is FailureKind.DNS_FAILED
        assert index >= 5 or time.monotonic() - started > 2.9
    assert {*came[:5]} == {5, 6, 7, 8, 9}
    assert sum(thread.name == "lookup" for thread in threading.enumerate()) == 1  # the five waited for one lookup
    let_go.set()


def test_no_socket_is_opened_for_a_forbidden_address_even_if_the_resolver_lets_it_through(made, receiver, monkeypatch):
    async def resolve(self, host, port=0, family=0):
        entry = {"hostname": host, "host": "127.0.0.1", "port": port, "family": 2, "proto": 0, "flags": 0}
        return [entry]

    monkeypatch.setattr("app.gateways.outbound.resolver.VettingResolver.resolve", resolve)
    client = made(Names(), allow=(ipaddress.ip_network("10.0.0.0/8"),))
    failure = failed(client.send(ask(f"http://hooks.test:{receiver.port}/ok")))
    assert (failure.kind, failure.request_sent) == (FailureKind.BLOCKED_ADDRESS, False)
    assert receiver.connections == 0


def test_a_second_address_is_tried_when_the_first_does_not_listen(made, receiver):
    client = made(Names(hooks_test=[["127.0.0.2", "127.0.0.1"]]))
    answer = answered(client.send(ask(f"http://hooks.test:{receiver.port}/ok")))
    assert answer.peer == "127.0.0.1"
