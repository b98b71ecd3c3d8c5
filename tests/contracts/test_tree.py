"""What may not be in the tree: a registry's address, a machine's path, somebody else's code, a promise to finish."""

from __future__ import annotations

import re
from itertools import chain

from tests.support.tree import files, name_of
from tools.dev.locks import GROUPS
from tools.dev.places import REQUIREMENTS

LARGEST = 600_000  # bytes; a screenshot fits, a vendored library does not
HOSTS = re.compile(r"(pypi|pythonhosted|npmjs|jsdelivr|unpkg|cdnjs|debian)\.(org|com|net)")
MACHINE = re.compile(r"(?<![\w.])/(work|root|home/\w+|Users/\w+)/")
UNFINISHED = re.compile(r"\b(TO[D]O|FIX[M]E|X{3}|HA[C]K)\b")  # written so that it does not find itself


def _texts():
    for path in files():
        data = path.read_bytes()
        if b"\0" not in data:
            yield name_of(path), data.decode("utf-8")


def _lines_with(pattern):
    return [
        f"{name}:{number}"
        for name, text in _texts()
        for number, line in enumerate(text.splitlines(), 1)
        if pattern.search(line)
    ]


def test_no_file_names_a_registry_or_a_cdn():
    assert _lines_with(HOSTS) == []


def test_no_file_names_a_path_of_one_machine():
    assert _lines_with(MACHINE) == []


def test_nothing_is_left_to_be_finished_later():
    assert _lines_with(UNFINISHED) == []


def test_no_third_party_code_is_in_the_tree():
    assert [name_of(path) for path in files() if path.stat().st_size > LARGEST] == []
    assert [name_of(path) for path in files() if path.name.endswith((".min.js", ".min.css", ".map", ".whl"))] == []


def test_every_locked_package_has_its_hashes_and_one_version():
    versions = {}
    for group in GROUPS:
        entries = re.split(r"(?m)^(?=[a-z0-9])", (REQUIREMENTS / f"{group}.lock").read_text())
        for entry in filter(str.strip, entries):
            assert "--hash=sha256:" in entry, entry
            name, version = re.match(r"([\w.-]+)==(\S+)", entry).groups()
            versions.setdefault(name, set()).add(version)
    assert {name for name, found in versions.items() if len(found) > 1} == set()


def test_every_asset_of_the_list_has_a_hash_and_a_carrier():
    lines = [line.split() for line in (REQUIREMENTS / "assets.sha256").read_text().splitlines() if line[0] != "#"]
    assert all(len(line) == 3 and re.fullmatch("[0-9a-f]{64}", line[0]) for line in lines)
    assert len(set(chain.from_iterable(line[1:2] for line in lines))) == len(lines)
