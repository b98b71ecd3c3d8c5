"""Who acts: the first argument of every use case."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from uuid import UUID


class Role(StrEnum):
    """What an actor is; ``system`` is our own workers."""

    SUPERADMIN = "superadmin"
    ADMIN = "admin"
    BUYER = "buyer"
    PUBLISHER = "publisher"
    SYSTEM = "system"


STAFF = frozenset({Role.SUPERADMIN, Role.ADMIN})
BUYING = STAFF | {Role.BUYER}
SENDING = STAFF | {Role.PUBLISHER}
EVERYBODY = BUYING | SENDING
"""Who something is for. Our own workers are in none of them: they come in by no door."""


@dataclass(frozen=True, slots=True)
class Actor:
    """Somebody acting inside one tenant.

    ``owner_id``: the buyer or publisher they belong to, None for admins and workers. ``principal_id``:
    the user or API key itself, for the audit log and idempotency. ``live``: False marks test traffic.
    ``acting_as``: the user in whose place an admin acts; role and owner are then that user's.
    """

    tenant_id: UUID
    role: Role
    principal_id: UUID
    owner_id: UUID | None = None
    kind: str = "user"
    scopes: frozenset[str] = frozenset()
    live: bool = True
    request_id: str = ""
    acting_as: UUID | None = None

    @property
    def is_admin(self) -> bool:
        """Whether the whole tenant is theirs to see and change."""
        return self.role in STAFF

    def may_see(self, owner_id: UUID | None) -> bool:
        """Whether a row of this owner is theirs: admins and workers see all, others their own."""
        return self.is_admin or self.role is Role.SYSTEM or (owner_id is not None and owner_id == self.owner_id)
