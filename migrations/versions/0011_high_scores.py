"""An index for leads of high scores: the best of a year were looked for among all of them."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0011"
down_revision = "0010"

SCORED = sa.text("score IS NOT NULL")


def upgrade() -> None:
    op.create_index(
        "ix_leads_score", "leads", ["tenant_id", "score", "received_at", "id"], unique=False, postgresql_where=SCORED,
        sqlite_where=SCORED,
    )  # fmt: skip


def downgrade() -> None:
    op.drop_index("ix_leads_score", table_name="leads")
