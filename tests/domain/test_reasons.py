"""The closed list of reasons: complete, readable, and told only to whom it may be told."""

from datetime import UTC, datetime

import pytest

from app.domain import reasons
from app.domain.reasons import Audience, No, Reason, Stage

ALL = list(reasons.BY_CODE.values())


def test_every_constant_is_on_the_list_once() -> None:
    constants = [value for value in vars(reasons).values() if isinstance(value, Reason)]

    assert sorted(map(str, constants)) == sorted(reasons.BY_CODE)
    assert len({reason.code for reason in constants}) == len(constants)


@pytest.mark.parametrize("reason", ALL, ids=str)
def test_a_constant_is_named_after_its_code(reason: Reason) -> None:
    assert getattr(reasons, reason.code.upper()) is reason


@pytest.mark.parametrize("reason", ALL, ids=str)
def test_every_reason_is_one_sentence_for_people(reason: Reason) -> None:
    assert reason.sentence[0].isupper()
    assert reason.sentence.endswith(".")
    assert "_" not in reason.sentence


@pytest.mark.parametrize("reason", ALL, ids=str)
def test_a_publisher_hears_only_what_tells_nothing_about_a_buyer(reason: Reason) -> None:
    told = reasons.told_to_publisher(reason)

    assert told.seen_by(Audience.PUBLISHER)
    assert told is reason or reason.audience in {Audience.BUYER, Audience.ADMIN}


@pytest.mark.parametrize("reason", ALL, ids=str)
def test_the_tenants_staff_may_see_every_reason(reason: Reason) -> None:
    assert reason.seen_by(Audience.ADMIN)


def test_a_buyer_does_not_hear_about_margins_or_intake() -> None:
    assert not reasons.BELOW_MARGIN.seen_by(Audience.BUYER)
    assert not reasons.DUPLICATE.seen_by(Audience.BUYER)
    assert reasons.OUTBID.seen_by(Audience.BUYER)


def test_the_reasons_the_dialects_print_are_there() -> None:
    printed = {
        "duplicate", "suppressed", "schema_validation_failed", "campaign_inactive",
        "source_cap_reached", "no_eligible_buyer", "invalid_ping_id", "ping_id_already_consumed",
        "geo_mismatch", "daily_cap_reached", "buyer_delivery_failed", "downstream_timeout",
        "downstream_invalid_response", "insufficient_balance",
    }  # fmt: skip

    assert printed <= set(reasons.BY_CODE)


def test_a_no_survives_being_stored() -> None:
    until = datetime(2026, 5, 21, tzinfo=UTC)
    bare = No(reasons.DUPLICATE)
    full = No(reasons.DAILY_CAP_REACHED, "20 of 20 leads today", "cap 7", until)

    assert bare.to_json() == {"code": "duplicate"}
    assert No.from_json(bare.to_json()) == bare
    assert No.from_json(full.to_json()) == full


def test_a_no_speaks_its_particulars_before_the_general_sentence() -> None:
    assert No(reasons.GEO_MISMATCH, "state NY is not in TX").sentence == "state NY is not in TX"
    assert No(reasons.GEO_MISMATCH).sentence == reasons.GEO_MISMATCH.sentence


def test_an_unknown_code_is_not_taken() -> None:
    with pytest.raises(KeyError):
        No.from_json({"code": "because"})


def test_every_stage_has_reasons() -> None:
    assert {reason.stage for reason in ALL} == set(Stage)
