"""Stored reasons on a screen: labels for field names, symbols for amounts, and everything else left alone."""

import pytest

from app.portal.reason_words import plainly, veiled

LABELS = {"deposit_gbp": "Deposit", "state": "State"}


@pytest.mark.parametrize(
    ("stored", "shown"),
    [
        ("deposit_gbp 70000 is under 75000", "Deposit £70,000 is under £75,000"),
        ("deposit_gbp 70000.50 is under 75000", "Deposit £70,000.50 is under £75,000"),
        ("deposit_gbp is missing", "Deposit is missing"),
        ("deposit_gbp 1.234 is under 2", "Deposit 1.234 is under £2"),
        ("state NY is not in TX, FL", "State NY is not in TX, FL"),
        ("ip_country ZA is not in GB", "IP country ZA is not in GB"),
        (
            "state NY is not TX; deposit_gbp 1 is under 2 (any one would do)",
            "State NY is not TX; Deposit £1 is under £2 (any one would do)",
        ),
        (
            "price 38.00 GBP is under the offer's floor of 40.00 GBP",
            "price £38.00 is under the offer's floor of £40.00",
        ),
        ("price 38.00 USD is under", "price 38.00 USD is under"),
        ("closed until Mon 20 Nov 06:00 UTC", "closed until Mon 20 Nov 06:00 UTC"),
        ("5 of 5 taken today", "5 of 5 taken today"),
        ("score 55 is under 60", "score 55 is under 60"),
        ("", ""),
    ],
)
def test_a_reason_is_said_in_labels_and_symbols(stored: str, shown: str):
    assert plainly(stored, LABELS, "GBP") == shown


@pytest.mark.parametrize(
    ("stored", "shown"),
    [
        ("postal_code sw1a 1aa is not in G, EH", "postal_code sw1a •••• is not in G, EH"),
        (
            "state NY is not TX; maiden_name Finch is not in list saints (any one would do)",
            "state NY is not TX; maiden_name •••• is not in list saints (any one would do)",
        ),
        (f"story {'ab ' * 13}a… is not x", "story •••• is not x"),
        ("postal_code is missing", "postal_code is missing"),
        ("postal_code sw1a 1aaa is not in G", "postal_code sw1a 1aaa is not in G"),
        ("5 of 5 taken today", "5 of 5 taken today"),
        ("", ""),
    ],
)
def test_a_reason_names_no_value_that_is_masked_beside_it(stored: str, shown: str):
    fields = {"postal_code": "sw1a 1aa", "state": "NY", "maiden_name": "Finch", "story": "ab " * 20, "city": None}
    assert veiled(stored, fields, frozenset({"maiden_name", "story"})) == shown
