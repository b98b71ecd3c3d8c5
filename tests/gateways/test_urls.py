"""Reading typed-in URLs: what forms say, and that no spelling of a special address leads anywhere."""

from __future__ import annotations

import ipaddress
import socket

import pytest

from app.gateways.http_client import FailureKind, OutboundClient
from app.gateways.outbound.urls import UrlFault, UrlRules, parse
from tests.gateways.asking import ask, failed

LOOPBACK = (ipaddress.ip_network("127.0.0.0/8"),)
SPELLINGS = (
    "127.0.0.1", "127.1", "127.0.1", "2130706433", "0x7f000001", "0x7f.0.0.1", "0x7f.1", "0177.0.0.1", "017700000001",
    "127.0.0.1.", "127.000.000.001", "０１２７.0.0.1", "１２７。０。０。１", "127｡0｡0｡1", "①②⑦.0.0.1", "0", "0.0.0.0",
    "10.0.0.1", "169.254.169.254", "2852039166", "0xa9fea9fe", "0251.0376.0251.0376", "100.100.100.200", "192.0.0.192",
    "168.63.129.16", "224.0.0.1", "240.0.0.1", "255.255.255.255", "192.168.0.1", "172.16.0.1", "8.8.8.8",
    "[::1]", "[::]", "[::ffff:127.0.0.1]", "[::ffff:7f00:1]", "[::127.0.0.1]", "[64:ff9b::7f00:1]",
    "[64:ff9b:1::7f00:1]", "[2002:7f00:1::]", "[2001:0:7f00:1::]", "[fec0::1]", "[fe80::1]", "[fe80::1%25eth0]",
    "[fd00:ec2::254]", "[ff02::1]", "[3fff::1]", "[5f00::1]", "[2606:4700::1111]", "user@127.0.0.1",
    "example.com@127.0.0.1", "127.0.0.1#@example.com", "example.com:443@127.0.0.1", "[::1]example.com", "localhost",
)  # fmt: skip


@pytest.mark.parametrize("allow", [(), (ipaddress.ip_network("10.99.0.0/16"),)])
@pytest.mark.parametrize("host", SPELLINGS)
def test_no_spelling_of_an_address_ever_connects(host, allow, opened):
    def lookup(name):  # as a system does that understands the odd spellings
        return [info[4][0] for info in socket.getaddrinfo("127.0.0.1", None, type=socket.SOCK_STREAM)]

    client = OutboundClient(allow, lookup=lookup)
    try:
        failure = failed(client.send(ask(f"https://{host}/")))
    finally:
        client.close()
    assert failure.kind in {FailureKind.BLOCKED_ADDRESS, FailureKind.BAD_URL}
    assert failure.kind.is_permanent
    assert not failure.request_sent
    assert opened == []


@pytest.mark.parametrize("host", SPELLINGS)
def test_a_form_refuses_every_spelling_with_a_sentence(host):
    faults = UrlRules().faults(f"https://{host}/")
    assert faults
    assert all(fault.endswith(".") for fault in faults)


@pytest.mark.parametrize(
    ("url", "word"),
    [
        ("http://hooks.example.com/", "https://"),
        ("https://hooks.example.com:8443/", "443"),
        ("https://hooks.example.com:80/", "443"),
        ("ftp://hooks.example.com/", "https://"),
        ("file:///etc/passwd", "https://"),
        ("hooks.example.com/path", "https://"),
        ("", "https://"),
        ("https://", "host"),
        ("https:///path", "host"),
        ("https://user:secret@hooks.example.com/", "credentials"),
        ("https://hooks.example.com:99999/", "65535"),
        ("https://hooks.example.com:0/", "65535"),
        ("https://hooks.example.com:+80/", "host"),
        ("https://hooks example.com/", "space"),
        ("https://hooks.example.com/\r\nX-Evil: 1", "invisible"),
        ("https://hooks.example.com\\@127.0.0.1/", "backslash"),
        ("https://intranet/", "host name"),
        ("https://-bad-.example.com/", "spelling"),
        ("https://exa_mple..com/", "spelling"),
        ("https://" + "a" * 3000, "shorten"),
        ("https://[::1/", "read"),
        ("https://[12345::1]/", "read"),
        ("https://0x7f.1/", "unusual"),
        ("https://10.0.0.1/", "host name"),
        ("https://localhost/", "host name"),
    ],
)
def test_a_faulty_url_is_told_what_to_do(url, word):
    faults = UrlRules().faults(url)
    assert any(word in fault for fault in faults), faults


@pytest.mark.parametrize(
    "url",
    ["https://hooks.example.com", "https://hooks.example.com:443/a?b=c", "https://münchen.example/ü?q=é", "https://a_b.example.com/"],
)  # fmt: skip
def test_a_plain_https_url_is_kept(url):
    assert UrlRules().faults(url) == ()


def test_exceptions_open_plain_http_any_port_and_literal_addresses():
    rules = UrlRules(LOOPBACK)
    assert rules.faults("http://127.0.0.1:9000/in") == ()
    assert rules.faults("http://localhost:9000/in") == ()
    assert rules.faults("http://10.0.0.1:9000/in") != ()
    assert rules.faults("http://2130706433:9000/in") != ()


@pytest.mark.parametrize("url", ["http://example.com/x", "http://hooks.internal:9000/in", "http://127.0.0.1.example/"])
def test_exceptions_open_no_plain_http_to_names(url):
    assert any("https://" in fault for fault in UrlRules(LOOPBACK).faults(url))
    assert UrlRules(LOOPBACK).faults(url.replace("http:", "https:")) == ()


def test_a_development_machine_may_call_plain_http_on_port_80():
    rules = UrlRules(https_only=False)
    assert rules.faults("http://hooks.example.com/") == ()
    assert rules.faults("http://hooks.example.com:8080/") != ()


def test_what_was_read_is_what_is_sent():
    target = parse("HTTPS://Hooks.Example.COM./a b".replace(" ", "%20") + "?x=ü#part")
    assert target.url == "https://hooks.example.com:443/a%20b?x=%C3%BC"
    assert parse("https://[2606:4700::0:1111]/").url == "https://[2606:4700::1111]:443/"
    assert parse("https://bücher.example").host == "xn--bcher-kva.example"


def test_a_number_written_oddly_is_refused_even_where_loopback_is_allowed():
    for host in ("2130706433", "0x7f.1", "127.1", "0177.0.0.1"):
        with pytest.raises(UrlFault):
            parse(f"http://{host}:9000/")
