"""Uploads to suppression lists: read and counted first, kept as sealed hashes, put on the list when somebody confirms.

The plain file is never stored. A draft belongs to whoever uploaded it and is worth nothing after half an hour.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import islice
from uuid import UUID

from sqlalchemy import delete, func, select

from app.adapters.suppression_file import Upload
from app.db import db
from app.domain.actor import Actor
from app.domain.ids import new_id
from app.domain.suppression import PersonHash
from app.gateways.kit import kit
from app.models.leads import Suppression, SuppressionDraft, SuppressionList
from app.models.upsert import Guarded
from app.services import audit
from app.services.changes import NoSuchThing, load, only_staff

PATIENCE = timedelta(minutes=30)
BATCH = 1000
_KINDS = ("email", "phone", "hash")
_WIDTH = 33  # a byte of kind, 32 of digest


@dataclass(frozen=True, slots=True)
class Preview:
    """A draft and what would come of it. ``known``: how many of the upload are on the list already."""

    draft_id: UUID
    known: int


@dataclass(frozen=True, slots=True)
class Filled:
    """What was done: how many were added, and how many of each kind the upload had."""

    added: int
    kinds: dict[str, int]


def preview(actor: Actor, list_id: UUID, upload: Upload, *, now: datetime) -> Preview:
    """Keep the upload's hashes until they are confirmed; nothing is on the list yet. Raises NoSuchThing."""
    only_staff(actor)
    load(actor, SuppressionList, list_id)
    _forget(actor.tenant_id, now)
    draft_id = new_id(now, kit().rng)
    db.session.add(
        SuppressionDraft(
            tenant_id=actor.tenant_id, id=draft_id, list_id=list_id, user_id=actor.principal_id,
            sealed=kit().secrets.seal(_packed(upload.entries), *_place(actor.tenant_id, draft_id)),
            created_at=now, expires_at=now + PATIENCE,
        )
    )  # fmt: skip
    db.session.flush()
    return Preview(draft_id, _known(actor.tenant_id, list_id, upload.entries))


def confirm(actor: Actor, list_id: UUID, draft_id: UUID, *, now: datetime) -> Filled:
    """Put a draft on its list, a thousand at a time in one transaction. Raises NoSuchThing when it is gone.

    Taking the draft is one DELETE: of two confirmations at once one finds it.
    """
    only_staff(actor)
    load(actor, SuppressionList, list_id)
    sealed = db.session.scalars(
        delete(SuppressionDraft)
        .where(
            SuppressionDraft.tenant_id == actor.tenant_id,
            SuppressionDraft.id == draft_id,
            SuppressionDraft.list_id == list_id,
            SuppressionDraft.user_id == actor.principal_id,
            SuppressionDraft.expires_at > now,
        )
        .returning(SuppressionDraft.sealed)
        .execution_options(synchronize_session=False)
    ).one_or_none()
    if sealed is None:
        raise NoSuchThing(str(draft_id))
    people = _unpacked(kit().secrets.open(sealed, *_place(actor.tenant_id, draft_id)))
    added = sum(_written(actor.tenant_id, list_id, batch) for batch in _batches(people))
    kinds = dict(Counter(one.kind for one in people))
    after = {"uploaded": len(people), "added": added, **kinds}
    audit.record(actor, "suppression_list.filled", ("suppression_list", list_id), now=now, after=after)
    return Filled(added, kinds)


def _forget(tenant_id: UUID, now: datetime) -> None:
    db.session.execute(
        delete(SuppressionDraft)
        .where(SuppressionDraft.tenant_id == tenant_id, SuppressionDraft.expires_at <= now)
        .execution_options(synchronize_session=False)
    )


def _known(tenant_id: UUID, list_id: UUID, people: Sequence[PersonHash]) -> int:
    on_it = (Suppression.tenant_id == tenant_id) & (Suppression.list_id == list_id)
    counts = (
        db.session.scalar(
            select(func.count()).select_from(Suppression).where(
                on_it, Suppression.digest.in_([one.digest for one in batch])
            )
        )
        for batch in _batches(people)
    )  # fmt: skip
    return sum(count or 0 for count in counts)


def _written(tenant_id: UUID, list_id: UUID, people: Sequence[PersonHash]) -> int:
    return _ADD.run([
        {"tenant_id": tenant_id, "list_id": list_id, "digest": one.digest, "kind": one.kind} for one in people
    ])  # fmt: skip


_ADD = Guarded(Suppression, lambda insert: insert.on_conflict_do_nothing())


def _batches(people: Sequence[PersonHash]) -> Iterator[list[PersonHash]]:
    rest = iter(people)
    while batch := list(islice(rest, BATCH)):
        yield batch


def _packed(people: Sequence[PersonHash]) -> bytes:
    return b"".join(bytes([_KINDS.index(one.kind)]) + one.digest for one in people)


def _unpacked(raw: bytes) -> list[PersonHash]:
    starts = range(0, len(raw), _WIDTH)
    return [PersonHash(_KINDS[raw[start]], raw[start + 1 : start + _WIDTH]) for start in starts]


def _place(tenant_id: UUID, draft_id: UUID) -> tuple[str, ...]:
    return str(tenant_id), "suppression_drafts", "sealed", str(draft_id)
