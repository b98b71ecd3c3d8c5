"""From the token in a cookie to the session it stands for, by its SHA-256."""

from __future__ import annotations

import hashlib
from collections import OrderedDict
from threading import Lock
from uuid import UUID

from sqlalchemy import select

from app.db import db
from app.models.tenants import Lookup

KIND = "session"  # kind of lookup row
REMEMBERED = 4096
_KNOWN: OrderedDict[str, tuple[UUID, UUID]] = OrderedDict()
_GATE = Lock()


def digest_of(token: str) -> str:
    """What is stored of a token."""
    return hashlib.sha256(token.encode()).hexdigest()


def find(digest: str) -> tuple[UUID, UUID] | None:
    """Tenant and session of a digest.

    What a digest stood for never changes, so hits are remembered; whether it still opens that session is asked of the
    session's row each time.
    """
    with _GATE:
        if digest in _KNOWN:
            _KNOWN.move_to_end(digest)
            return _KNOWN[digest]
    row = db.session.execute(
        select(Lookup.tenant_id, Lookup.subject_id).where(Lookup.kind == KIND, Lookup.digest == digest)
    ).first()
    if row is None:
        return None
    with _GATE:
        _KNOWN[digest] = (row.tenant_id, row.subject_id)
        while len(_KNOWN) > REMEMBERED:
            _KNOWN.popitem(last=False)
    return row.tenant_id, row.subject_id
