"""Indexes for the delivery log, the message log and the messages of one lead: each was a scan of its whole table."""

from __future__ import annotations

from alembic import op

revision = "0003"
down_revision = "0002"

INDEXES = (
    ("ix_deliveries_listed", "deliveries", ["tenant_id", "created_at", "id"]),
    ("ix_deliveries_buyer", "deliveries", ["tenant_id", "buyer_id", "created_at", "id"]),
    ("ix_messages_listed", "messages", ["tenant_id", "created_at", "id"]),
    ("ix_messages_lead", "messages", ["tenant_id", "lead_id", "created_at", "id"]),
)


def upgrade() -> None:
    for name, table, columns in INDEXES:
        op.create_index(name, table, columns, unique=False)
    _deliveries_of_a_lead(["tenant_id", "lead_id", "created_at", "id"])


def downgrade() -> None:
    _deliveries_of_a_lead(["tenant_id", "lead_id"])
    for name, table, _ in reversed(INDEXES):
        op.drop_index(name, table_name=table)


def _deliveries_of_a_lead(columns: list[str]) -> None:
    """In their order too, or SQLite would rather read the whole log in its order."""
    op.drop_index("ix_deliveries_lead", table_name="deliveries")
    op.create_index("ix_deliveries_lead", "deliveries", columns, unique=False)
