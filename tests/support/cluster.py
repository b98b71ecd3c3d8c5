"""A PostgreSQL cluster for one test process, made from installed binaries and thrown away afterwards.

It listens on a private socket alone and syncs nothing to disk. PostgreSQL refuses to run as root: then
another account of the machine runs it.
"""

from __future__ import annotations

import os
import pwd
import shutil
import signal
import subprocess
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import psycopg
from psycopg.conninfo import make_conninfo

PLACES = ("/usr/lib/postgresql/*/bin", "/usr/pgsql-*/bin", "/usr/local/pgsql/bin", "/opt/homebrew/opt/postgresql*/bin")
QUICK = ("fsync=off", "synchronous_commit=off", "full_page_writes=off", "listen_addresses=", "max_connections=200")
ACCOUNTS = ("postgres", "nobody")
PATIENCE = 60.0  # seconds


class NoBinaries(Exception):
    """No initdb is installed, or no account may run it."""


@contextmanager
def throw_away_cluster() -> Iterator[str]:
    """Start one; gives the connection string of its superuser."""
    binaries, account = _binaries(), _account()
    folder = Path(tempfile.mkdtemp(prefix="sw-pg-", dir="/tmp"))  # socket paths must be short
    if account:
        shutil.chown(folder, account)
    try:
        _as(account, [binaries / "initdb", "-D", folder / "data", "-U", "postgres", "-A", "trust", "--no-sync"]).wait()
        server = _as(account, [binaries / "postgres", "-D", folder / "data", "-k", folder, *_settings()])
        try:
            yield _reached(make_conninfo(host=str(folder), user="postgres", dbname="postgres"), server)
        finally:
            server.send_signal(signal.SIGINT)  # a fast shutdown: it does not wait for clients
            server.wait(PATIENCE)
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def _binaries() -> Path:
    found = shutil.which("initdb")
    folders = [path for place in PLACES for path in Path("/").glob(place.lstrip("/")) if (path / "initdb").exists()]
    if not found and not folders:
        raise NoBinaries("no initdb is installed")
    return Path(found).parent if found else max(folders, key=lambda path: path.parent.name.zfill(4))


def _account() -> str | None:
    """Who runs it: we ourselves, or where we are root the first of ACCOUNTS that this machine has."""
    if os.geteuid():
        return None
    known = {entry.pw_name for entry in pwd.getpwall()}
    for name in ACCOUNTS:
        if name in known:
            return name
    raise NoBinaries("PostgreSQL does not run as root, and no other account is there")


def _settings() -> list[str]:
    return [word for setting in QUICK for word in ("-c", setting)]


def _as(account: str | None, command: list[str | Path]) -> subprocess.Popen[bytes]:
    quiet = subprocess.DEVNULL
    words = [str(word) for word in command]
    if account is None:
        return subprocess.Popen(words, stdin=quiet, stdout=quiet, stderr=quiet)
    group = pwd.getpwnam(account).pw_gid
    return subprocess.Popen(
        words, stdin=quiet, stdout=quiet, stderr=quiet, user=account, group=group, extra_groups=(), cwd="/"
    )


def _reached(conninfo: str, server: subprocess.Popen[bytes]) -> str:
    """Wait until it answers; NoBinaries when it ends instead."""
    deadline = time.monotonic() + PATIENCE
    while time.monotonic() < deadline and server.poll() is None:
        try:
            psycopg.connect(conninfo, connect_timeout=2).close()
        except psycopg.OperationalError:
            time.sleep(0.05)
        else:
            return conninfo
    raise NoBinaries("a cluster of our own did not start")
