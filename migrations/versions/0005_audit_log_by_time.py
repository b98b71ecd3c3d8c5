"""Indexes for the audit log: newest first, and narrowed to one person, one action or one kind of thing."""

from __future__ import annotations

from alembic import op

revision = "0005"
down_revision = "0004"

INDEXES = (
    ("ix_audit_entries_listed", ["tenant_id", "at", "id"]),
    ("ix_audit_entries_actor", ["tenant_id", "actor_id", "at", "id"]),
    ("ix_audit_entries_action", ["tenant_id", "action", "at", "id"]),
    ("ix_audit_entries_kind", ["tenant_id", "subject_kind", "at", "id"]),
)


def upgrade() -> None:
    for name, columns in INDEXES:
        op.create_index(name, "audit_entries", columns, unique=False)


def downgrade() -> None:
    for name, _ in reversed(INDEXES):
        op.drop_index(name, table_name="audit_entries")
