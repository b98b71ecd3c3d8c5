"""What a face read out of a request: the one form in which every dialect hands a lead to intake."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any
from uuid import UUID


@dataclass(frozen=True, slots=True)
class Submission:
    """Values under domain names. ``extra``: the sender's own object, verbatim.

    ``faults``: (field, sentence) pairs for what the face could not read at all.
    """

    vertical_key: str | None
    campaign_id: UUID | None
    values: dict[str, Any]
    extra: dict[str, Any]
    dialect: str
    request_id: str
    caller_ip: str
    faults: tuple[tuple[str, str], ...] = ()
    sub_id: str | None = None
