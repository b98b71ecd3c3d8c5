"""Scores: whole, bounded, explained, and able to say what the buyer dialect prints."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.domain.scoring import COMPONENTS, DEFAULT, WEIGHTS, ScoreModel, Tier, score

THABO = {
    "first_name": "Thabo", "last_name": "M", "email": "thabo.m@gmail.com", "phone": "+27823456789",
    "phone_valid": True, "email_free": True, "suburb": "Sandton", "region": "Gauteng", "sub_vertical": "installation",
    "service_type": "Solar Installation 10kW+", "budget_range": "R100,000-R150,000", "urgency": "asap",
    "form_fields": 9, "form_filled": 9,
}  # fmt: skip

values = st.none() | st.booleans() | st.integers() | st.text(max_size=8)
some_facts = st.dictionaries(
    st.sampled_from([*THABO, "ip_region", "gclid", "utm_medium", "notes", "consent_token", "ip_is_datacenter"]), values
)


def test_the_printed_example_of_the_buyer_dialect_comes_out() -> None:
    result = score(DEFAULT, THABO)

    assert result.breakdown == {
        "phone_valid": 10, "email_valid": 8, "suburb_match": 8, "budget_provided": 10, "urgency_high": 12,
        "form_complete": 10, "service_specific": 10, "real_name": 8, "organic_source": 6, "intent_score": 5,
    }  # fmt: skip
    assert (result.points, result.tier) == (87, Tier.HOT)


def test_the_ten_maxima_add_up_to_a_hundred() -> None:
    assert len(WEIGHTS) == len(COMPONENTS) == 10
    assert sum(WEIGHTS.values()) == 100


def test_a_perfect_lead_has_all_points() -> None:
    perfect = THABO | {
        "last_name": "Mokoena", "email_free": False, "ip_region": "gauteng", "utm_medium": "organic",
        "consent_token": "ct", "notes": "Please ring after five",
    }  # fmt: skip

    assert score(DEFAULT, perfect).points == 100


@given(some_facts)
def test_every_score_is_a_whole_number_from_0_to_100_and_the_sum_of_its_parts(facts: dict[str, object]) -> None:
    result = score(DEFAULT, facts)

    assert 0 <= result.points <= 100
    assert result.points == sum(result.breakdown.values())
    assert all(0 <= part.points <= part.most for part in result.parts)
    assert all(part.sentence.endswith(".") for part in result.parts)


@pytest.mark.parametrize(
    ("points", "tier"), [(100, "hot"), (80, "hot"), (79, "warm"), (60, "warm"), (59, "qualified"), (0, "qualified")]
)
def test_tiers_begin_at_their_thresholds(points: int, tier: str) -> None:
    assert DEFAULT.tier(points) == tier


@pytest.mark.parametrize(
    ("changed", "name", "points"),
    [
        ({"email_disposable": True}, "email_valid", 1),
        ({"email": ""}, "email_valid", 0),
        ({"phone_valid": False}, "phone_valid", 4),
        ({"phone": None}, "phone_valid", 0),
        ({"ip_region": "Western Cape"}, "suburb_match", 2),
        ({"region": "", "suburb": "Sandton"}, "suburb_match", 5),
        ({"budget_range": " "}, "budget_provided", 0),
        ({"urgency": "This month"}, "urgency_high", 9),
        ({"urgency": "researching"}, "urgency_high", 2),
        ({"form_filled": 3}, "form_complete", 3),
        ({"service_type": ""}, "service_specific", 6),
        ({"last_name": "Thabo"}, "real_name", 2),
        ({"first_name": "x1"}, "real_name", 2),
        ({"gclid": "abc"}, "organic_source", 4),
        ({"ip_is_datacenter": True}, "intent_score", 0),
    ],
)
def test_a_weakness_costs_points_in_its_own_component(changed: dict[str, object], name: str, points: int) -> None:
    assert score(DEFAULT, THABO | changed).breakdown[name] == points


@pytest.mark.parametrize(
    ("weights", "hot", "warm"),
    [
        ({**WEIGHTS, "charm": 0}, 80, 60),
        ({**WEIGHTS, "phone_valid": 11}, 80, 60),
        ({**WEIGHTS, "phone_valid": -10, "email_valid": 30}, 80, 60),
        ({}, 80, 60),
        (WEIGHTS, 60, 60),
        (WEIGHTS, 101, 60),
    ],
)
def test_a_model_that_does_not_hold_together_is_refused(weights: dict[str, int], hot: int, warm: int) -> None:
    with pytest.raises(ValueError, match=r"component|weights|hot"):
        ScoreModel(weights, hot, warm)


def test_a_model_survives_being_stored() -> None:
    model = ScoreModel({"phone_valid": 60, "email_valid": 40}, 70, 30)

    assert ScoreModel.from_json(model.to_json()) == model
    assert ScoreModel.from_json({}) == DEFAULT
    assert score(model, THABO).breakdown == {"phone_valid": 60, "email_valid": 32}
