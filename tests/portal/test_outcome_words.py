"""One line of a distribution says its outcome once, then why."""

from __future__ import annotations

import re
from types import SimpleNamespace
from uuid import UUID

import pytest
from flask import Flask

from app.domain.eligibility import Outcome
from app.domain.reasons import FILTER_MISMATCH, OUTBID, No


@pytest.mark.parametrize(
    ("outcome", "no", "words"),
    [
        (Outcome.OUTBID, No(OUTBID, "outbid by 2.00 GBP"), "Outbid by £2.00 outbid"),
        (Outcome.OUTBID, No(OUTBID, "equal price, shorter wait"), "Outbid: equal price, shorter wait outbid"),
        (
            Outcome.FILTERED,
            No(FILTER_MISMATCH, "state NY is not in TX"),
            "Filtered: state NY is not in TX filter_mismatch",
        ),
    ],
)
def test_the_outcome_and_its_reason_are_one_sentence(app: Flask, outcome: Outcome, no: No, words: str):
    entry = SimpleNamespace(
        outcome=outcome, contract_id=UUID(int=1), contract="Prime", buyer="Prime", price_minor=4000, currency="GBP",
        rule="",
        reasons=(SimpleNamespace(sentence=no.sentence, code=no.reason.code),),
    )  # fmt: skip
    with app.test_request_context("/"):
        line = app.jinja_env.globals["ui"].contract_line(entry)
    assert " ".join(re.sub(r"<[^>]+>", "", line).split()).endswith(words)
