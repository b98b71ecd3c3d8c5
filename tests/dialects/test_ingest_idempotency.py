"""The same Idempotency-Key gives the first answer again and does nothing twice."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest
from sqlalchemy import func, select, update

from app import clock
from app.db import db, enter_tenant
from app.models.idempotency import IdempotencyKey
from app.models.leads import Lead
from app.models.sales import Sale
from app.services import api_keys, idempotency
from app.transaction import transaction
from app.web import replay
from tests.dialects.conftest import PATH
from tests.dialects.market import lead, person

KEY = {"Idempotency-Key": "order-1"}


def number_of(market, model):
    enter_tenant(market.tenant_id)
    return db.session.scalar(select(func.count()).select_from(model))


def set_key(market, **values):
    with transaction():
        enter_tenant(market.tenant_id)
        db.session.execute(update(IdempotencyKey).values(**values))


@pytest.mark.parametrize("body", [lead(), lead(email="x"), lead(sector="astrology")], ids=["sold", "faulty", "unknown"])
def test_a_repeat_is_the_same_bytes_and_status(post, market, body):
    first, again = post(body, KEY), post(body, KEY)
    assert (again.status_code, again.data) == (first.status_code, first.data)
    assert (first.headers.get("Idempotency-Replayed"), again.headers["Idempotency-Replayed"]) == (None, "true")
    assert again.headers["X-RateLimit-Remaining"] == "118"
    assert number_of(market, Lead) == 1


def test_the_key_comes_before_the_duplicate_rule(post):
    assert post(lead()).status_code == 200
    first, again = post(lead(), KEY), post(lead(), KEY)
    assert (first.status_code, again.status_code) == (409, 409)
    assert again.data == first.data
    assert post(lead(), {"Idempotency-Key": "order-2"}).status_code == 409


def test_the_order_of_keys_in_the_body_does_not_matter(post):
    body = lead()
    first = post(body, KEY)
    assert post(dict(reversed(body.items())), KEY).data == first.data


def test_another_body_is_422_and_touches_nothing(post, market):
    post(lead(), KEY)
    answer = post(person(2), KEY)
    assert answer.status_code == 422
    assert [fault["field"] for fault in answer.json["errors"]] == ["Idempotency-Key"]
    assert number_of(market, Lead) == 1


def test_a_key_is_1_to_255_visible_characters(post, market, subtests):
    for key in ("", " ", "two words", "x" * 256, "caf\xe9"):
        with subtests.test(key[:10]):
            answer = post(lead(), {"Idempotency-Key": key})
            assert answer.status_code == 422
            assert [fault["field"] for fault in answer.json["errors"]] == ["Idempotency-Key"]
    assert number_of(market, Lead) == 0


def test_a_key_of_255_characters_is_taken(post):
    assert post(lead(), {"Idempotency-Key": "~" * 255}).status_code == 200


def test_a_body_that_cannot_be_read_does_not_use_the_key_up(post):
    assert post(b"{", KEY).status_code == 422
    assert post(lead(), KEY).status_code == 200


def test_another_api_key_may_use_the_same_word(post, market):
    new = market.change(lambda admin, now: api_keys.rotate(admin, market.key.id, overlap=timedelta(days=1), now=now))
    assert post(person(1), KEY).status_code == 200
    assert post(person(2), KEY | {"X-API-Key": new.secret}).status_code == 200


def test_answers_are_kept_for_a_day_at_least_and_then_forgotten(post, market):
    post(lead(), KEY)
    enter_tenant(market.tenant_id)
    now = clock.now()
    assert db.session.scalars(select(IdempotencyKey)).one().expires_at > now + timedelta(hours=24)
    assert idempotency.forget_expired(market.tenant_id, now=now) == 0
    assert idempotency.forget_expired(market.tenant_id, now=now + timedelta(days=3)) == 1
    db.session.rollback()


def test_a_key_that_ran_out_may_be_used_again(post, market):
    post(lead(), KEY)
    set_key(market, expires_at=clock.now() - timedelta(seconds=1))
    assert post(person(2), KEY).status_code == 200
    assert number_of(market, Lead) == 2


def test_bodies_are_sealed_in_the_table(post, market):
    answer = post(lead(), KEY)
    enter_tenant(market.tenant_id)
    assert answer.data not in db.session.scalars(select(IdempotencyKey.body)).one()


@pytest.mark.parametrize("body", [lead(), lead(email="x")], ids=["sold", "faulty"])
def test_a_first_that_was_killed_before_its_answer_is_answered_from_its_lead(post, market, body):
    first = post(body, KEY)
    set_key(market, status=None, body=None, created_at=clock.now() - timedelta(minutes=1))
    again, third = post(body, KEY), post(body, KEY)
    assert again.status_code == first.status_code
    if first.status_code == 200:
        assert again.data == first.data
    assert again.headers["Idempotency-Replayed"] == "true"
    assert third.data == again.data
    assert number_of(market, Lead) == 1


def test_a_duplicate_that_was_killed_before_its_answer_still_names_the_first_lead(post, market):
    first = post(lead())
    post(lead(), KEY)
    set_key(market, status=None, body=None, created_at=clock.now() - timedelta(minutes=1))
    again = post(lead(), KEY)
    assert (again.status_code, again.json["lead_id"]) == (409, first.json["lead_id"])


def test_while_the_first_runs_on_the_answer_is_request_in_progress(post, market, monkeypatch):
    monkeypatch.setattr(replay, "WAIT_SECONDS", 0.3)
    post(lead(), KEY)
    set_key(market, status=None, body=None)
    with transaction():
        enter_tenant(market.tenant_id)
        db.session.execute(update(Lead).values(state="received", route_until=clock.now() + timedelta(minutes=1)))
    answer = post(lead(), KEY)
    assert answer.status_code == 409
    assert answer.headers["Retry-After"] == "2"
    assert "Idempotency-Replayed" not in answer.headers
    assert number_of(market, Lead) == 1


def test_fifty_at_once_are_one_lead_and_the_same_bytes(app, market, monkeypatch):
    monkeypatch.setattr(replay, "WAIT_SECONDS", 60)  # what counts is what they hear, however slow the machine

    def send(_number):
        headers = {"X-API-Key": market.key.secret, **KEY}
        return app.test_client().post(PATH, json=lead(), headers=headers)

    with ThreadPoolExecutor(50) as threads:
        answers = list(threads.map(send, range(50)))
    assert {answer.status_code for answer in answers} == {200}
    assert len({answer.data for answer in answers}) == 1
    assert sum("Idempotency-Replayed" in answer.headers for answer in answers) == 49
    assert (number_of(market, Lead), number_of(market, Sale)) == (1, 1)


def test_fifty_copies_at_once_are_one_lead_and_forty_nine_duplicates_of_it(app, market):
    def send(_number):
        return app.test_client().post(PATH, json=lead(), headers={"X-API-Key": market.key.secret})

    with ThreadPoolExecutor(50) as threads:
        answers = list(threads.map(send, range(50)))
    accepted = [answer for answer in answers if answer.status_code == 200]
    refused = [answer for answer in answers if answer.status_code == 409]
    assert (len(accepted), len(refused)) == (1, 49)
    assert {answer.json["lead_id"] for answer in refused} == {accepted[0].json["lead_id"]}
    assert (number_of(market, Lead), number_of(market, Sale)) == (50, 1)
