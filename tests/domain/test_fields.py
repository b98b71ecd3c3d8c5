"""Schemas: every fault is found, named by its field, and says how to mend it."""

from collections.abc import Callable
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.domain.fields import Checked, Field, FieldFault, Rule, Schema, SchemaError, check
from app.domain.reading import Type, Unreadable

MORTGAGE = Schema(
    (
        Field("email", Type.EMAIL, required_on_ping=True, required_on_post=True, pii=True, system=True),
        Field("first_name", Type.STRING, required_on_post=True, rule=Rule(min_length=2, max_length=10), pii=True),
        Field("deposit_gbp", Type.INTEGER, rule=Rule(min=Decimal(1), max=Decimal(1000))),
        Field("rate", Type.DECIMAL),
        Field("employment", Type.ENUM, enum=("Employed", "Self-employed")),
        Field("consent_at", Type.DATETIME),
        Field("reference", Type.STRING, rule=Rule(pattern="^AB")),
    )
)


def judged(values: dict[str, Any], stage: Any = "post") -> Checked:
    def begins(pattern: str) -> Callable[[str], bool]:
        return lambda text: text.startswith(pattern.strip("^"))

    return check(MORTGAGE, values, stage, country="GB", compile_pattern=begins)


def codes(values: dict[str, Any], stage: Any = "post") -> dict[str, str]:
    return {fault.field: fault.code for fault in judged(values, stage).faults}


def test_a_field_is_missed_only_at_the_stage_that_requires_it() -> None:
    assert codes({}, "ping") == {"email": "missing"}
    assert codes({}, "post") == {"email": "missing", "first_name": "missing"}


@pytest.mark.parametrize("blank", [None, "", "  \t"])
def test_blank_counts_as_missing(blank: str | None) -> None:
    assert codes({"email": "a@b.co", "first_name": blank}) == {"first_name": "missing"}


def test_every_fault_is_found_at_once() -> None:
    found = codes(
        {
            "email": "nobody", "first_name": "J", "deposit_gbp": 2000, "rate": "high", "employment": "idle",
            "consent_at": "yesterday", "reference": "CD1",
        }
    )  # fmt: skip

    assert found == {
        "email": "not_email", "first_name": "too_short", "deposit_gbp": "too_large", "rate": "not_decimal",
        "employment": "not_enum", "consent_at": "not_datetime", "reference": "pattern",
    }  # fmt: skip


def test_values_are_read_into_their_types() -> None:
    checked = judged(
        {
            "email": "J@X.com", "first_name": "James", "deposit_gbp": "700", "rate": 4.25,
            "employment": "self-EMPLOYED", "consent_at": "2026-02-09T07:42:18Z",
        }
    )  # fmt: skip

    assert checked.faults == ()
    assert checked.values == {
        "email": "j@x.com", "first_name": "James", "deposit_gbp": 700, "rate": Decimal("4.25"),
        "employment": "Self-employed", "consent_at": datetime(2026, 2, 9, 7, 42, 18, tzinfo=UTC),
    }  # fmt: skip


def test_what_no_field_names_is_handed_back_untouched() -> None:
    checked = check(MORTGAGE, {"email": "a@b.co", "first_name": "Jo", "colour": {"deep": [1]}}, "post")

    assert checked.extra == {"colour": {"deep": [1]}}
    assert "colour" not in checked.values


def test_messages_say_the_rule_and_never_the_value() -> None:
    [fault] = check(MORTGAGE, {"email": "a@b.co", "first_name": "Jo", "employment": "secret"}, "post").faults

    assert fault == FieldFault("employment", "Must be one of: Employed, Self-employed.", "not_enum")


def test_a_handed_in_reader_takes_the_place_of_the_plain_one() -> None:
    def unheard_of(_value: object, country: str) -> object:
        raise Unreadable(f"Must be known in {country}.")

    [fault] = check(MORTGAGE, {"email": "a@b.co"}, "ping", country="GB", readers={Type.EMAIL: unheard_of}).faults

    assert fault == FieldFault("email", "Must be known in GB.", "not_email")


def test_long_texts_are_refused_before_any_pattern_sees_them() -> None:
    assert codes({"email": "a@b.co", "first_name": "Jo", "reference": "A" * 256}) == {"reference": "too_long"}


def test_a_pattern_without_an_engine_is_an_error_of_the_program() -> None:
    with pytest.raises(ValueError, match="patterns are not available"):
        check(MORTGAGE, {"email": "a@b.co", "first_name": "Jo", "reference": "AB"}, "post")


def test_a_schema_survives_being_stored() -> None:
    assert Schema.from_json(MORTGAGE.to_json()) == MORTGAGE


@pytest.mark.parametrize(
    ("entry", "said"),
    [
        ({"name": "1st"}, "no field name"),
        ({"name": "a b"}, "no field name"),
        ({}, "no field name"),
        ({"name": "x", "type": "colour"}, "must be one of"),
        ({"name": "x", "type": "enum"}, "has choices"),
        ({"name": "x", "enum": ["a"]}, "has choices"),
    ],
)
def test_a_faulty_field_is_refused_with_its_rule(entry: dict[str, Any], said: str) -> None:
    with pytest.raises(SchemaError, match=said):
        Schema.from_json({"fields": [entry]})


def test_a_field_stands_in_a_schema_once() -> None:
    with pytest.raises(SchemaError, match="once only: email"):
        Schema((*MORTGAGE.fields, Field("email", Type.EMAIL)))


def test_added_fields_replace_those_of_the_same_name_in_place() -> None:
    changed = MORTGAGE.with_fields(Field("email", Type.EMAIL), Field("term_years", Type.INTEGER))

    assert [entry.name for entry in changed.fields] == [*(entry.name for entry in MORTGAGE.fields), "term_years"]
    assert not changed.fields[0].required_on_post


@given(st.dictionaries(st.sampled_from([entry.name for entry in MORTGAGE.fields]), st.text() | st.integers()))
def test_a_value_is_either_read_or_at_fault(values: dict[str, Any]) -> None:
    checked = judged(values)
    at_fault = {fault.field for fault in checked.faults}

    assert not checked.extra
    for name, value in values.items():
        assert name in at_fault or name in checked.values or not str(value).strip()
