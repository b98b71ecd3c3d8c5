import pytest

from app.portal import masking, wording, words


@pytest.mark.parametrize(
    ("field", "value", "shown"),
    [
        ("email", "j.patel@example.co.uk", "j••••@example.co.uk"),
        ("email", '"a@b c"@example.co.uk', '"••••@example.co.uk'),
        ("phone", "+447712345678", "+44 •••• 678"),
        ("phone", "1234", "••••"),
        ("first_name", "James", "J••••"),
        ("postal_code", "sw1a 1aa", "sw1a ••••"),
        ("postal_code", "90210", "902 ••••"),
        ("ip", "203.0.113.42", "203.0.113.••••"),
        ("ip", "2001:db8::1", "2001:db8::••••"),
        ("consent_token", "ct_abc", "••••"),
        ("deposit_gbp", 70000, "70000"),
        ("notes", "call me on 07712 345678", "••••"),
        ("notes", "write to a@b.example", "••••"),
        ("landing_page_url", "https://example.com/x", "https://example.com/x"),
        ("consent_at", "2026-02-09T07:42:18+00:00", "2026-02-09 07:42:18 UTC"),
        ("move_date", "2026-02-09", "2026-02-09"),
        ("homeowner", True, "yes"),
        ("city", None, ""),
    ],
)
def test_a_value_tells_rows_apart_and_not_who_it_is(field: str, value: object, shown: str):
    assert masking.masked(field, value) == shown


def test_a_field_that_its_schema_guards_is_hidden():
    assert masking.masked("shoe_size", "44", frozenset({"shoe_size"})) == "••••"
    assert masking.is_guarded("shoe_size", "44", frozenset({"shoe_size"}))
    assert not masking.is_guarded("shoe_size", "44")


def test_another_spelling_of_one_moment_is_no_change():
    changes = {"consent_at": ["2026-02-09T07:42:18Z", "2026-02-09T07:42:18+00:00"], "phone": ["077", "+4477"]}
    assert not masking.is_changed("consent_at", changes)
    assert masking.is_changed("phone", changes)
    assert not masking.is_changed("city", changes)


@pytest.mark.parametrize(
    ("fields", "shown"),
    [
        ({"first_name": "James", "last_name": "Patel"}, "J•••• P••••"),
        ({"last_name": "Patel"}, "P••••"),
        ({"email": "j@x.example"}, "j••••@x.example"),
        ({}, "–"),
    ],
)
def test_a_person_in_a_list(fields: dict[str, str], shown: str):
    assert masking.person(fields) == shown


@pytest.mark.parametrize(
    ("ms", "shown"),
    [(None, "–"), (2.74, "2.7 ms"), (0.0, "0 ms"), (214.2, "214 ms"), (1400, "1.4 s"), (200_000, "3 min")],
)
def test_durations(ms: float | None, shown: str):
    assert wording.lasted(ms) == shown


def test_counts_and_labels():
    assert wording.counted(1, "lead") == "1 lead"
    assert wording.counted(1284, "lead") == "1,284 leads"
    assert wording.counted(2, "try", "tries") == "2 tries"
    assert words.label("first_name") == "First name"
    assert words.label("property_value_gbp") == "Property value GBP"
    assert words.status("lead", "no_such").word == "No such"
    assert wording.said("connect_failed: The connection was refused.") == "The connection was refused."
    assert wording.said("Plain: text of two words: x y") == "text of two words: x y"


def test_every_state_has_a_word_and_one_of_six_tones():
    for table in words.TABLES.values():
        for status in table.values():
            assert status.word
            assert status.tone in {"neutral", "good", "notice", "bad", "live", "muted"}
