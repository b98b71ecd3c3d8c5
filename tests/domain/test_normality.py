"""Is today normal? Said only of what matters and is beyond chance."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.domain.normality import Flow, change, judge, share

THEN = "last Friday by 14:05"
USUAL = Flow(leads=1000, sold=600, unsold=300, rejected=100, revenue_minor=3_000_000, margin_minor=900_000)


def words(today: Flow, before: Flow = USUAL) -> tuple[str, str]:
    found = judge(today, before, THEN)
    return found.word, found.sentence


def test_a_day_like_the_last_is_normal():
    assert words(Flow(1040, 630, 300, 110, 3_100_000, 930_000)) == (
        "normal",
        "1,040 leads, 61 % sold: much as last Friday by 14:05.",
    )


def test_a_day_with_a_third_less_leads_is_quieter():
    assert words(Flow(640, 384, 192, 64, 1_900_000, 570_000)) == (
        "quieter",
        "Fewer leads: 640, 36 % less than last Friday by 14:05.",
    )


def test_a_day_with_half_more_is_busier_and_that_is_no_fault():
    found = judge(Flow(1500, 900, 450, 150, 4_500_000, 1_350_000), USUAL, THEN)
    assert (found.word, found.tone) == ("busier", "notice")


def test_twelve_leads_after_twenty_may_be_chance_and_that_is_said():
    assert words(Flow(12, 7, 3, 2), Flow(20, 12, 6, 2)) == (
        "normal",
        "12 leads, 58 % sold: 40 % less than last Friday by 14:05, which with so few may be chance.",
    )


def test_a_day_that_sells_worse_says_by_how_much():
    assert words(Flow(1000, 410, 490, 100, 2_000_000, 600_000)) == (
        "sells worse",
        "Less is sold: 41 % of the leads, 60 % last Friday by 14:05.",
    )


def test_more_rejected_leads_are_bad_and_fewer_are_good():
    assert judge(Flow(1000, 550, 200, 250, 2_700_000, 810_000), USUAL, THEN).findings[0].word == "rejects more"
    usual = Flow(1000, 500, 200, 300)
    assert judge(Flow(1000, 590, 310, 100), usual, THEN).findings[-1].tone == "good"


def test_a_thinner_margin_is_noticed():
    assert words(Flow(1000, 600, 300, 100, 3_000_000, 540_000)) == (
        "earns less",
        "Less is left: the margin is 18 % of the revenue, 30 % last Friday by 14:05.",
    )


def test_the_worst_finding_names_the_day():
    found = judge(Flow(2000, 700, 1100, 200, 3_500_000, 1_000_000), USUAL, THEN)
    assert [one.word for one in found.findings] == ["sells worse", "busier"]
    assert (found.word, found.tone) == ("sells worse", "bad")


@pytest.mark.parametrize(
    ("today", "before", "sentence"),
    [
        (Flow(), Flow(), "No lead came in so far, and none last Friday by 14:05: there is nothing to compare with."),
        (Flow(1), Flow(), "1 lead so far, and none last Friday by 14:05: there is nothing to compare with."),
        (Flow(3), Flow(5), "Too few leads to judge by: 3 so far, 5 last Friday by 14:05."),
    ],
)
def test_without_enough_to_compare_nothing_is_judged(today: Flow, before: Flow, sentence: str):
    found = judge(today, before, THEN)
    assert (found.tone, found.sentence, found.findings) == ("neutral", sentence, ())


def test_no_lead_at_all_after_a_good_day_is_told():
    assert words(Flow())[0] == "quieter"


def flows() -> st.SearchStrategy[Flow]:
    def whole(parts: tuple[int, int, int, int, int]) -> Flow:
        sold, unsold, rejected, revenue, margin = parts
        return Flow(sold + unsold + rejected, sold, unsold, rejected, revenue, min(margin, revenue))

    number = st.integers(0, 10**7)
    return st.tuples(number, number, number, number, number).map(whole)


@given(flows(), flows())
def test_every_pair_of_days_has_a_verdict(today: Flow, before: Flow):
    found = judge(today, before, THEN)
    assert found.sentence.endswith((".",))
    assert not found.findings or found.findings[0].word == found.word


@given(flows())
def test_a_day_is_like_itself(day: Flow):
    assert not judge(day, day, THEN).findings


def test_shares_and_changes_are_rounded_and_never_divide_by_nought():
    assert (share(1, 3), share(2, 3), share(1, 200), share(0, 0)) == (33, 67, 1, None)
    assert (change(112, 100), change(50, 100), change(1, 0)) == (12, -50, None)
