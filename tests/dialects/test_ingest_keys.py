"""The key: one header, revoked at once in every process, counted exactly."""

from __future__ import annotations

import time
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest
import time_machine
from sqlalchemy import select

from app import clock
from app.db import db, enter_tenant
from app.domain.actor import Actor, Role
from app.models.parties import ApiKey, Publisher
from app.services import api_keys, book, parties
from app.services.changes import NoSuchThing, NotAllowed, Refused
from tests.dialects.conftest import PATH
from tests.dialects.market import lead, open_market, person

NO_GOOD_KEY = (
    ({"X-API-Key": None}, "X-API-Key is missing; send your key in it"),
    ({"X-API-Key": ""}, "X-API-Key is missing"),
    ({"X-API-Key": "pk_live_nobody"}, "is not known; check that the whole of it was copied"),
    ({"X-API-Key": "ключ".encode().decode("latin-1")}, "is not known"),
    ({"X-API-Key": None, "Authorization": "Bearer pk_live_x"}, "Authorization is not accepted"),
    ({"X-API-Key": None, "Authorization": "Basic eDp5"}, "Authorization is not accepted"),
)


def test_without_a_good_key_the_answer_is_401_and_says_why(post, subtests):
    for headers, words in NO_GOOD_KEY:
        with subtests.test(str(headers)):
            answer = post(lead(), headers)
            assert answer.status_code == 401
            assert answer.json.keys() == {"detail", "request_id"}
            assert words in answer.json["detail"]
            assert "X-RateLimit-Limit" not in answer.headers


def test_a_bad_key_is_told_before_a_bad_body(post):
    assert post(b"{", {"X-API-Key": "pk_live_nobody", "Content-Type": "text/plain"}).status_code == 401


def test_a_key_of_another_kind_opens_nothing_here(post, market):
    assert post(lead(), {"X-API-Key": market.router_key(Role.ADMIN)}).status_code == 401


def test_a_key_is_shown_once_and_stored_as_a_digest(market):
    secret = market.key.secret
    assert api_keys.has_form(secret, "ingest")
    assert not api_keys.has_form(secret[:-1] + ("a" if secret[-1] != "a" else "b"), "ingest")
    enter_tenant(market.tenant_id)
    row = db.session.scalars(select(ApiKey)).one()
    assert secret not in str(vars(row))
    assert (row.prefix, row.last4) == ("pk_live_", secret[-4:])


def test_rotation_revokes_the_old_key_at_once(post, market):
    new = market.change(lambda admin, now: api_keys.rotate(admin, market.key.id, now=now))
    refused = post(lead())
    sentence = "The key in X-API-Key has been revoked; send with the one that took its place."
    assert (refused.status_code, refused.json["detail"]) == (401, sentence)
    assert post(lead(), {"X-API-Key": new.secret}).status_code == 200


def test_rotation_with_an_overlap_keeps_the_old_key_until_its_end(post, market, app):
    overlap = timedelta(hours=1)
    new = market.change(lambda admin, now: api_keys.rotate(admin, market.key.id, overlap=overlap, now=now))
    assert post(person(1)).status_code == 200
    assert post(person(2), {"X-API-Key": new.secret}).status_code == 200
    with time_machine.travel(clock.now() + overlap, tick=False):
        assert post(person(3)).status_code == 401
        assert post(person(3), {"X-API-Key": new.secret}).status_code == 200


def test_a_key_revoked_by_another_process_ends_before_anything_is_stored(post, market):
    assert post(person(1)).status_code == 200
    before = dict(book._BOOKS)
    market.change(lambda admin, now: api_keys.revoke(admin, market.key.id, now=now))
    book._BOOKS.update(before)  # this process has not heard of it yet
    assert post(person(2)).status_code == 401


