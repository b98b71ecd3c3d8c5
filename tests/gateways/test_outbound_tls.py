"""Certificates are checked for the host's name although the connection goes to a pinned address."""

from __future__ import annotations

import ssl
import warnings

import pytest

from app.gateways.http_client import FailureKind, OutboundClient
from tests.gateways.asking import answered, ask, failed
from tests.gateways.authority import Authority
from tests.gateways.conftest import LOOPBACK
from tests.support.fault_receiver import FaultReceiver


@pytest.fixture(scope="module")
def authority(tmp_path_factory):
    return Authority(tmp_path_factory.mktemp("authority"))


@pytest.fixture
def tls_client(authority):
    client = OutboundClient(LOOPBACK, lookup=lambda host: ["127.0.0.1"], ca_file=str(authority.file))
    yield client
    client.close()


def send(client, tls):
    with FaultReceiver(tls=tls) as receiver:
        return client.send(ask(f"https://hooks.test:{receiver.port}/ok"))


def test_the_right_name_passes_and_is_the_one_asked_for(tls_client, authority):
    tls = authority.server("hooks.test")
    asked = []
    tls.sni_callback = lambda sock, name, context: asked.append(name)
    answer = answered(send(tls_client, tls))
    assert (answer.status, answer.peer) == (200, "127.0.0.1")
    assert asked == ["hooks.test"]


def test_another_name_an_expired_and_a_self_signed_certificate_are_refused(tls_client, authority):
    for tls in (
        authority.server("other.test"),
        authority.server("hooks.test", days=-1),
        authority.server("hooks.test", is_own_signer=True),
    ):
        failure = failed(send(tls_client, tls))
        assert (failure.kind, failure.request_sent) == (FailureKind.TLS_FAILED, False)
        assert not failure.kind.is_permanent


def test_an_authority_that_the_operator_did_not_name_is_refused(authority):
    tls = authority.server("hooks.test")
    stranger = OutboundClient(LOOPBACK, lookup=lambda host: ["127.0.0.1"])
    try:
        assert failed(send(stranger, tls)).kind is FailureKind.TLS_FAILED
    finally:
        stranger.close()


def test_an_old_version_of_tls_is_refused(tls_client, authority):
    tls = authority.server("hooks.test")
    tls.set_ciphers("ALL:@SECLEVEL=0")
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", DeprecationWarning)
        tls.minimum_version = tls.maximum_version = ssl.TLSVersion.TLSv1
    assert failed(send(tls_client, tls)).kind is FailureKind.TLS_FAILED


def test_a_server_that_speaks_no_tls_is_refused(tls_client):
    with FaultReceiver() as receiver:
        failure = failed(tls_client.send(ask(f"https://hooks.test:{receiver.port}/garbage", seconds=0.5)))
    assert (failure.kind in {FailureKind.TLS_FAILED, FailureKind.TIMEOUT}, failure.request_sent) == (True, False)
