"""Indexes for lists of leads under one filter: a rare state or source was looked for among all leads."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0009"
down_revision = "0008"

REASONED = sa.text("reason IS NOT NULL")
TEST_TRAFFIC = sa.text("test IS TRUE")
INDEXES = (
    ("ix_leads_publisher_state", "leads", ["tenant_id", "publisher_id", "state", "received_at", "id"], None),
    ("ix_leads_state", "leads", ["tenant_id", "state", "received_at", "id"], None),
    ("ix_leads_reason", "leads", ["tenant_id", "reason", "received_at", "id"], REASONED),
    ("ix_leads_vertical", "leads", ["tenant_id", "vertical_id", "received_at", "id"], None),
    ("ix_leads_source", "leads", ["tenant_id", "source_id", "received_at", "id"], None),
    ("ix_leads_campaign", "leads", ["tenant_id", "campaign_id", "received_at", "id"], None),
    ("ix_leads_test", "leads", ["tenant_id", "received_at", "id"], TEST_TRAFFIC),
    ("ix_sales_contract", "sales", ["tenant_id", "contract_id", "reserved_at", "id"], None),
)


def upgrade() -> None:
    for name, table, columns, where in INDEXES:
        op.create_index(name, table, columns, unique=False, postgresql_where=where, sqlite_where=where)


def downgrade() -> None:
    for name, table, _, _ in reversed(INDEXES):
        op.drop_index(name, table_name=table)
