"""Forms that were sent after their session had ended, kept for their author until the next sign-in."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from app.db import UtcDateTime

revision = "0007"
down_revision = "0006"


def _fence_tenants() -> None:
    """Row-level security on the new table, as on all the others."""
    if op.get_bind().dialect.name != "postgresql":
        return
    op.execute("ALTER TABLE kept_forms ENABLE ROW LEVEL SECURITY")
    op.execute("ALTER TABLE kept_forms FORCE ROW LEVEL SECURITY")
    op.execute(
        "CREATE POLICY tenant_only ON kept_forms "
        "USING (tenant_id = nullif(current_setting('app.tenant_id', true), '')::uuid)"
    )


def upgrade() -> None:
    op.create_table(
        "kept_forms",
        sa.Column("user_id", sa.Uuid(), nullable=False),
        sa.Column("sealed", sa.LargeBinary(), nullable=False),
        sa.Column("created_at", UtcDateTime(), nullable=False),
        sa.Column("expires_at", UtcDateTime(), nullable=False),
        sa.Column("tenant_id", sa.Uuid(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.ForeignKeyConstraint(["tenant_id"], ["tenants.id"], name=op.f("fk_kept_forms_tenant_id")),
        sa.ForeignKeyConstraint(
            ["tenant_id", "user_id"], ["users.tenant_id", "users.id"], name=op.f("fk_kept_forms_tenant_id_user_id")
        ),
        sa.PrimaryKeyConstraint("tenant_id", "id", name=op.f("pk_kept_forms")),
    )
    op.create_index("ix_kept_forms_user", "kept_forms", ["tenant_id", "user_id", "created_at"], unique=False)
    _fence_tenants()


def downgrade() -> None:
    op.drop_table("kept_forms")
