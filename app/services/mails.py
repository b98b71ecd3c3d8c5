"""Mail that is owed: written in the transaction of the change it tells of, sent afterwards, kept to be looked at.

A mail is taken with one conditional UPDATE that moves its next try beyond the send: a process that is killed in
between sends it once more, never nought times. Bodies are sealed, for they may hold one-time links.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from sqlalchemy import select, update

from app.db import db, enter_tenant
from app.domain.actor import Actor
from app.domain.ids import new_id
from app.gateways.kit import kit
from app.gateways.mailer import Letter, NotSent
from app.gateways.secret_box import CannotOpen
from app.models.people import Mail
from app.services import audit, tenants
from app.services.changes import NoSuchThing, Refused, only_staff
from app.transaction import read_only, transaction

PENDING, SENT, KEPT, FAILED = "pending", "sent", "kept", "failed"
RETRIES = (
    timedelta(minutes=1), timedelta(minutes=5), timedelta(minutes=30), timedelta(hours=2), timedelta(hours=8),
)  # fmt: skip
LEASE = timedelta(minutes=2)
"""Longer than one send may take: nobody else tries meanwhile."""

BATCH = 50


@dataclass(frozen=True, slots=True)
class Owed:
    """A mail as it is read again."""

    id: UUID
    kind: str
    to: str
    subject: str
    body: str
    state: str
    attempt: int
    next_at: datetime
    sent_at: datetime | None
    error: str | None
    created_at: datetime


def owe(tenant_id: UUID, kind: str, *, to: str, subject: str, body: str, now: datetime) -> UUID:
    """Write a mail down in the current transaction; the sweeper sends it. Line breaks in a subject become spaces."""
    mail_id = new_id(now, kit().rng)
    sealed = kit().secrets.seal(body.encode(), *_place(tenant_id, mail_id))
    db.session.add(
        Mail(
            tenant_id=tenant_id, id=mail_id, kind=kind, to_email=to, subject=" ".join(subject.split()),
            body_sealed=sealed, next_at=now, created_at=now,
        )
    )  # fmt: skip
    db.session.flush()
    return mail_id


def due(tenant_id: UUID, now: datetime) -> bool:
    """Whether a mail of this tenant waits to be sent."""
    with read_only():
        return bool(_waiting(tenant_id, now, 1))


def drain(tenant_id: UUID, now: datetime) -> int:
    """Send what is due, each in transactions of its own; how many left or were kept."""
    with read_only():
        waiting = _waiting(tenant_id, now, BATCH)
    return sum(_post(tenant_id, mail_id, now) for mail_id in waiting)


def read(actor: Actor, mail_id: UUID) -> Owed:
    """One mail with its text. Raises NotAllowed, NoSuchThing."""
    only_staff(actor)
    return _opened(_load(actor.tenant_id, mail_id))


def open_mailbox(limit: int) -> list[Owed]:
    """The latest mails of every tenant with their texts: for the demo's mailbox alone, which anybody may read."""
    found: list[Owed] = []
    for tenant_id in tenants.all_ids():
        enter_tenant(tenant_id)
        newest = select(Mail).where(Mail.tenant_id == tenant_id).order_by(Mail.created_at.desc(), Mail.id.desc())
        found += [_opened(row) for row in db.session.scalars(newest.limit(limit))]
    enter_tenant(None)
    return sorted(found, key=lambda one: (one.created_at, one.id), reverse=True)[:limit]


def send_again(actor: Actor, mail_id: UUID, *, now: datetime) -> None:
    """Owe a mail that failed, or was only kept, once more. Raises NotAllowed, NoSuchThing, Refused."""
    only_staff(actor)
    mail = _load(actor.tenant_id, mail_id)
    if mail.state not in {FAILED, KEPT}:
        raise Refused("Only a mail that failed or was kept can be sent again.")
    mail.state, mail.attempt, mail.next_at, mail.error = PENDING, 0, now, None
    audit.record(actor, "mail.sent_again", ("mail", mail_id), now=now)


def _waiting(tenant_id: UUID, now: datetime, limit: int) -> list[UUID]:
    found = db.session.scalars(
        select(Mail.id)
        .where(Mail.tenant_id == tenant_id, Mail.state == PENDING, Mail.next_at <= now)
        .order_by(Mail.next_at)
        .limit(limit)
    )
    return list(found)


def _post(tenant_id: UUID, mail_id: UUID, now: datetime) -> int:
    """Take one mail, send it with no transaction open, write down what became of it."""
    try:
        with transaction():
            mail = _taken(tenant_id, mail_id, now)
    except CannotOpen:
        with transaction():  # its key is gone from the ring: no try will ever help
            lost = _load(tenant_id, mail_id)
            lost.state, lost.error = FAILED, "cannot_open: the text can no longer be decrypted"
        return 0
    if mail is None:
        return 0
    error: NotSent | None = None
    try:
        kit().mailer.send(Letter(mail.to, mail.subject, mail.body, f"<{mail.id}@switchyard>"))
    except NotSent as refused:
        error = refused
    with transaction():
        _settle(tenant_id, mail, error, now)
    return error is None


def _taken(tenant_id: UUID, mail_id: UUID, now: datetime) -> Owed | None:
    taken = db.session.scalars(
        update(Mail)
        .where(Mail.tenant_id == tenant_id, Mail.id == mail_id, Mail.state == PENDING, Mail.next_at <= now)
        .values(attempt=Mail.attempt + 1, next_at=now + LEASE)
        .returning(Mail.id)
        .execution_options(synchronize_session=False)
    ).first()
    return _opened(_load(tenant_id, mail_id)) if taken else None


def _settle(tenant_id: UUID, mail: Owed, error: NotSent | None, now: datetime) -> None:
    """Only for the try that was taken: whoever took it again meanwhile has the say."""
    leaves = kit().mailer.leaves
    values: dict[str, object] = {"state": SENT if leaves else KEPT, "sent_at": now if leaves else None, "error": None}
    if error is not None:
        is_last = error.for_good or mail.attempt > len(RETRIES)
        wait = timedelta(0) if is_last else RETRIES[mail.attempt - 1]
        values = {"state": FAILED if is_last else PENDING, "next_at": now + wait, "error": str(error)[:200]}
    db.session.execute(
        update(Mail)
        .where(Mail.tenant_id == tenant_id, Mail.id == mail.id, Mail.attempt == mail.attempt, Mail.state == PENDING)
        .values(**values)
        .execution_options(synchronize_session=False)
    )


def _load(tenant_id: UUID, mail_id: UUID) -> Mail:
    mail = db.session.scalars(
        select(Mail).where(Mail.tenant_id == tenant_id, Mail.id == mail_id).execution_options(populate_existing=True)
    ).one_or_none()
    if mail is None:
        raise NoSuchThing(str(mail_id))
    return mail


def _opened(mail: Mail) -> Owed:
    body = kit().secrets.open(mail.body_sealed, *_place(mail.tenant_id, mail.id)).decode()
    return Owed(
        mail.id, mail.kind, mail.to_email, mail.subject, body, mail.state, mail.attempt, mail.next_at, mail.sent_at,
        mail.error, mail.created_at,
    )  # fmt: skip


def _place(tenant_id: UUID, mail_id: UUID) -> tuple[str, ...]:
    return str(tenant_id), "mails", "body", str(mail_id)
