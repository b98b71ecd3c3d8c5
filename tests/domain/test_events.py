"""Events: a closed list, each kind for those whom it concerns, in bodies that are a contract."""

import json
from datetime import UTC, datetime, timedelta, timezone
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.domain import events
from app.domain.actor import Role
from app.domain.events import (
    BY_NAME,
    EventType,
    Payload,
    allowed_for,
    envelope,
    instant,
    lead_purchased,
    lead_rejected,
    may_subscribe,
    to_bytes,
)
from app.domain.money import Money

AT = datetime(2026, 2, 9, 7, 42, 18, 999_999, tzinfo=UTC)

values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | st.text(),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=5), inner, max_size=4),
    max_leaves=15,
)


def bought(**changes: object) -> Payload:
    told: dict[str, object] = {
        "lead_public_id": "lead_8f3b",
        "vertical_key": "mortgages",
        "buyer_public_id": "buy_77aa",
        "buyer_name": "Zoë & Sons",
        "payout": Money(Decimal(38), "GBP"),
        "at": AT,
        "sub_id": "ab-variant-3",
    }
    return lead_purchased(**(told | changes))  # type: ignore[arg-type]


def names(role: str) -> set[str]:
    return {event.name for event in allowed_for(role)}


def test_the_list_is_closed_and_every_constant_is_on_it() -> None:
    constants = {each for each in vars(events).values() if isinstance(each, EventType)}

    assert constants == set(BY_NAME.values())
    assert list(BY_NAME) == [
        "lead.created", "lead.sold", "lead.rejected", "lead.purchased", "lead.new", "lead.updated",
        "buyer.capped", "contract.updated", "endpoint.test",
    ]  # fmt: skip
    assert all(str(event) == name and event.sentence.endswith(".") for name, event in BY_NAME.items())


def test_each_role_subscribes_to_what_concerns_it() -> None:
    house = {"lead.created", "lead.sold", "lead.rejected", "buyer.capped", "contract.updated"}

    assert names("publisher") == {"lead.purchased", "lead.rejected"}
    assert names("buyer") == {"lead.new", "lead.updated", "buyer.capped", "contract.updated"}
    assert names("admin") == names("superadmin") == names("tenant") == house
    assert names("system") == names("stranger") == set()


@pytest.mark.parametrize("role", Role)
def test_nobody_subscribes_to_a_test_or_to_what_does_not_exist(role: Role) -> None:
    assert not may_subscribe(role, "endpoint.test")
    assert not may_subscribe(role, "lead.eaten")
    assert all(may_subscribe(role, event.name) for event in allowed_for(role))


def test_a_purchase_is_told_byte_for_byte_as_printed() -> None:
    assert to_bytes(bought()) == (
        b'{"event":"lead.purchased","id":"lead_8f3b","sector":"mortgages",'
        b'"buyer":{"id":"buy_77aa","company":"Zo\xc3\xab & Sons"},"price_gbp":38.00,'
        b'"purchased_at":"2026-02-09T07:42:18Z","source_sub_id":"ab-variant-3"}'
    )


def test_a_purchase_without_a_sub_id_keeps_the_key() -> None:
    read = json.loads(to_bytes(bought(sub_id=None)))

    assert list(read) == ["event", "id", "sector", "buyer", "price_gbp", "purchased_at", "source_sub_id"]
    assert list(read["buyer"]) == ["id", "company"]
    assert read["source_sub_id"] is None


def test_a_rejection_is_told_byte_for_byte_as_printed() -> None:
    told = lead_rejected(lead_public_id="lead_8f3b", reason_word="dedupe_30d", at=AT)

    assert to_bytes(told) == (
        b'{"event":"lead.rejected","id":"lead_8f3b","reason":"dedupe_30d","rejected_at":"2026-02-09T07:42:18Z"}'
    )


@pytest.mark.parametrize(
    ("minor", "currency", "printed"),
    [
        (3800, "GBP", b'"price_gbp":38.00,'), (5, "ZAR", b'"price_zar":0.05,'), (0, "USD", b'"price_usd":0.00,'),
        (1200, "JPY", b'"price_jpy":1200,'), (1200, "KWD", b'"price_kwd":1.200,'),
        (10**14, "GBP", b'"price_gbp":1000000000000.00,'),
    ],
)  # fmt: skip
def test_a_price_is_a_number_with_the_places_of_its_currency(minor: int, currency: str, printed: bytes) -> None:
    assert printed in to_bytes(bought(payout=Money.from_minor(minor, currency)))


@given(st.integers(-(10**12), 10**12), st.sampled_from(["GBP", "ZAR", "JPY", "KWD"]))
def test_a_price_comes_back_exactly(minor: int, currency: str) -> None:
    payout = Money.from_minor(minor, currency)
    read = json.loads(to_bytes(bought(payout=payout)), parse_float=Decimal, parse_int=Decimal)

    assert read[f"price_{currency.lower()}"] == payout.amount


def test_the_envelope_counts_whole_milliseconds() -> None:
    told = envelope("lead.created", datetime(2025, 5, 10, 12, 0, 0, 999, tzinfo=UTC), {"leadId": "L-1"})

    assert to_bytes(told) == b'{"event":"lead.created","createdAt":1746878400000,"data":{"leadId":"L-1"}}'
    assert envelope(events.LEAD_SOLD, AT, {})["createdAt"] == 1770622938999


def test_the_envelope_carries_listed_events_only() -> None:
    with pytest.raises(KeyError):
        envelope("lead.eaten", AT, {})


def test_times_are_told_in_utc_whatever_zone_they_came_in() -> None:
    assert instant(AT.astimezone(timezone(timedelta(hours=2)))) == "2026-02-09T07:42:18Z"
    assert to_bytes({"at": AT}) == b'{"at":"2026-02-09T07:42:18Z"}'


def test_a_naive_time_is_never_told() -> None:
    naive = AT.replace(tzinfo=None)

    with pytest.raises(ValueError, match="aware"):
        instant(naive)
    with pytest.raises(ValueError, match="aware"):
        envelope("lead.sold", naive, {})


@given(st.dictionaries(st.text(), values, max_size=5))
def test_bytes_are_what_the_library_would_write_and_read_back(payload: Payload) -> None:
    plain = json.dumps(payload, ensure_ascii=False, separators=(",", ":")).encode("utf-8", "replace")

    assert to_bytes(payload) == plain
    assert json.loads(plain) == payload


def test_half_a_surrogate_pair_does_not_stop_a_body() -> None:
    assert to_bytes({"name": "a\ud800b"}) == b'{"name":"a?b"}'


@pytest.mark.parametrize("number", [float("nan"), float("inf"), Decimal("NaN"), Decimal("-Infinity")])
def test_numbers_that_are_none_are_refused(number: object) -> None:
    with pytest.raises(ValueError, match="JSON"):
        to_bytes({"price": [number]})


@pytest.mark.parametrize("payload", [{"a": object()}, {"a": {1, 2}}, {"a": b"x"}, {1: "a"}])
def test_what_is_not_json_is_refused(payload: Payload) -> None:
    with pytest.raises(TypeError):
        to_bytes(payload)
