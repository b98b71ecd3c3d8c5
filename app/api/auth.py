"""Who calls the canonical API: a Bearer key of the kind ``router``, counted, bound to a tenant and a role."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime

from flask import request

from app.api.endpoint import Operation
from app.domain.actor import Actor
from app.services import access as accesses
from app.services.access import Access
from app.transaction import read_only, transaction
from app.web import rate
from app.web.context import request_id
from app.web.problem import Problem

PER_MINUTE = 1000
_CHALLENGE = {"WWW-Authenticate": "Bearer"}
_REFUSALS = {
    "missing": ("missing_credentials", "Send your key as: Authorization: Bearer <key>."),
    "unknown": ("invalid_key", "The key is not known; check that the whole of it was copied."),
    "revoked": ("revoked_key", "The key has been revoked; send with the one that took its place."),
}


def authenticated(operation: Operation, now: datetime) -> Actor:
    """The actor behind the request, after its key was counted and its role allowed; raises Problem."""
    access = _open(now)
    rate.count(
        f"router:{access.tenant.id}:{access.key.id}", (access.key.requests_per_minute or PER_MINUTE, rate.MINUTE)
    )
    _note(access, now)
    if access.actor.role not in operation.roles:
        allowed = ", ".join(operation.wire_roles)
        raise Problem(403, "forbidden", f"This operation is for keys of these roles: {allowed}.")
    return replace(access.actor, request_id=request_id())


def _open(now: datetime) -> Access:
    try:
        with read_only():
            return accesses.by_key("router", _bearer(), now)
    except accesses.Refused as refusal:
        code, sentence = _REFUSALS[refusal.code]
        raise Problem(401, code, sentence, headers=_CHALLENGE) from None


def _note(access: Access, now: datetime) -> None:
    """That the key is in use, for whoever wonders whether it may be revoked: reading is use as well."""
    if accesses.is_use_noted(access):
        return
    with transaction():
        accesses.note_use(access, now)


def _bearer() -> str | None:
    scheme, _, key = request.headers.get("Authorization", "").partition(" ")
    return key.strip() if scheme.lower() == "bearer" else None
