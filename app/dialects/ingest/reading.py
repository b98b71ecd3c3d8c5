"""From the dialect's JSON to a Submission: its names to ours, its JSON types checked, nothing lost.

Whether values are good is the schema's to say; here only what could not be handed on is a fault.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from app.adapters.ingest_terms import EXTRA, NOT_TEXT, OUR_NAMES, SECTOR
from app.services.submission import Submission


def submission_of(payload: Mapping[str, Any], request_id: str, caller_ip: str) -> Submission:
    """Everything that was sent. Keys that nobody documented are kept among the extra fields, overriding none."""
    values, faults = _values(payload)
    sector, sector_faults = _sector(payload.get(SECTOR))
    extra, extra_faults = _extra(payload.get(EXTRA))
    known = {*OUR_NAMES, SECTOR, EXTRA}
    unknown = {key: value for key, value in payload.items() if key not in known}
    return Submission(
        vertical_key=sector,
        campaign_id=None,
        values=values,
        extra={**unknown, **extra},
        dialect="ingest",
        request_id=request_id,
        caller_ip=caller_ip,
        faults=(*sector_faults, *faults, *extra_faults),
        sub_id=values.get("sub_id"),
    )


Faults = tuple[tuple[str, str], ...]


def _values(payload: Mapping[str, Any]) -> tuple[dict[str, Any], Faults]:
    """The documented fields that were given, and a fault for each that is not text. Null is not given."""
    given = {ours: payload[theirs] for theirs, ours in OUR_NAMES.items() if payload.get(theirs) is not None}
    faults = tuple((name, NOT_TEXT) for name, value in given.items() if not isinstance(value, str))
    return {name: value for name, value in given.items() if isinstance(value, str)}, faults


def _sector(value: Any) -> tuple[str | None, Faults]:
    """The vertical's key in our spelling: no spaces around it, small letters."""
    if value is None or value == "":
        return None, (("vertical", "Required; name one of your sectors, such as mortgages."),)
    if not isinstance(value, str):
        return None, (("vertical", NOT_TEXT),)
    return value.strip().lower(), ()


def _extra(value: Any) -> tuple[dict[str, Any], Faults]:
    if value is None:
        return {}, ()
    if not isinstance(value, dict):
        return {}, ((EXTRA, "Must be a JSON object, such as {}."),)
    return value, ()
