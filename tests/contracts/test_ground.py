"""The ground that other tests stand on: empty databases, real migrations, a private Redis, no network."""

from __future__ import annotations

import socket
import subprocess
from datetime import UTC, datetime

import psycopg
import pytest
import redis
from sqlalchemy import inspect, text

from app.db import Base, db
from tests.support import browser
from tests.support.cluster import throw_away_cluster


def test_the_migrations_make_every_table_of_the_models(app):
    assert set(Base.metadata.tables) <= set(inspect(db.engine).get_table_names())


@pytest.mark.parametrize("turn", ["first", "second"])
def test_a_database_is_empty_at_the_start_of_a_test(app, turn):
    assert db.session.execute(text("select count(*) from sign_in_throttles")).scalar_one() == 0
    row = {"digest": "x", "failures": 1, "updated_at": datetime(2026, 1, 1, tzinfo=UTC)}
    db.session.execute(Base.metadata.tables["sign_in_throttles"].insert().values(row))
    db.session.commit()  # seen by nobody after this test


@pytest.mark.postgres
def test_the_application_has_no_power_but_over_rows(postgres):
    with psycopg.connect(postgres.url.replace("+psycopg", "")) as connection:
        power = connection.execute(
            "select rolsuper, rolbypassrls, rolcreaterole from pg_roles where rolname = current_user"
        ).fetchone()
        assert power == (False, False, False)
        with pytest.raises(psycopg.errors.InsufficientPrivilege):
            connection.execute("create table own (id int)")


def test_the_redis_of_the_tests_is_private_and_emptied(redis_url):
    assert redis_url.startswith("unix://")
    with redis.Redis.from_url(redis_url) as client:
        assert client.dbsize() == 0


def test_nothing_reaches_a_network_but_loopback():
    with socket.socket() as line, pytest.raises(ConnectionRefusedError, match="loopback"):
        line.connect(("192.0.2.1", 80))
    with pytest.raises(socket.gaierror):
        socket.getaddrinfo("buyer.example.com", 443)


@pytest.mark.slow
@pytest.mark.postgres
def test_a_cluster_of_our_own_starts_and_leaves_nothing():
    with throw_away_cluster() as conninfo, psycopg.connect(conninfo) as connection:
        folder = connection.info.host
        assert connection.execute("select 1").fetchone() == (1,)
    assert subprocess.run(["pgrep", "-f", folder], check=False, capture_output=True).stdout == b""


@pytest.mark.browser
def test_a_page_is_read_by_a_real_browser(page):
    wrong = browser.listen(page)
    page.set_content("<html lang='en'><title>Leads</title><main><h1>Leads</h1><img src='/x.png'></main></html>")
    assert page.get_by_role("heading").inner_text() == "Leads"
    assert any(found.startswith("image-alt") for found in browser.barriers(page))
    page.evaluate("console.error('refused')")
    assert wrong == ["refused"]


@pytest.mark.browser
def test_a_browser_reaches_nothing_but_loopback(page):
    with pytest.raises(Exception, match="ERR_NAME_NOT_RESOLVED"):
        page.goto("http://buyer.example.com/")
