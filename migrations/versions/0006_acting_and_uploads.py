"""Acting as somebody, named in the audit log; uploads of suppression lists that wait for their confirmation."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from app.db import UtcDateTime

revision = "0006"
down_revision = "0005"


def _fence_tenants() -> None:
    """Row-level security on the new table, as on all the others."""
    if op.get_bind().dialect.name != "postgresql":
        return
    op.execute("ALTER TABLE suppression_drafts ENABLE ROW LEVEL SECURITY")
    op.execute("ALTER TABLE suppression_drafts FORCE ROW LEVEL SECURITY")
    op.execute(
        "CREATE POLICY tenant_only ON suppression_drafts "
        "USING (tenant_id = nullif(current_setting('app.tenant_id', true), '')::uuid)"
    )


def upgrade() -> None:
    op.add_column("audit_entries", sa.Column("acting_as", sa.Uuid(), nullable=True))
    op.add_column("sessions", sa.Column("acting_until", UtcDateTime(), nullable=True))
    op.create_table(
        "suppression_drafts",
        sa.Column("list_id", sa.Uuid(), nullable=False),
        sa.Column("user_id", sa.Uuid(), nullable=False),
        sa.Column("sealed", sa.LargeBinary(), nullable=False),
        sa.Column("created_at", UtcDateTime(), nullable=False),
        sa.Column("expires_at", UtcDateTime(), nullable=False),
        sa.Column("tenant_id", sa.Uuid(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.ForeignKeyConstraint(["tenant_id"], ["tenants.id"], name=op.f("fk_suppression_drafts_tenant_id")),
        sa.PrimaryKeyConstraint("tenant_id", "id", name=op.f("pk_suppression_drafts")),
    )
    op.create_index("ix_suppressions_list", "suppressions", ["tenant_id", "list_id"], unique=False)
    _fence_tenants()


def downgrade() -> None:
    op.drop_index("ix_suppressions_list", "suppressions")
    op.drop_table("suppression_drafts")
    op.drop_column("sessions", "acting_until")
    op.drop_column("audit_entries", "acting_as")
