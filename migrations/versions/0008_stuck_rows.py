"""Indexes for what is stuck: deliveries without a good end and messages given up are counted on every overview."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0008"
down_revision = "0007"

INDEXES = (
    ("ix_deliveries_stuck", "deliveries", sa.text("state IN ('unknown', 'failed')")),
    ("ix_messages_failed", "messages", sa.text("state = 'failed'")),
)


def upgrade() -> None:
    for name, table, stuck in INDEXES:
        columns = ["tenant_id", "created_at", "id"]
        op.create_index(name, table, columns, unique=False, postgresql_where=stuck, sqlite_where=stuck)


def downgrade() -> None:
    for name, table, _ in reversed(INDEXES):
        op.drop_index(name, table_name=table)
