"""Setting up: locked entries are dealt out once each, assets are copied only when they are what the list says."""

from __future__ import annotations

import hashlib

import pytest

from tools.dev import assets, installing, locking, locks
from tools.dev.main import main
from tools.dev.places import ASSETS, PYTHON, ROOT, Halt

LOCK = """\
flask==3.1.3 \\
    --hash=sha256:{0}
tzdata==2026.6 ; sys_platform != "none" \\
    --hash=sha256:{0}
""".format("0" * 64)


def test_a_package_that_two_groups_share_is_dealt_out_once(tmp_path):
    first, second = tmp_path / "a.lock", tmp_path / "b.lock"
    first.write_text(LOCK)
    second.write_text(LOCK + LOCK.replace("flask==3.1.3", "pytest==9.2.0"))
    names = [entry.split("==")[0] for entry in installing.entries([first, second])]
    assert names == ["flask", "tzdata", "pytest"]


def test_an_asset_that_is_not_what_the_list_says_is_not_copied(tmp_path, monkeypatch):
    monkeypatch.setattr(assets, "ASSETS", tmp_path)
    source = tmp_path / "carried.js"
    source.write_text("changed")
    right = hashlib.sha256(b"as released").hexdigest()
    with pytest.raises(Halt, match="not the file"):
        assets._copy(source, assets.Asset(right, "htmx.min.js", "carried.js"))
    assert not (tmp_path / "htmx.min.js").exists()


def test_a_lock_that_names_a_registry_is_refused(tmp_path):
    lock = tmp_path / "runtime.lock"
    lock.write_text("--index" + "-url https://example.org/simple\n" + LOCK)
    with pytest.raises(Halt, match="names a registry"):
        locks._refuse_hosts(lock)


def test_setting_up_leaves_what_an_installation_needs_and_says_what_is_next(capsys):
    assert main(["setup"]) == 0
    assert PYTHON.exists()
    assert all((ASSETS / asset.name).is_file() for asset in assets.read_list())
    said, read_me = capsys.readouterr().out, (ROOT / "README.md").read_text()
    for step in ("app.cli migrate", "app.cli create-tenant", "app.cli serve", "jobs.schedule", "jobs.worker"):
        assert f"python -m {step}" in said
        assert f"python -m {step}" in read_me


def test_a_second_demo_is_told_of_the_first(tmp_path, monkeypatch):
    monkeypatch.setattr(locking, "DEMO_LOCK", tmp_path / "demo.lock")
    with locking.only_demo("Stop it first.") as held:
        held.write("process 7, http://127.0.0.1:8000")
        held.flush()
        with (
            pytest.raises(Halt, match=r"process 7, http://127.0.0.1:8000\). Stop it first\."),
            locking.only_demo("Stop it first."),
        ):
            pass
    with locking.only_demo("Stop it first."):
        assert (tmp_path / "demo.lock").read_text() == ""
