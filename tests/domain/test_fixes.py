"""Advice for publishers: complete, and discreet."""

from app.domain.fixes import FIXES, fix
from app.domain.reasons import BY_CODE, Audience


def test_every_reason_that_publishers_are_told_has_advice_and_no_other():
    told = {code for code, reason in BY_CODE.items() if reason.seen_by(Audience.PUBLISHER)}
    assert set(FIXES) == told


def test_advice_is_a_sentence_that_adds_something_to_the_reason():
    for code, advice in FIXES.items():
        assert advice.endswith("."), code
        assert advice != BY_CODE[code].sentence, code


def test_a_reason_that_is_not_for_publishers_has_no_advice():
    assert fix("outbid") == ""
