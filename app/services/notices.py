"""Mails about what happened to somebody's things: an address switched off, a change asked for, a change decided.

Each is owed in the transaction of what it tells of. They name no person's data and no secret.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime
from types import MappingProxyType
from typing import Any, NamedTuple
from uuid import UUID

from sqlalchemy import ColumnElement, select

from app.db import db
from app.domain.actor import Actor, Role
from app.domain.contract_terms import parts_in
from app.models.contracts import Contract, ContractChange
from app.models.parties import Buyer
from app.models.people import User
from app.models.tenants import Tenant
from app.models.webhooks import Endpoint
from app.services import letters, mails, site


class Text(NamedTuple):
    """A subject and a body with places for words."""

    subject: str
    body: str


SWITCHED_OFF = Text("We switched off a webhook address at {tenant}", """Hello {name},

{why} so we switched it off:

{address}

Nothing more is sent there. What waits is kept. Once the address answers again, switch it on here, and what waits \
goes out:

{page}

{tenant}
""")  # fmt: skip

ASKED = Text("{buyer} asks to change {contract}", """Hello {name},

{buyer} asks to change this of the contract {contract}: {parts}.

It holds once you approve it; until then the present terms do. Compare and decide here:

{page}

{tenant}
""")  # fmt: skip

APPROVED = Text("Your change of {contract} holds now", """Hello {name},

your change of the contract {contract} ({parts}) was approved. The next lead obeys it.{message}

{page}

{tenant}
""")  # fmt: skip

REJECTED = Text("Your change of {contract} was not approved", """Hello {name},

your change of the contract {contract} ({parts}) was not approved; the contract stays as it is.{message}

{page}

{tenant}
""")  # fmt: skip

_WHY: Mapping[str, str] = MappingProxyType({
    "only_failures": "for five days nothing that we sent to this address was taken,",
    "gone": "this address answered that it is gone and wants no more messages (410),",
})  # fmt: skip
_PARTS: Mapping[str, str] = MappingProxyType({
    "status": "pause or resume", "filters": "filters", "caps": "caps", "price": "price", "schedule": "hours",
    "minimum_score": "minimum score",
})  # fmt: skip


def endpoint_switched_off(tenant_id: UUID, endpoint_id: UUID, why: str, *, now: datetime) -> None:
    """Tell the endpoint's owner. ``why``: as the audit log has it."""
    row = db.session.execute(
        select(Endpoint.url, Endpoint.owner_id).where(Endpoint.tenant_id == tenant_id, Endpoint.id == endpoint_id)
    ).one()
    words = {"address": row.url, "why": _WHY[why], "page": site.page(f"/webhooks/{endpoint_id}")}
    _owe(tenant_id, "endpoint_switched_off", _people(tenant_id, row.owner_id), SWITCHED_OFF, words, now)


def change_asked(actor: Actor, row: Contract, change: ContractChange, *, now: datetime) -> None:
    """Tell the tenant's admins that a change waits for one of them."""
    buyer = db.session.scalars(
        select(Buyer.name).where(Buyer.tenant_id == actor.tenant_id, Buyer.id == row.buyer_id)
    ).one()
    words = {
        "buyer": buyer,
        "contract": row.name,
        "parts": _said(change.after),
        "page": site.page(f"/changes/{change.id}"),
    }
    _owe(actor.tenant_id, "change_asked", _people(actor.tenant_id, None), ASKED, words, now)


def change_decided(actor: Actor, change: ContractChange, *, now: datetime) -> None:
    """Tell whoever asked; where that was an API key, everybody of the buyer."""
    name = db.session.scalars(
        select(Contract.name).where(Contract.tenant_id == actor.tenant_id, Contract.id == change.contract_id)
    ).one()
    message = f"\n\nThe message with it:\n\n{change.message}" if change.message else ""
    page = site.page(f"/contracts/{change.contract_id}")
    words = {"contract": name, "parts": _said(change.after), "message": message, "page": page}
    colleagues = _people(actor.tenant_id, change.buyer_id)
    asked_by = [one for one in colleagues if one.id == change.asked_by]
    text = APPROVED if change.status == "approved" else REJECTED
    _owe(actor.tenant_id, f"change_{change.status}", asked_by or colleagues, text, words, now)


def _people(tenant_id: UUID, owner_id: UUID | None) -> list[User]:
    """Everybody who may sign in for a company; the tenant's own staff where there is none."""
    return list(
        db.session.scalars(
            select(User).where(User.tenant_id == tenant_id, User.status == "active", _of(owner_id)).order_by(User.id)
        )
    )


def _of(owner_id: UUID | None) -> ColumnElement[bool]:
    if owner_id is not None:
        return User.owner_id == owner_id
    return User.owner_id.is_(None) & User.role.in_([str(Role.ADMIN), str(Role.SUPERADMIN)])


def _owe(
    tenant_id: UUID, kind: str, people: Iterable[User], text: Text, words: Mapping[str, str], now: datetime
) -> None:
    tenant = db.session.scalars(select(Tenant.name).where(Tenant.id == tenant_id)).one()
    for one in people:
        own = {**words, "name": one.name, "tenant": tenant}
        subject, body = letters.filled(text.subject, **own), letters.filled(text.body, **own)
        mails.owe(tenant_id, kind, to=one.email, subject=subject, body=body, now=now)


def _said(terms: Mapping[str, Any]) -> str:
    return ", ".join(_PARTS[part] for part in parts_in(terms))
