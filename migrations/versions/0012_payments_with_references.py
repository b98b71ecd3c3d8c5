"""What a payment or its correction was for, and each booked once however often its form is sent."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0012"
down_revision = "0011"

FROM_OUTSIDE = sa.text("sale_id IS NULL")


def upgrade() -> None:
    op.add_column("ledger_entries", sa.Column("reference", sa.String(), nullable=True))
    op.create_index(
        "ix_ledger_entries_booked", "ledger_entries", ["tenant_id", "posting_id", "account"], unique=True,
        postgresql_where=FROM_OUTSIDE, sqlite_where=FROM_OUTSIDE,
    )  # fmt: skip


def downgrade() -> None:
    op.drop_index("ix_ledger_entries_booked", table_name="ledger_entries")
    op.drop_column("ledger_entries", "reference")
