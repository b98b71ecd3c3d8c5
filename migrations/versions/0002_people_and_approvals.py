"""Applications, mails, links, second factors, saved views and contract changes.

The release before this one still runs while it is applied: add, fill, and only later remove.
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from app.db import Json, UtcDateTime

revision = "0002"
down_revision = "0001"


NEW = ("applications", "contract_changes", "mails", "one_time_links", "saved_views")


def _fence_tenants() -> None:
    """Row-level security on the new tables, as on all the others."""
    if op.get_bind().dialect.name != "postgresql":
        return
    for table in NEW:
        op.execute(f"ALTER TABLE {table} ENABLE ROW LEVEL SECURITY")
        op.execute(f"ALTER TABLE {table} FORCE ROW LEVEL SECURITY")
        op.execute(
            f"CREATE POLICY tenant_only ON {table} "
            "USING (tenant_id = nullif(current_setting('app.tenant_id', true), '')::uuid)"
        )


def upgrade() -> None:
    op.create_table(
        "applications",
        sa.Column("company", sa.String(), nullable=False),
        sa.Column("website", sa.String(), nullable=False),
        sa.Column("contact_name", sa.String(), nullable=False),
        sa.Column("email", sa.String(), nullable=False),
        sa.Column("phone", sa.String(), nullable=False),
        sa.Column("country", sa.String(), nullable=False),
        sa.Column("verticals", Json, nullable=False),
        sa.Column("monthly_leads", sa.Integer(), nullable=False),
        sa.Column("traffic", sa.String(), nullable=False),
        sa.Column("checks", Json, nullable=False),
        sa.Column("status", sa.String(), nullable=False),
        sa.Column("message", sa.String(), nullable=False),
        sa.Column("publisher_id", sa.Uuid(), nullable=True),
        sa.Column("decided_by", sa.Uuid(), nullable=True),
        sa.Column("decided_at", UtcDateTime(), nullable=True),
        sa.Column("ip", sa.String(), nullable=False),
        sa.Column("created_at", UtcDateTime(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("tenant_id", sa.Uuid(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.ForeignKeyConstraint(["tenant_id"], ["tenants.id"], name=op.f("fk_applications_tenant_id")),
        sa.PrimaryKeyConstraint("tenant_id", "id", name=op.f("pk_applications")),
    )
    op.create_index("ix_applications_email", "applications", ["tenant_id", "email"], unique=False)
    op.create_index("ix_applications_status", "applications", ["tenant_id", "status", "created_at", "id"], unique=False)

    op.create_table(
        "mails",
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("to_email", sa.String(), nullable=False),
        sa.Column("subject", sa.String(), nullable=False),
        sa.Column("body_sealed", sa.LargeBinary(), nullable=False),
        sa.Column("state", sa.String(), nullable=False),
        sa.Column("attempt", sa.Integer(), nullable=False),
        sa.Column("next_at", UtcDateTime(), nullable=False),
        sa.Column("sent_at", UtcDateTime(), nullable=True),
        sa.Column("error", sa.String(), nullable=True),
        sa.Column("created_at", UtcDateTime(), nullable=False),
        sa.Column("tenant_id", sa.Uuid(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.ForeignKeyConstraint(["tenant_id"], ["tenants.id"], name=op.f("fk_mails_tenant_id")),
        sa.PrimaryKeyConstraint("tenant_id", "id", name=op.f("pk_mails")),
    )
    op.create_index(
        "ix_mails_due",
        "mails",
        ["tenant_id", "next_at"],
        unique=False,
        postgresql_where=sa.text("state = 'pending'"),
        sqlite_where=sa.text("state = 'pending'"),
    )

    op.create_table(
        "one_time_links",
        sa.Column("user_id", sa.Uuid(), nullable=False),
        sa.Column("purpose", sa.String(), nullable=False),
        sa.Column("digest", sa.String(), nullable=False),
        sa.Column("created_at", UtcDateTime(), nullable=False),
        sa.Column("expires_at", UtcDateTime(), nullable=False),
        sa.Column("used_at", UtcDateTime(), nullable=True),
        sa.Column("tenant_id", sa.Uuid(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.ForeignKeyConstraint(
            ["tenant_id", "user_id"], ["users.tenant_id", "users.id"], name=op.f("fk_one_time_links_tenant_id_user_id")
        ),
        sa.ForeignKeyConstraint(["tenant_id"], ["tenants.id"], name=op.f("fk_one_time_links_tenant_id")),
        sa.PrimaryKeyConstraint("tenant_id", "id", name=op.f("pk_one_time_links")),
    )
    op.create_table(
        "saved_views",
        sa.Column("user_id", sa.Uuid(), nullable=False),
        sa.Column("page", sa.String(), nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("query", sa.String(), nullable=False),
        sa.Column("created_at", UtcDateTime(), nullable=False),
        sa.Column("tenant_id", sa.Uuid(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.ForeignKeyConstraint(
            ["tenant_id", "user_id"], ["users.tenant_id", "users.id"], name=op.f("fk_saved_views_tenant_id_user_id")
        ),
        sa.ForeignKeyConstraint(["tenant_id"], ["tenants.id"], name=op.f("fk_saved_views_tenant_id")),
        sa.PrimaryKeyConstraint("tenant_id", "id", name=op.f("pk_saved_views")),
    )
    op.create_index("uq_saved_views", "saved_views", ["tenant_id", "user_id", "page", "name"], unique=True)

    op.create_table(
        "contract_changes",
        sa.Column("contract_id", sa.Uuid(), nullable=False),
        sa.Column("buyer_id", sa.Uuid(), nullable=False),
        sa.Column("asked_by", sa.Uuid(), nullable=False),
        sa.Column("before", Json, nullable=False),
        sa.Column("after", Json, nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("status", sa.String(), nullable=False),
        sa.Column("message", sa.String(), nullable=False),
        sa.Column("decided_by", sa.Uuid(), nullable=True),
        sa.Column("decided_at", UtcDateTime(), nullable=True),
        sa.Column("created_at", UtcDateTime(), nullable=False),
        sa.Column("tenant_id", sa.Uuid(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.ForeignKeyConstraint(
            ["tenant_id", "contract_id"],
            ["contracts.tenant_id", "contracts.id"],
            name=op.f("fk_contract_changes_tenant_id_contract_id"),
        ),
        sa.ForeignKeyConstraint(["tenant_id"], ["tenants.id"], name=op.f("fk_contract_changes_tenant_id")),
        sa.PrimaryKeyConstraint("tenant_id", "id", name=op.f("pk_contract_changes")),
    )
    op.create_index(
        "ix_contract_changes_status", "contract_changes", ["tenant_id", "status", "created_at", "id"], unique=False
    )

    op.add_column("buyers", sa.Column("permissions", Json, server_default="{}", nullable=False))

    op.add_column("sessions", sa.Column("acting_as", sa.Uuid(), nullable=True))

    op.add_column("tenants", sa.Column("choices", Json, server_default="{}", nullable=False))

    op.add_column("users", sa.Column("totp_sealed", sa.LargeBinary(), nullable=True))
    op.add_column("users", sa.Column("totp_confirmed_at", UtcDateTime(), nullable=True))
    op.add_column("users", sa.Column("totp_last_step", sa.BigInteger(), nullable=True))
    op.add_column("users", sa.Column("recovery_digests", Json, server_default="[]", nullable=False))

    _fence_tenants()


def downgrade() -> None:
    op.drop_column("users", "recovery_digests")
    op.drop_column("users", "totp_last_step")
    op.drop_column("users", "totp_confirmed_at")
    op.drop_column("users", "totp_sealed")

    op.drop_column("tenants", "choices")

    op.drop_column("sessions", "acting_as")

    op.drop_column("buyers", "permissions")

    op.drop_index("ix_contract_changes_status", "contract_changes")

    op.drop_table("contract_changes")
    op.drop_index("uq_saved_views", "saved_views")

    op.drop_table("saved_views")
    op.drop_table("one_time_links")
    op.drop_index("ix_mails_due", "mails")

    op.drop_table("mails")
    op.drop_index("ix_applications_status", "applications")
    op.drop_index("ix_applications_email", "applications")

    op.drop_table("applications")
