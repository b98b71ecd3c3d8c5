"""Front-end files: unpacked from hash-locked carrier wheels, checked one by one, copied under ``var/assets``.

None is in git and none comes from a CDN. The carrier never enters the environment.
"""

from __future__ import annotations

import hashlib
import shutil
import tempfile
from dataclasses import dataclass
from pathlib import Path

from tools.dev.installing import pip_install, run_all
from tools.dev.places import ASSETS, REQUIREMENTS, Halt

LIST = REQUIREMENTS / "assets.sha256"


@dataclass(frozen=True)
class Asset:
    """One line of the list."""

    sha256: str
    name: str
    inside: str


def unpack() -> None:
    """Bring ``var/assets`` to what the list says; nothing is fetched when it already is."""
    assets = read_list()
    if all(_is_right(ASSETS / asset.name, asset) for asset in assets):
        return
    print("Unpacking the front-end files …", flush=True)
    ASSETS.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(prefix="switchyard-assets-") as folder:
        _fetch_carriers(folder)
        for asset in assets:
            _copy(Path(folder) / asset.inside, asset)


def read_list() -> list[Asset]:
    """Every line of ``requirements/assets.sha256`` that is not a comment."""
    lines = [line.split() for line in LIST.read_text().splitlines() if line and not line.startswith("#")]
    return [Asset(*line) for line in lines]


def _fetch_carriers(folder: str) -> None:
    command = [*pip_install(), "--target", folder, "-r", str(REQUIREMENTS / "assets.lock")]
    run_all([command], "The front-end files could not be fetched.")


def _copy(source: Path, asset: Asset) -> None:
    if not _is_right(source, asset):
        raise Halt(f"{asset.inside} is not the file that requirements/assets.sha256 names; nothing was copied from it.")
    shutil.copyfile(source, ASSETS / asset.name)


def _is_right(path: Path, asset: Asset) -> bool:
    return path.is_file() and hashlib.sha256(path.read_bytes()).hexdigest() == asset.sha256
