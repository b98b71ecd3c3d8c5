"""Files of people: text or CSV, whatever is in them; each line is somebody, or says why it is nobody."""

import hashlib

import pytest

from app.adapters import suppression_file
from app.adapters.suppression_file import MOST_LINES, TooLong, Unreadable, read, spellings
from app.domain.suppression import PersonHash


def sha(text: str) -> bytes:
    return hashlib.sha256(text.encode()).digest()


def test_a_line_is_an_address_a_number_or_a_hash():
    upload = read(f" Ann@Example.COM \n07712 345678\n+1 202-555-0143\n{'AB' * 32}\n", "GB")
    assert upload.entries == (
        PersonHash("email", sha("ann@example.com")),
        PersonHash("phone", sha("+447712345678")),
        PersonHash("phone", sha("+12025550143")),
        PersonHash("hash", bytes.fromhex("ab" * 32)),
    )
    assert upload.kinds == {"email": 1, "phone": 2, "hash": 1}
    assert not upload.bad


def test_somebody_twice_counts_once_however_they_are_written():
    upload = read("07712 345678\n+447712345678\nann@example.com\nANN@example.com", "GB")
    assert (len(upload.entries), upload.duplicates) == (2, 2)


@pytest.mark.parametrize(
    ("line", "why"),
    [
        ("nobody", "neither"),
        ("ann@", "not an e-mail"),
        ("@example.com", "not an e-mail"),
        ("12", "not a telephone number"),
        ("+99 12345", "not a telephone number"),
        ("d41d8cd98f00b204e9800998ecf8427e", "not SHA-256"),
        ("x" * 400, "too long"),
    ],
)
def test_a_line_that_is_nobody_is_named_by_its_number(line: str, why: str):
    [bad] = read(f"ann@example.com\n\n{line}\n", "GB").bad
    assert bad.number == 3
    assert why in bad.why
    assert line[:12] not in bad.why or line == "nobody"  # nothing of the line is repeated


def test_the_columns_of_a_csv_are_found_by_their_heads():
    upload = read('Name,E-Mail,Phone\n"Lee, Ann",ann@example.com,07712345678\nBen,,07712345679\n', "GB")
    assert upload.kinds == {"email": 1, "phone": 2}
    assert not upload.bad


@pytest.mark.parametrize("delimiter", [",", ";", "\t"])
def test_whatever_parts_the_columns(delimiter: str):
    assert len(read(delimiter.join(["id", "email"]) + "\n" + delimiter.join(["1", "a@example.com"]), "").entries) == 1


def test_without_heads_the_first_column_counts():
    upload = read("ann@example.com,1234567\nben@example.com,1234568", "GB")
    assert upload.kinds == {"email": 2}


def test_a_quote_that_is_never_closed_costs_one_line():
    upload = read('"ann@example.com\nben@example.com\n', "GB")
    assert len(upload.entries) + len(upload.bad) == 2


def test_a_number_without_its_country_needs_one():
    assert read("07712345678", "").bad
    assert not read("+447712345678", "").bad


def test_a_byte_order_mark_and_odd_bytes_harm_nothing():
    assert len(read("\ufeffemail\nann@example.com\n\x00\x01\n", "GB").entries) == 1


def test_an_upload_has_an_end():
    with pytest.raises(TooLong):
        read("\n" * (MOST_LINES + 1), "GB")


def test_a_number_is_looked_up_as_lists_made_elsewhere_hash_it():
    assert [one.digest for one in spellings("07712 345678", "GB")] == [sha("+447712345678"), sha("447712345678")]
    with pytest.raises(Unreadable):
        spellings("", "GB")


def test_samples_are_few():
    upload = read("\n".join(f"a{number}@example.com" for number in range(50)), "GB")
    assert len(upload.samples) == suppression_file.SAMPLES
