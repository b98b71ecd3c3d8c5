"""Duplicates: which marks a lead must take, and that they name nobody."""

from datetime import UTC, datetime, timedelta
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.domain.dedupe import Base, Claim, DuplicateRule, Match, Scope, buyer_claims, claims, fingerprint
from app.domain.states import LeadState

PUBLISHER, CAMPAIGN = UUID(int=1), UUID(int=2)
KEY = b"k" * 32
MARKS = {kind: fingerprint(kind, value, KEY) for kind, value in {"email": "a@b.co", "phone": "+4477"}.items()}


def test_any_field_alone_makes_a_duplicate_so_each_is_claimed() -> None:
    assert claims(DuplicateRule(), MARKS, PUBLISHER, CAMPAIGN) == (
        Claim(f"publisher:{PUBLISHER}", "email", MARKS["email"]),
        Claim(f"publisher:{PUBLISHER}", "phone", MARKS["phone"]),
    )


def test_all_fields_together_are_one_claim() -> None:
    [claim] = claims(DuplicateRule(match=Match.ALL), MARKS, PUBLISHER, CAMPAIGN)

    assert claim.kind == "email+phone"
    assert len(claim.digest) == 32


def test_a_missing_field_never_matches_another_missing_field() -> None:
    only_mail = {"email": MARKS["email"]}

    assert claims(DuplicateRule(), {}, PUBLISHER, CAMPAIGN) == ()
    assert claims(DuplicateRule(match=Match.ALL), {}, PUBLISHER, CAMPAIGN) == ()
    [alone] = claims(DuplicateRule(match=Match.ALL), only_mail, PUBLISHER, CAMPAIGN)
    assert alone.kind == "email"


@pytest.mark.parametrize(
    ("scope", "written"),
    [(Scope.PUBLISHER, f"publisher:{PUBLISHER}"), (Scope.CAMPAIGN, f"campaign:{CAMPAIGN}"), (Scope.TENANT, "tenant")],
)
def test_a_scope_bounds_where_copies_are_looked_for(scope: Scope, written: str) -> None:
    assert {claim.scope for claim in claims(DuplicateRule(scope=scope), MARKS, PUBLISHER, CAMPAIGN)} == {written}


@given(st.permutations(["email", "phone", "postal_code"]), st.sampled_from(Match))
def test_claims_come_in_one_order_whatever_the_order_of_the_fields(fields: list[str], match: Match) -> None:
    marks = {kind: fingerprint(kind, kind, KEY) for kind in fields}
    rule = DuplicateRule(tuple(fields), match)
    taken = claims(rule, marks, PUBLISHER, CAMPAIGN)

    assert list(taken) == sorted(taken)
    assert taken == claims(DuplicateRule(("email", "phone", "postal_code"), match), marks, PUBLISHER, CAMPAIGN)


def test_a_fingerprint_is_blind_to_case_and_spaces_and_keyed() -> None:
    assert fingerprint("email", " A@B.co ", KEY) == fingerprint("email", "a@b.co", KEY)
    assert fingerprint("email", "a@b.co", KEY) != fingerprint("email", "a@b.co", b"other")
    assert fingerprint("email", "a@b.co", KEY) != fingerprint("name", "a@b.co", KEY)
    assert len(fingerprint("email", "a@b.co", KEY)) == 32


def test_a_buyer_holds_its_people_under_its_own_name() -> None:
    assert [claim.kind for claim in buyer_claims(UUID(int=3), MARKS)] == ["email", "phone"]
    assert {claim.scope for claim in buyer_claims(UUID(int=3), MARKS)} == {f"buyer:{UUID(int=3)}"}


def test_the_window_is_counted_back_from_now() -> None:
    now = datetime(2026, 5, 20, tzinfo=UTC)

    assert DuplicateRule(days=30).since(now) == now - timedelta(days=30)


@pytest.mark.parametrize(
    ("base", "counting"),
    [
        (Base.ALL, set(LeadState)),
        (Base.ACCEPTED, set(LeadState) - {LeadState.REJECTED, LeadState.UNSOLD}),
        (Base.SOLD, {LeadState.SOLD}),
    ],
)
def test_the_base_says_which_earlier_leads_count(base: Base, counting: set[LeadState]) -> None:
    assert {state for state in LeadState if base.counts(state)} == counting


def test_a_rule_survives_being_stored() -> None:
    rule = DuplicateRule(("email",), Match.ALL, 7, Scope.TENANT, Base.SOLD)

    assert DuplicateRule.from_json(rule.to_json()) == rule
    assert DuplicateRule.from_json({}) == DuplicateRule()
