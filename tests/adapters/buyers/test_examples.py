"""Every format of buyers against its examples: one case a JSON file, one runner.

``exemplary`` holds what a format is for, ``supplemental`` the odd corners. A case names the function, its input
and the one right output.
"""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass
from datetime import datetime
from decimal import Decimal
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest

from app.adapters.buyers import FORMATS
from app.adapters.buyers.base import Reading
from app.adapters.buyers.documents import LeadCard, SaleCard, default_body
from app.domain.money import Money

HERE = Path(__file__).parent
CASES = sorted(HERE.glob("exemplary/*.json")) + sorted(HERE.glob("supplemental/*.json"))


@dataclass(frozen=True, slots=True)
class Answer:
    status: int
    body: bytes
    truncated: bool


def _answer(case: dict[str, Any]) -> Answer:
    given = case["answer"]
    body = bytes.fromhex(given["body_hex"]) if "body_hex" in given else given["body"].encode()
    return Answer(given["status"], body, given.get("truncated", False))


def _shown(reading: Reading) -> dict[str, Any]:
    """What differs from the defaults, with the price as text."""
    shown = {name: value for name, value in asdict(reading).items() if value not in (None, "", False)}
    if reading.price is not None:
        assert isinstance(reading.price, Decimal)
        shown["price"] = str(reading.price)
    return shown


def _read(case: dict[str, Any]) -> None:
    wanted = {name: value for name, value in case["reading"].items() if value not in (None, "", False)}
    read = getattr(FORMATS[case["format"]], case["function"])
    assert _shown(read(_answer(case), case.get("rules", {}))) == wanted


def _write(case: dict[str, Any]) -> None:
    wire = getattr(FORMATS[case["format"]], case["function"])(case["document"], case["headers"])
    shown = {"method": wire.method, "headers": dict(wire.headers), "body": wire.body.decode()}
    assert shown == case["wire"]


def _default_body(case: dict[str, Any]) -> None:
    lead, sale = dict(case["lead"]), case["sale"]
    lead |= {"id": UUID(lead["id"]), "received_at": datetime.fromisoformat(lead["received_at"])}
    price = Money.from_minor(sale["price_minor"], sale["currency"])
    document = default_body(LeadCard(**lead), SaleCard(UUID(sale["delivery_id"]), price))
    assert document == case["document"]
    assert list(document) == list(case["document"])


RUN = {
    "read_post": _read,
    "read_ping": _read,
    "write_post": _write,
    "write_ping": _write,
    "default_body": _default_body,
}


@pytest.mark.parametrize("path", CASES, ids=lambda path: f"{path.parent.name}/{path.stem}")
def test_the_example_comes_out_as_written(path: Path):
    case = json.loads(path.read_text(encoding="utf-8"))
    assert case["sentence"].endswith(".")
    RUN[case["function"]](case)


def test_there_are_examples():
    assert len(CASES) > 60
