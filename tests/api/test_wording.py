"""What a refusal says of a value: in our words, naming the field as it was sent."""

from __future__ import annotations

URL = "https://hooks.example.com/leads"
REFUSED = (
    ({}, "url", "Required."),
    ({"url": 5}, "url", "Must be text, in quotation marks."),
    ({"url": URL + "x" * 2048}, "url", "Must have at most 2048 characters."),
    ({"url": URL, "events": "lead.rejected"}, "events", "Must be a list."),
    ({"url": URL, "events": ["lead.rejected"] * 51}, "events", "Must have at most 50 entries."),
    ({"url": URL, "format": "xml"}, "format", "Must be 'publisher', 'buyer' or 'envelope'."),
    ({"url": URL, "colour": "red"}, "colour", "There is no such field here."),
)
LIMITS = (
    ("0", "Must be at least 1."),
    ("101", "Must be at most 100."),
    ("many", "Must be a whole number."),
)


def faults(answer):
    assert answer.status_code == 422
    return {fault["field"]: fault["message"] for fault in answer.json["error"]["details"]}


def test_a_refused_value_is_told_what_it_must_be(call, subtests):
    for body, field, sentence in REFUSED:
        with subtests.test(sentence):
            assert faults(call("partner", "POST", "/webhooks", body))[field] == sentence


def test_a_refused_page_length_is_told_its_bounds(call, subtests):
    for limit, sentence in LIMITS:
        with subtests.test(limit):
            assert faults(call("partner", "GET", f"/webhooks?limit={limit}"))["limit"] == sentence
