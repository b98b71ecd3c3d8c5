"""Values that no page sends are refused or left out, and never break a page or hold the server up."""

from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient

from app.domain.fields import Schema
from app.portal import contract_filters, lead_wishes
from app.portal.contract_filters import Group
from app.portal.contract_typed import NO_AMOUNT, NO_NUMBER, minor, whole
from app.services import contract_faults, schema_drafts
from app.services.schema_drafts import FieldDraft
from tests.portal.people import Person, token_on
from tests.portal.things import Things
from tests.support.world import World

FORMS = (
    ("/search", "find"), ("/palette", "find"), ("/leads/views", "view-name"), ("/suppressions/new", "name"),
    ("/changes/{change_id}/approve", "message"), ("/publishers/{publisher_id}/keys/new", "name"),
)  # fmt: skip
QUERIES = ("/applications?q=", "/audit?action=", "/buyers?name=", "/contracts?name=", "/users?name=", "/leads?person=")


@pytest.mark.parametrize(("path", "name"), FORMS)
def test_a_form_with_nul_is_refused_and_not_broken_by_it(alice: Person, things: Things, path: str, name: str):
    answer = alice.post(path.format(**things), {name: "a\0b"})
    assert answer.status_code == 400
    assert "NUL" in answer.text
    assert alice.post(path.format(**things), {"a\0b": "x"}).status_code == 400


@pytest.mark.parametrize("path", QUERIES)
def test_an_address_with_nul_is_refused_and_not_broken_by_it(alice: Person, path: str):
    answer = alice.get(f"{path}a%00b")
    assert answer.status_code == 400
    assert "NUL" in answer.text


def test_open_forms_refuse_nul_too(client: FlaskClient, world: World):
    token = token_on(client.get("/apply").text)
    for path in ("/apply", "/forgot", "/login"):
        answer = client.post(path, data={"csrf_token": token, "email": "a\0@example.com", "traffic": "\0" * 30})
        assert answer.status_code == 400, path


def test_the_api_refuses_nul_in_its_own_shape(client: FlaskClient, world: World):
    answer = client.get("/api/v1/contracts?name=a%00b")
    assert answer.status_code == 400
    assert answer.json is not None
    assert answer.json["error"]["code"] == "bad_request"


def test_a_search_for_a_book_finds_nothing(alice: Person):
    answer = alice.post("/search", {"find": "x" * 70_000})
    assert answer.status_code == 303
    assert answer.location == "/search?missed=text"


def groups(wide: int, deep: int, prefix: str = "f") -> dict[str, str]:
    """A form of nothing but groups within groups."""
    form = {f"{prefix}.mode": "all"}
    for number in range(wide if deep else 0):
        form |= groups(wide, deep - 1, f"{prefix}.{number}")
    return form


def counted(group: Group) -> int:
    return sum(1 + (counted(part) if isinstance(part, Group) else 0) for part in group.parts)


class Walked(dict[str, str]):
    """A form that counts how often somebody walks through all of its names."""

    walks = 0

    def __iter__(self) -> Any:
        self.walks += 1
        return super().__iter__()


def test_a_filter_of_thousands_of_groups_is_read_in_one_walk_and_cut():
    form = Walked(groups(24, 3))
    assert len(form) > 10_000
    assert counted(contract_filters.read(form, "f")) == contract_filters.MOST
    assert form.walks == 1


def test_a_filter_as_large_as_people_make_them_is_read_whole():
    assert counted(contract_filters.read(groups(7, 3), "f")) == 7 + 49 + 343


@pytest.mark.parametrize("text", ["1e999999999", "-1e999999999", "1e-999999999", "NaN", "sNaN", "Infinity"])
def test_numbers_beyond_all_measure_are_no_amounts(text: str):
    with pytest.raises(ValueError, match=NO_AMOUNT):
        minor(text, "GBP")


@pytest.mark.parametrize("text", ["1e999999999", "1e-999999999", "0", "-1", "NaN", "sNaN", "x"])
def test_a_multiplier_that_no_bid_can_be_compared_by_is_refused(app: Flask, world: World, text: str):
    [(term, _)] = contract_faults.faults_in(world.admin, {}, {"multiplier": text}, "GBP")
    assert term == "multiplier"


@pytest.mark.parametrize("text", ["1e-999999999", "0e-999999999", "0e999999999"])
def test_a_bound_whose_figures_would_fill_the_memory_is_refused(world: World, text: str):
    base = Schema(())
    schema, [fault] = schema_drafts.read([FieldDraft("income", "", "decimal", min=text)], base)
    assert (schema, fault.column) == (None, "min")


@pytest.mark.parametrize("button", ["less:c.", "up:s.", "less:", "theirs:"])
def test_a_button_with_an_endless_number_does_nothing(alice: Person, things: Things, button: str):
    for path in ("contracts/{contract_id}/draft", "offers/{offer_id}", "sources/{source_id}"):
        answer = alice.post(f"/{path}".format(**things), {"do": button + "9" * 5000, "c.0.limit": "1"})
        assert answer.status_code == 200, path


def test_the_live_feed_tells_a_buyer_no_states(app: Flask, bob: Person):
    heard = []

    @app.after_request
    def listen(response: Any) -> Any:
        heard.append(lead_wishes.live_filter().states)
        return response

    bob.get("/live?state=sold")
    assert heard == [()]


@pytest.mark.parametrize("text", ["12,50", "1,2,3", "1,5000", ",500", "1e3", "1_000", "0x10", "NaN", "12.5.0", "٣", ""])
def test_an_amount_that_could_be_meant_otherwise_is_refused(text: str):
    with pytest.raises(ValueError, match=NO_AMOUNT):
        minor(text, "GBP")


@pytest.mark.parametrize("text", ["1,5", "12,50", "1,5000", "1_0", "1e3", "1.0", "9999999999", "٣", ""])
def test_a_number_that_could_be_meant_otherwise_is_refused(text: str):
    with pytest.raises(ValueError, match=NO_NUMBER):
        whole(text)


def test_amounts_and_numbers_as_people_write_them_are_read():
    assert [minor(text, "GBP") for text in ("£1,500.00", "-40", "R 12.5", "1,000,000")] == [150000, -4000, 1250, 10**8]
    assert [whole(text) for text in ("1,500", "-3", "0", "+7")] == [1500, -3, 0, 7]
