"""Indexes for what is due to one receiver: a dead one's backlog was walked each time that anything was claimed."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"

PENDING = sa.text("state = 'pending'")
INDEXES = (
    ("ix_deliveries_setup_due", "deliveries", ["tenant_id", "setup_id", "next_at"]),
    ("ix_messages_endpoint_due", "messages", ["tenant_id", "endpoint_id", "next_at"]),
)


def upgrade() -> None:
    for name, table, columns in INDEXES:
        op.create_index(name, table, columns, unique=False, postgresql_where=PENDING, sqlite_where=PENDING)


def downgrade() -> None:
    for name, table, _ in reversed(INDEXES):
        op.drop_index(name, table_name=table)
