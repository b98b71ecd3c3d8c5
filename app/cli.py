"""The command line: ``python -m app.cli <command>``. Each command parses, calls one service and says what it did."""

from __future__ import annotations

import argparse
import getpass
import importlib
import os
import sys
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import TYPE_CHECKING, Any
from zoneinfo import available_timezones

from alembic.util import CommandError
from sqlalchemy import create_engine
from sqlalchemy.exc import OperationalError
from sqlalchemy.pool import NullPool

from app import clock
from app.db import UnsafeRole, db, enter_tenant, prepare_engine
from app.domain.actor import Actor, Role
from app.extensions import MIGRATIONS
from app.settings import Settings, SettingsError

if TYPE_CHECKING:
    from flask import Flask

LOOPBACK = "127.0.0.1"
GRACE_SECONDS = 40  # the longest time budget of a campaign is 30 s, and its answer must still be written


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one command; the exit status is 0 when it did what was asked."""
    options = _parser().parse_args(arguments)
    command: Callable[[argparse.Namespace], int] = options.run
    try:
        return command(options)
    except (SettingsError, CommandError, UnsafeRole) as error:
        print(error, file=sys.stderr)
        return 1


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m app.cli", description="Switchyard")
    commands = parser.add_subparsers(required=True, metavar="command")
    _add(commands, "migrate", migrate, "bring the database up to date")
    _add(commands, "check-migrations", check_migrations, "fail when tables and migrations disagree")
    serve_ = _add(commands, "serve", serve, "serve the API and the portal")
    serve_.add_argument("--host", default=LOOPBACK, help="address to listen on (default: %(default)s)")
    seed = _add(commands, "seed-demo", seed_demo, "fill an empty database with the demo")
    seed.add_argument("--out", type=Path, required=True, help="where to write the demo's keys and addresses")
    tenant = _add(commands, "create-tenant", create_tenant, "make a tenant")
    tenant.add_argument("slug", help="short name, as in acme")
    tenant.add_argument("name", help="full name")
    tenant.add_argument("--currency", required=True, help="three letters, as in GBP")
    tenant.add_argument("--zone", required=True, help="time zone, as in Europe/London")
    admin = _add(commands, "create-admin", create_admin, "make an admin; the password is asked for, or read from stdin")
    admin.add_argument("tenant", help="the tenant's short name")
    admin.add_argument("email")
    admin.add_argument("name")
    admin.add_argument("--superadmin", action="store_true", help="one who also sees the tenants")
    return parser


def _add(commands: Any, name: str, run: Callable[..., int], told: str) -> argparse.ArgumentParser:
    command: argparse.ArgumentParser = commands.add_parser(name, help=told, description=told)
    command.set_defaults(run=run)
    return command


@contextmanager
def _application() -> Iterator[Flask]:
    """An application with its context pushed; its connections are closed at the end."""
    from app.factory import create_app  # noqa: PLC0415 - --help needs no application

    app = create_app()
    with app.app_context():
        try:
            yield app
        finally:
            db.session.remove()
            db.engine.dispose()


def migrate(_options: argparse.Namespace) -> int:
    """Run every migration that is missing."""
    from alembic import command  # noqa: PLC0415 - only the migrating commands need it

    with _application() as app:
        command.upgrade(app.extensions["migrate"].migrate.get_config(str(MIGRATIONS)), "head")
    print("The database is up to date.")
    return 0


def check_migrations(_options: argparse.Namespace) -> int:
    """Compare the tables in the code with a migrated database; CommandError says what differs."""
    from alembic import command  # noqa: PLC0415 - only the migrating commands need it

    with _application() as app:
        command.check(app.extensions["migrate"].migrate.get_config(str(MIGRATIONS)))
    return 0


def serve(options: argparse.Namespace) -> int:
    """Serve until SIGTERM or SIGINT; requests under way are finished first."""
    from granian import Granian  # noqa: PLC0415 - only this command needs the server
    from granian.constants import Interfaces  # noqa: PLC0415
    from granian.log import LogLevels  # noqa: PLC0415

    settings = Settings.from_env(os.environ)
    ask_role(settings)
    server = Granian(
        "wsgi:app",
        address=options.host,
        port=settings.port,
        interface=Interfaces.WSGI,
        workers=processes(settings),
        blocking_threads=settings.web_threads,
        respawn_failed_workers=True,
        workers_kill_timeout=GRACE_SECONDS,
        log_level=LogLevels.error,  # the application's own logs say what happens; this one only failures
    )
    server.serve()
    return 0


def ask_role(settings: Settings) -> None:
    """Raise UnsafeRole now and not at the first request. A database that is away is waited for later."""
    if settings.on_sqlite:
        return
    engine = create_engine(settings.database_url, poolclass=NullPool, connect_args={"connect_timeout": 5})
    prepare_engine(engine, settings.database_role)
    with suppress(OperationalError):
        engine.connect().close()


def processes(settings: Settings) -> int:
    """SQLite is served by one process: its write turns are fair within one, and only there."""
    return 1 if settings.on_sqlite else settings.web_processes


def seed_demo(options: argparse.Namespace) -> int:
    """Fill the demo and write its keys to ``--out``."""
    with _application():
        importlib.import_module("app.demo.seed").seed(out=options.out)
    return 0


def create_tenant(options: argparse.Namespace) -> int:
    """Make a tenant; refuses a short name that is taken."""
    from app.services import tenants  # noqa: PLC0415 - needs an application
    from app.transaction import transaction  # noqa: PLC0415

    currency = options.currency.upper()
    if not (currency.isascii() and currency.isalpha() and len(currency) == 3):  # noqa: PLR2004 - ISO 4217
        return _failed("A currency has three letters, as in GBP.")
    if options.zone not in available_timezones():
        return _failed("There is no such time zone; one is written as in Europe/London.")
    with _application(), transaction():
        if tenants.by_slug(options.slug):
            return _failed(f"There is a tenant {options.slug!r} already.")
        tenants.create(options.slug, options.name, currency=currency, zone=options.zone, now=clock.now())
    print(f"Tenant {options.slug} is made. Next: create-admin {options.slug} <email> <name>")
    return 0


def create_admin(options: argparse.Namespace) -> int:
    """Make somebody who may sign in and run a tenant."""
    from app.services import tenants, users  # noqa: PLC0415 - needs an application
    from app.transaction import transaction  # noqa: PLC0415

    password = getpass.getpass("Password: ") if sys.stdin.isatty() else sys.stdin.readline().rstrip("\n")
    role = Role.SUPERADMIN if options.superadmin else Role.ADMIN
    with _application(), transaction():
        tenant_id = tenants.by_slug(options.tenant)
        if tenant_id is None:
            return _failed(f"There is no tenant {options.tenant!r}.")
        enter_tenant(tenant_id)
        actor = Actor(tenant_id, Role.SYSTEM, tenant_id, kind="cli")
        try:
            users.add(actor, role=role, email=options.email, name=options.name, password=password, now=clock.now())
        except users.EmailTaken:
            return _failed("Somebody signs in with this address already.")
        except users.WeakPassword as fault:
            return _failed(str(fault))
    print(f"{options.email} may sign in.")
    return 0


def _failed(sentence: str) -> int:
    print(sentence, file=sys.stderr)
    return 1


if __name__ == "__main__":
    sys.exit(main())
