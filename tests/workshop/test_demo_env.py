"""What a demo tells its processes: a free port or a sentence, secrets made once, the person's own wishes first."""

from __future__ import annotations

import os
import socket
import stat

import pytest

from app.services import bells
from app.settings import Settings
from tools.dev import demo, demo_env, ports, running
from tools.dev.places import Halt

FIRST = 20_000 + os.getpid() % 80 * 150
"""Ports of this process alone: below those that a system gives to connections, apart from a demo that runs."""


@pytest.fixture
def var(monkeypatch, tmp_path):
    monkeypatch.setattr(demo_env, "VAR", tmp_path)
    monkeypatch.setattr(demo_env, "FIRST_PORT", FIRST)
    monkeypatch.setattr(demo_env, "SIMULATOR_PORT", FIRST + ports.TRIES)
    return tmp_path


@pytest.fixture(autouse=True)
def _nothing_held():
    yield
    ports.let_go()


@pytest.fixture
def taken_port():
    with socket.socket() as server:
        server.bind(("127.0.0.1", 0))
        server.listen()
        yield server.getsockname()[1]


def test_what_a_demo_tells_its_processes_makes_settings(var):
    settings = Settings.from_env(demo_env.environment({}, "unix:///tmp/redis.sock"))
    assert settings.is_demo
    assert settings.on_sqlite
    assert settings.base_url.endswith(str(settings.port))


def test_a_port_that_was_asked_for_and_is_taken_ends_with_a_sentence(taken_port):
    with pytest.raises(Halt, match=f"Port {taken_port} is taken"):
        demo_env.web_port({"PORT": str(taken_port)})


def test_without_a_wish_a_taken_port_leads_to_the_next(taken_port):
    assert ports.hold_next(taken_port) > taken_port


@pytest.mark.parametrize("wish", ["0", "70000", "http", "-1"])
def test_a_port_that_is_none_ends_with_a_sentence(wish):
    with pytest.raises(Halt, match="from 1 to 65535"):
        demo_env.web_port({"PORT": wish})


def test_secrets_are_made_once_and_are_the_persons_alone(var):
    first = demo_env.environment({}, "unix:///tmp/redis.sock")
    assert demo_env.environment({}, "unix:///tmp/redis.sock")["SECRET_KEY"] == first["SECRET_KEY"]
    assert stat.S_IMODE((var / "secrets.json").stat().st_mode) == 0o600


def test_the_fake_buyers_stay_where_stored_contracts_look_for_them(var):
    first = demo_env.simulator_port()
    ports.let_go()
    assert demo_env.simulator_port() == first


def test_two_demos_that_start_together_choose_different_ports(var):
    assert demo_env.web_port({}) != demo_env.web_port({})


@pytest.mark.filterwarnings("ignore:.*fork.*:DeprecationWarning")  # a test process has threads
def test_a_port_is_held_until_its_process_starts_and_never_by_a_sister():
    port = ports.hold_next(FIRST)
    assert not ports.hold(port)
    sister = os.fork()
    if not sister:
        os._exit(len(ports._HELD))
    assert os.waitstatus_to_exitcode(os.waitpid(sister, 0)[1]) == 0
    ports.let_go(port)
    assert ports.hold(port)


def test_what_the_person_has_set_stands(var):
    given = {"DATABASE_URL": "postgresql://db/x", "REDIS_URL": "redis://r", "SWITCHYARD_ENV": "production"}
    made = demo_env.environment(given, "unix:///tmp/redis.sock")
    assert made["DATABASE_URL"] == "postgresql://db/x"
    assert made["REDIS_URL"] == "redis://r"
    assert made["SWITCHYARD_ENV"] == "demo"


def test_a_demo_has_a_worker_for_every_queue():
    assert set(demo.QUEUES) == set(bells.QUEUES)


def test_what_a_demo_stores_is_for_its_owner_alone(tmp_path):
    folder = tmp_path / "var"
    folder.mkdir(mode=0o755)
    (folder / "switchyard.db-wal").touch(mode=0o644)
    kept = os.umask(0o022)
    try:
        running.keep_private(folder)
        (folder / "new").touch()
    finally:
        os.umask(kept)
    modes = {path.name: stat.S_IMODE(path.stat().st_mode) for path in (folder, *folder.iterdir())}
    assert modes == {"var": 0o700, "switchyard.db-wal": 0o600, "new": 0o600}
