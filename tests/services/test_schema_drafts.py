"""A schema as typed: every fault at its row and column, and what is ours stays ours."""

from __future__ import annotations

from dataclasses import replace

import pytest

from app.domain.fields import Schema
from app.domain.presets import EXTRAS, INTAKE, PING_POST, direct
from app.services import schema_drafts
from app.services.schema_drafts import FieldDraft

BASE = direct("mortgages")


def read(*rows: FieldDraft):
    return schema_drafts.read([*schema_drafts.opened(BASE), *rows], BASE)


def faults(*rows: FieldDraft) -> list[tuple[int, str]]:
    return [(fault.row - len(BASE.fields), fault.column) for fault in read(*rows)[1]]


@pytest.mark.parametrize("schema", [*(direct(key) for key in sorted(EXTRAS)), PING_POST, INTAKE])
def test_an_untouched_schema_comes_back_as_it_was(schema: Schema):
    assert schema_drafts.read(schema_drafts.opened(schema), schema) == (schema, ())


def test_a_good_row_becomes_a_field():
    schema, none = read(FieldDraft("loan_purpose", "Purpose", "enum", post=True, choices="home\n\n buy to let \n"))
    assert not none
    assert schema is not None
    field = schema.fields[-1]
    assert (field.name, field.enum, field.required_on_post, field.system) == (
        "loan_purpose", ("home", "buy to let"), True, False,
    )  # fmt: skip


@pytest.mark.parametrize(
    ("row", "column"),
    [
        (FieldDraft("9lives"), "name"),
        (FieldDraft(""), "name"),
        (FieldDraft("email"), "name"),
        (FieldDraft("x", type="colour"), "type"),
        (FieldDraft("x", type="enum"), "choices"),
        (FieldDraft("x", choices="a"), "choices"),
        (FieldDraft("x", type="enum", choices="a\nA"), "choices"),
        (FieldDraft("x", type="integer", min="ten"), "min"),
        (FieldDraft("x", type="integer", min="9", max="1"), "max"),
        (FieldDraft("x", type="decimal", max="NaN"), "max"),
        (FieldDraft("x", min="1"), "min"),
        (FieldDraft("x", type="date", max_length="3"), "max_length"),
        (FieldDraft("x", max_length="0"), "max_length"),
        (FieldDraft("x", min_length="5", max_length="4"), "max_length"),
        (FieldDraft("x", pattern="(unclosed"), "pattern"),
        (FieldDraft("x", type="boolean", pattern="^a"), "pattern"),
    ],
)
def test_what_cannot_be_is_said_at_its_column(row: FieldDraft, column: str):
    assert (0, column) in faults(row)


def test_two_new_fields_of_one_name_are_one_too_many():
    assert faults(FieldDraft("x"), FieldDraft("x")) == [(1, "name")]


def test_what_is_ours_cannot_go_nor_change_its_type_nor_its_mark():
    rows = schema_drafts.opened(BASE)
    without, [fault] = schema_drafts.read(rows[1:], BASE)
    assert (without, "first_name" in fault.sentence) == (None, True)
    turned = [replace(rows[0], type="integer"), *rows[1:]]
    assert [(fault.row, fault.column) for fault in schema_drafts.read(turned, BASE)[1]] == [(0, "type")]
    bared, none = schema_drafts.read([replace(rows[0], pii=False, system=False), *rows[1:]], BASE)
    assert (bared, none) == (BASE, ())
