"""Addresses that nobody types: a page asked for by them is answered, never broken by them."""

import pytest

from tests.portal.people import Person

ODD = ("//[", "http://[", "/\\[", "//evil.example", "https:evil.example")


@pytest.mark.parametrize("wish", ODD)
def test_an_unreadable_place_to_go_on_to_is_the_front_door(alice: Person, wish: str):
    answer = alice.get("/login", query_string={"next": wish})
    assert answer.status_code == 303
    assert answer.headers["Location"] == "/"


@pytest.mark.parametrize("header", ["Referer", "HX-Current-URL"])
def test_an_unreadable_page_to_go_back_to_is_the_front_door(alice: Person, header: str):
    answer = alice.post("/preferences", {"theme": "dark"}, headers={header: "http://["}, htmx=header != "Referer")
    assert answer.headers.get("Location") or answer.headers["HX-Redirect"] == "/"
    assert answer.status_code < 400