def test_a_key_made_by_another_process_opens_at_once(post, market):
    assert post(person(1)).status_code == 200
    before = dict(book._BOOKS)
    new = market.change(lambda admin, now: api_keys.rotate(admin, market.key.id, overlap=timedelta(days=1), now=now))
    book._BOOKS.update(before)  # this process has not heard of it yet
    assert post(person(2), {"X-API-Key": new.secret}).status_code == 200


def test_a_publisher_resumed_by_another_process_sends_at_once(post, market):
    market.change(lambda admin, now: parties.set_publisher_status(admin, market.publisher_id, "paused", now=now))
    assert post(person(1)).status_code == 403
    before = dict(book._BOOKS)
    market.change(lambda admin, now: parties.set_publisher_status(admin, market.publisher_id, "active", now=now))
    book._BOOKS.update(before)
    assert post(person(1)).status_code == 200


def test_only_staff_makes_keys_and_nobody_touches_another_ones(market, app):
    enter_tenant(market.tenant_id)
    now = clock.now()
    stranger = Actor(market.tenant_id, Role.PUBLISHER, market.key.id, owner_id=market.buyer_id)
    wish = api_keys.Wish("ingest", Role.PUBLISHER, market.publisher_id, "Mine")
    with pytest.raises(NotAllowed):
        api_keys.create(stranger, wish, now=now)
    for work in (api_keys.rotate, api_keys.revoke):
        with pytest.raises(NoSuchThing):
            work(stranger, market.key.id, now=now)
    owner = Actor(market.tenant_id, Role.PUBLISHER, market.key.id, owner_id=market.publisher_id)
    assert api_keys.rotate(owner, market.key.id, now=now).secret
    with pytest.raises(Refused):
        api_keys.rotate(owner, market.key.id, now=now)
    db.session.rollback()


def test_another_tenants_key_is_no_key_to_be_touched(market, app):
    other = open_market(slug="other")
    enter_tenant(other.tenant_id)
    with pytest.raises(NoSuchThing):
        api_keys.revoke(other.admin, market.key.id, now=clock.now())
    db.session.rollback()


def test_an_overlap_is_within_seven_days(market):
    for overlap in (timedelta(seconds=-1), timedelta(days=7, seconds=1)):
        with pytest.raises(Refused):
            market.change(lambda admin, now, wish=overlap: api_keys.rotate(admin, market.key.id, overlap=wish, now=now))


def test_every_answer_to_a_valid_key_shows_the_limit(post):
    answers = [post(lead()), post(lead()), post(b"{"), post(lead(), {"Content-Type": "text/plain"})]
    assert [answer.status_code for answer in answers] == [200, 409, 422, 415]
    assert [answer.headers["X-RateLimit-Remaining"] for answer in answers] == ["119", "118", "117", "116"]
    for answer in answers:
        assert answer.headers["X-RateLimit-Limit"] == "120"
        assert 0 < int(answer.headers["X-RateLimit-Reset"]) - time.time() <= 61
        assert "Retry-After" not in answer.headers


def limit(market, number):
    def set_limit(_admin, _now):
        db.session.scalars(select(Publisher)).one().requests_per_minute = number
        db.session.flush()
        book.touch(market.tenant_id)

    market.change(set_limit)


def test_one_request_too_many_is_429_with_a_time_to_come_back(post, market):
    limit(market, 3)
    assert [post(b"{}").status_code for _ in range(3)] == [422] * 3
    refused = post(lead())
    assert refused.status_code == 429
    assert 1 <= int(refused.headers["Retry-After"]) <= 60
    assert refused.headers["X-RateLimit-Remaining"] == "0"
    assert refused.json.keys() == {"detail", "request_id"}


def test_the_limit_is_exact_when_many_knock_at_once(app, market):
    limit(market, 10)

    def knock(number):
        headers = {"X-API-Key": market.key.secret}
        return app.test_client().post(PATH, json={"number": number}, headers=headers).status_code

    with ThreadPoolExecutor(16) as threads:
        statuses = list(threads.map(knock, range(40)))
    assert sorted(statuses) == [422] * 10 + [429] * 30
