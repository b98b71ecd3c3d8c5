"""The command line: what it does is there afterwards, and what it refuses it explains."""

from __future__ import annotations

import io
import sys

import pytest
from sqlalchemy import select

from app import cli
from app.db import db, enter_tenant
from app.models.people import User
from app.services import tenants
from tests.support.settings import environment, settings_for

PASSWORD = "seven quiet green trains"


@pytest.fixture
def run(database, redis_url, monkeypatch, capsys):
    """Run a command on the test's database; gives its exit status, its words and its complaints."""
    for name, value in environment(database.owner_url, redis_url).items():
        monkeypatch.setenv(name, value)

    def command(*arguments, stdin=""):
        monkeypatch.setattr(sys, "stdin", io.StringIO(stdin))
        status = cli.main(arguments)
        return status, *capsys.readouterr()

    return command


def test_tables_and_migrations_agree(run):
    assert run("migrate")[0] == 0
    assert run("check-migrations")[0] == 0


def test_a_tenant_and_its_first_admin_are_made(run, app):
    assert run("create-tenant", "acme", "Acme", "--currency", "gbp", "--zone", "Europe/London")[0] == 0
    assert run("create-admin", "acme", "Ann@Example.com", "Ann", stdin=f"{PASSWORD}\n")[0] == 0
    tenant_id = tenants.by_slug("acme")
    enter_tenant(tenant_id)
    user = db.session.scalars(select(User)).one()
    assert (user.email, user.role) == ("ann@example.com", "admin")
    assert PASSWORD not in user.password_hash


@pytest.mark.parametrize(
    ("arguments", "stdin", "words"),
    [
        (("create-tenant", "b", "B", "--currency", "pounds", "--zone", "UTC"), "", "three letters"),
        (("create-tenant", "b", "B", "--currency", "GBP", "--zone", "Mars/Base"), "", "no such time zone"),
        (("create-tenant", "acme", "B", "--currency", "GBP", "--zone", "UTC"), "", "already"),
        (("create-admin", "nobody", "x@example.com", "X"), PASSWORD, "no tenant"),
        (("create-admin", "acme", "x@example.com", "X"), "short", "12 characters"),
    ],
)
def test_what_cannot_be_done_is_said_in_one_sentence(run, arguments, stdin, words):
    run("create-tenant", "acme", "Acme", "--currency", "GBP", "--zone", "Europe/London")
    status, _, complaint = run(*arguments, stdin=stdin)
    assert status == 1
    assert words in complaint
    assert complaint.count("\n") == 1


def test_missing_settings_are_listed(monkeypatch, capsys):
    for name in ("DATABASE_URL", "REDIS_URL", "SECRET_KEY", "ENCRYPTION_KEYS"):
        monkeypatch.delenv(name, raising=False)
    assert cli.main(["migrate"]) == 1
    complaint = capsys.readouterr().err
    assert all(name in complaint for name in ("DATABASE_URL", "REDIS_URL", "SECRET_KEY", "ENCRYPTION_KEYS"))


def test_sqlite_is_served_by_one_process(sqlite):
    assert cli.processes(settings_for(sqlite.url, WEB_PROCESSES="4")) == 1
    assert cli.processes(settings_for("postgresql://localhost/x", WEB_PROCESSES="4")) == 4
