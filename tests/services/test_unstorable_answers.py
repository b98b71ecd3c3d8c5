"""Answers with characters that no database can hold: they are read and stored all the same, and cost no second try."""

import pytest
from flask import Flask
from multidict import CIMultiDict, CIMultiDictProxy

from app.gateways.http_client import Answer
from app.gateways.outbound.headers import kept
from app.services import deliveries
from tests.services.delivering import attempts, scripted, sold_lead, states, two_buyers, url
from tests.support.world import NOON, World

ODD = "Caf\udce9"
"""What the HTTP library makes of the byte E9."""

ANSWERS = {
    "a header": Answer(200, {"server": ODD}, b'{"status": "accepted"}'),
    "a reference": Answer(200, {}, rb'{"status": "accepted", "reference": "\ud800 7"}'),
    "a reason": Answer(200, {}, rb'{"status": "accepted", "reason": "\udfff"}'),
}


@pytest.fixture
def world(app: Flask) -> World:
    """On both databases: each refuses such text in its own way."""
    return World()


@pytest.mark.parametrize("what", ANSWERS)
def test_half_a_surrogate_pair_costs_no_sale(world: World, what: str):
    two_buyers(world)
    with scripted() as (http, _):
        http.on(url("first"), ANSWERS[what])
        sold_lead(world)
        deliveries.drain(world.tenant_id, NOON)
    assert states() == ("delivered", "sold", "sold")
    [tried] = attempts()
    assert tried.outcome == "delivered"


def test_headers_that_are_no_text_come_back_as_text():
    assert kept(CIMultiDictProxy(CIMultiDict({"Server": ODD}))) == {"server": "Caf?"}
