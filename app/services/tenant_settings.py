"""What an operation chooses for itself: name, zone, webhooks' prefix, who needs a second factor, what is kept.

Every choice here has an effect somewhere; what a campaign, an offer or a publisher decides stands with those.
"""

from __future__ import annotations

import re
from datetime import datetime
from typing import Any
from zoneinfo import available_timezones

from sqlalchemy import select

from app.db import db
from app.domain.actor import Actor, Role
from app.models.tenants import Tenant
from app.services import catalogue_edits
from app.services.catalogue_edits import Terms
from app.services.changes import only_staff
from app.services.contract_faults import Faulty

SECOND_FACTOR, KEEP_DELIVERIES, KEEP_MESSAGES = "require_second_factor", "keep_deliveries_days", "keep_messages_days"
COLUMNS = ("name", "zone", "webhook_prefix")
CHOICES = (SECOND_FACTOR, KEEP_DELIVERIES, KEEP_MESSAGES)
TERMS = (*COLUMNS, *CHOICES)
LONGEST_NAME = 80
LEAST_DAYS, MOST_DAYS = 30, 3650
_PREFIX = re.compile(r"[A-Za-z][A-Za-z0-9]*(-[A-Za-z0-9]+)*", re.ASCII)
_LONGEST_PREFIX = 40


def current(actor: Actor) -> dict[str, Any]:
    """The choices as they stand. Raises NotAllowed."""
    only_staff(actor)
    return _terms(_load(actor))


def change(actor: Actor, wanted: Terms, seen: str, *, now: datetime) -> bool:
    """Put these choices in the place of those seen under the mark ``seen``; whether anything was different.

    Terms that are left out stay. Raises NotAllowed, Faulty, and Stale where somebody was quicker.
    """
    only_staff(actor)
    if faults := tuple(_faults(wanted)):
        raise Faulty(faults)
    tenant = _load(actor, lock=True)
    before = _terms(tenant)
    after = {term: wanted[term] for term in catalogue_edits.moved(before, wanted, seen)}
    if not after:
        return False
    for name in COLUMNS:
        setattr(tenant, name, after.get(name, before[name]))
    chosen = dict(tenant.choices) | {name: value for name, value in after.items() if name in CHOICES}
    tenant.choices = {name: value for name, value in chosen.items() if value not in (None, [])}
    catalogue_edits.written(actor, ("tenant", tenant.id), before, after, now=now)
    return True


def roles_required(choice: object) -> list[str]:
    """The roles that the stored choice asks a second factor of; true means everybody."""
    known = [str(role) for role in (Role.SUPERADMIN, Role.ADMIN, Role.BUYER, Role.PUBLISHER)]
    if isinstance(choice, list | tuple):
        return [role for role in known if role in choice]
    return known if choice is True else []


def _load(actor: Actor, *, lock: bool = False) -> Tenant:
    statement = select(Tenant).where(Tenant.id == actor.tenant_id).execution_options(populate_existing=True)
    return db.session.scalars(statement.with_for_update() if lock else statement).one()


def _terms(tenant: Tenant) -> dict[str, Any]:
    kept = {name: tenant.choices.get(name) for name in (KEEP_DELIVERIES, KEEP_MESSAGES)}
    required = roles_required(tenant.choices.get(SECOND_FACTOR))
    return {name: getattr(tenant, name) for name in COLUMNS} | {SECOND_FACTOR: required} | kept


def _faults(wanted: Terms) -> list[tuple[str, str]]:
    """What cannot be, each by its term with a sentence."""
    found = []
    name = wanted.get("name", "-")
    if not name.strip() or len(name) > LONGEST_NAME or not name.isprintable():
        found.append(("name", f"A name has 1 to {LONGEST_NAME} characters, all on one line."))
    if wanted.get("zone", "UTC") not in available_timezones():
        found.append(("zone", "This is no time zone, such as Europe/London."))
    prefix = wanted.get("webhook_prefix", "Switchyard")
    if len(prefix) > _LONGEST_PREFIX or not _PREFIX.fullmatch(prefix):
        found.append(
            ("webhook_prefix", "A prefix is letters and digits, with hyphens between, and begins with a letter.")
        )
    if set(wanted.get(SECOND_FACTOR, ())) - set(roles_required(choice=True)):
        found.append((SECOND_FACTOR, "Choose among the roles shown."))
    for term in (KEEP_DELIVERIES, KEEP_MESSAGES):
        days = wanted.get(term)
        if days is not None and not LEAST_DAYS <= days <= MOST_DAYS:
            found.append((term, f"Keep them for {LEAST_DAYS} to {MOST_DAYS:,} days, or for ever."))
    return found
