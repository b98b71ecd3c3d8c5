"""The ready schemas hold what their dialects print."""

import pytest

from app.domain import presets
from app.domain.fields import Schema, check
from app.domain.reading import Type

PING = {
    "sub_id": "publisher_123", "pub_id": "publisher_123", "email": "sam.carter@example.com", "phone": "3105550102",
    "postal_code": "90210", "region": "CA", "ip": "192.168.1.10", "user_agent": "Mozilla/5.0",
    "certificate": "https://cert.trustedform.com/abc123", "leadid": "JRN-2D8BC3A4E5F6",
    "consent_text": "By clicking submit, I agree to be contacted.", "landing_page_url": "https://example.com/quote",
}  # fmt: skip


def missing(schema: Schema, values: dict[str, str], stage: str) -> set[str]:
    return {fault.field for fault in check(schema, values, stage).faults}  # type: ignore[arg-type]


def test_a_ping_needs_what_the_exchange_table_requires_on_ping() -> None:
    assert missing(presets.PING_POST, PING, "ping") == {"city", "unique_identifier"}
    assert missing(presets.PING_POST, {}, "ping") == {
        "sub_id", "pub_id", "email", "postal_code", "city", "region", "ip", "user_agent", "certificate", "leadid",
        "consent_text", "landing_page_url", "unique_identifier",
    }  # fmt: skip


def test_a_post_needs_what_the_exchange_table_requires_on_post() -> None:
    assert missing(presets.PING_POST, {}, "post") == {
        "first_name", "last_name", "email", "phone", "postal_code", "street_address", "city", "region", "ip",
        "certificate", "consent_text",
    }  # fmt: skip


@pytest.mark.parametrize("vertical", presets.EXTRAS)
def test_a_direct_lead_needs_a_name_and_both_contacts_in_every_vertical(vertical: str) -> None:
    assert missing(presets.direct(vertical), {}, "post") == {"first_name", "last_name", "email", "phone"}


def test_the_fourteen_verticals_have_fields_of_their_own() -> None:
    assert len(presets.EXTRAS) == 14
    assert presets.direct("mortgages").fields[-4].name == "property_value_gbp"
    assert presets.direct("unheard-of") == presets.COMMON


def test_an_intake_form_is_never_turned_away_for_what_it_leaves_out() -> None:
    assert not missing(presets.INTAKE, {}, "post")
    [phone] = [field for field in presets.INTAKE.fields if field.name == "phone"]
    assert phone.type is Type.STRING


@pytest.mark.parametrize("schema", [presets.PING_POST, presets.INTAKE, *map(presets.direct, presets.EXTRAS)])
def test_every_preset_survives_being_stored_and_labels_its_fields(schema: Schema) -> None:
    assert Schema.from_json(schema.to_json()) == schema
    assert all(field.label for field in schema.fields)
