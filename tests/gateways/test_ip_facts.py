"""What addresses tell: the built-in ranges, and a file whose longest prefix wins."""

from __future__ import annotations

import pytest

from app.gateways.ip_facts import UNKNOWN, IpFacts, IpFactsFileFault, IpFactsTable, NullIpFacts

FILE = """cidr,country,org,datacenter,region
203.0.112.0/20,gb,Broad Telecom,no
81.2.0.0/16,GB,Home Broadband,0,England
81.2.69.0/24,GB,Cloud One,yes,London
81.2.69.160/32,FR,"Odd, one",true

2a00:1450::/32,IE,Cloud Two,1
10.1.0.0/16,ZA,Branch office,no
"""


@pytest.fixture
def table(tmp_path):
    path = tmp_path / "facts.csv"
    path.write_text(FILE)
    return IpFactsTable.from_file(str(path))


@pytest.mark.parametrize(
    "ip", ["10.0.0.1", "127.0.0.1", "::1", "fe80::1", "169.254.169.254", "::ffff:192.168.0.1", "100.64.0.1"]
)
def test_private_and_special_addresses_are_recognised_without_a_file(ip):
    assert IpFactsTable().lookup(ip) == IpFacts(is_private=True)


@pytest.mark.parametrize("ip", ["8.8.8.8", "2606:4700::1111", "", "not an address", "300.1.1.1", "1.2.3.4, 5.6.7.8"])
def test_what_is_not_known_is_unknown(ip):
    assert IpFactsTable.from_file("").lookup(ip) == UNKNOWN


def test_the_longest_prefix_wins(table):
    assert table.lookup("81.2.1.1") == IpFacts("GB", "England", "Home Broadband")
    assert table.lookup("81.2.69.1") == IpFacts("GB", "London", "Cloud One", is_datacenter=True)
    assert table.lookup("81.2.69.160") == IpFacts("FR", "", "Odd, one", is_datacenter=True)
    assert table.lookup("81.3.0.1") == UNKNOWN


def test_both_ip_versions_and_mapped_addresses_are_found(table):
    assert table.lookup("2a00:1450:4001::1").org == "Cloud Two"
    assert table.lookup("2a00:1451::1") == UNKNOWN
    assert table.lookup(" ::ffff:81.2.1.1 ").org == "Home Broadband"


def test_a_file_may_name_a_private_range_and_it_stays_private(table):
    assert table.lookup("10.1.2.3") == IpFacts("ZA", "", "Branch office", is_private=True)
    assert table.lookup("10.2.2.3") == IpFacts(is_private=True)


def test_a_faulty_file_is_refused_with_its_lines():
    fine, host_bits, name, answer, short = (
        ["1.2.3.0/24", "GB", "Fine", "no"],
        ["1.2.3.4/24", "GB", "Host bits", "no"],
        ["1.2.4.0/24", "Britain", "A name", "no"],
        ["1.2.5.0/24", "GB", "An answer", "maybe"],
        ["1.2.6.0/24", "GB"],
    )
    with pytest.raises(IpFactsFileFault) as raised:
        IpFactsTable([fine, host_bits, name, answer, short])
    text = str(raised.value)
    assert all(f"line {number}: " in text for number in (2, 3, 4, 5))
    assert "line 1:" not in text


def test_the_null_variant_knows_what_a_test_tells_it():
    assert NullIpFacts().lookup("8.8.8.8") == UNKNOWN
    assert NullIpFacts({"8.8.8.8": IpFacts("US")}).lookup("8.8.8.8").country == "US"
