"""Consent is there, not from the future, and not too old."""

from datetime import UTC, datetime, timedelta

import pytest

from app.domain import reasons
from app.domain.consent import ConsentRule, check_consent
from app.domain.reasons import Reason

NOW = datetime(2026, 5, 20, 12, 0, tzinfo=UTC)
STRICT = ConsentRule(token_required=True, max_age=timedelta(days=2))


def found(rule: ConsentRule, token: str, at: datetime | None) -> list[Reason]:
    return [no.reason for no in check_consent(rule, token, at, NOW)]


def test_nothing_is_asked_by_default() -> None:
    assert found(ConsentRule(), "", None) == []
    assert found(ConsentRule(), "", NOW - timedelta(days=4000)) == []


@pytest.mark.parametrize(("ahead", "refused"), [(0, False), (300, False), (301, True)])
def test_a_clock_may_be_five_minutes_ahead(ahead: int, *, refused: bool) -> None:
    expected = [reasons.CONSENT_IN_FUTURE] if refused else []

    assert found(ConsentRule(), "ct", NOW + timedelta(seconds=ahead)) == expected


def test_every_missing_proof_is_named() -> None:
    assert found(STRICT, " ", None) == [reasons.CONSENT_MISSING, reasons.CONSENT_MISSING]


@pytest.mark.parametrize(("hours", "refused"), [(48, False), (48.01, True)])
def test_consent_grows_too_old(hours: float, *, refused: bool) -> None:
    expected = [reasons.CONSENT_TOO_OLD] if refused else []

    assert found(STRICT, "ct", NOW - timedelta(hours=hours)) == expected


def test_sentences_name_the_limit() -> None:
    [too_old] = check_consent(STRICT, "ct", NOW - timedelta(days=3), NOW)
    [hours] = check_consent(ConsentRule(max_age=timedelta(hours=5)), "ct", NOW - timedelta(days=3), NOW)

    assert too_old.sentence == "consent is older than 2 days"
    assert hours.sentence == "consent is older than 5 hours"


@pytest.mark.parametrize("rule", [ConsentRule(), STRICT])
def test_a_rule_survives_being_stored(rule: ConsentRule) -> None:
    assert ConsentRule.from_json(rule.to_json()) == rule
    assert ConsentRule.from_json({}) == ConsentRule()
