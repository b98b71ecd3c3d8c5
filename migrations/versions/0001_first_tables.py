"""The first tables, and the fence around each tenant.

The release before this one still runs while it is applied: add, fill, and only later remove.
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from app.db import Json, UtcDateTime

revision = "0001"
down_revision = None


OUTSIDE = {"tenants", "lookups", "sign_in_throttles", "alembic_version"}
ROLE = "switchyard_app"


def _fence_tenants() -> None:
    """Row-level security on every tenant's table, for its owner too, and a role that cannot pass it."""
    bind = op.get_bind()
    if bind.dialect.name != "postgresql":
        return
    tables = [name for name in sa.inspect(bind).get_table_names() if name not in OUTSIDE]
    for table in tables:
        op.execute(f"ALTER TABLE {table} ENABLE ROW LEVEL SECURITY")
        op.execute(f"ALTER TABLE {table} FORCE ROW LEVEL SECURITY")
        op.execute(
            f"CREATE POLICY tenant_only ON {table} "
            "USING (tenant_id = nullif(current_setting('app.tenant_id', true), '')::uuid)"
        )
    _grant_to_role(bind)


def _grant_to_role(bind: sa.Connection) -> None:
    """The role that a superuser's connection steps down to; made only where the login may make roles."""
    may_make_roles = bind.scalar(sa.text("select rolcreaterole or rolsuper from pg_roles where rolname = current_user"))
    if not may_make_roles:
        return
    if not bind.scalar(sa.text("select 1 from pg_roles where rolname = :role"), {"role": ROLE}):
        op.execute(f"CREATE ROLE {ROLE} NOLOGIN NOSUPERUSER NOBYPASSRLS")
    schema = bind.scalar(sa.text("select current_schema()"))
    op.execute(f"GRANT USAGE ON SCHEMA {schema} TO {ROLE}")
    op.execute(f"GRANT SELECT, INSERT, UPDATE, DELETE ON ALL TABLES IN SCHEMA {schema} TO {ROLE}")
    op.execute(f"ALTER DEFAULT PRIVILEGES IN SCHEMA {schema} GRANT SELECT, INSERT, UPDATE, DELETE ON TABLES TO {ROLE}")


def upgrade() -> None:
    op.create_table(
        "sign_in_throttles",
        sa.Column("digest", sa.String(), nullable=False),
        sa.Column("failures", sa.Integer(), nullable=False),
        sa.Column("blocked_until", UtcDateTime(), nullable=True),
        sa.Column("updated_at", UtcDateTime(), nullable=False),
        sa.PrimaryKeyConstraint("digest", name=op.f("pk_sign_in_throttles")),
    )
    op.create_table(
        "tenants",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("slug", sa.String(), nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("currency", sa.String(), nullable=False),
        sa.Column("zone", sa.String(), nullable=False),
        sa.Column("status", sa.String(), nullable=False),
        sa.Column("webhook_prefix", sa.String(), nullable=False),
        sa.Column("book_version", sa.Integer(), nullable=False),
        sa.Column("created_at", UtcDateTime(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_tenants")),
        sa.UniqueConstraint("slug", name=op.f("uq_tenants_slug")),
    )
    op.create_table(
        "api_keys",
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("role", sa.String(), nullable=False),
        sa.Column("owner_id", sa.Uuid(), nullable=True),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("prefix", sa.String(), nullable=False),
        sa.Column("last4", sa.String(), nullable=False),
        sa.Column("digest", sa.String(), nullable=False),
        sa.Column("scopes", Json, nullable=False),
        sa.Column("requests_per_minute", sa.Integer(), nullable=True),
        sa.Column("created_at", UtcDateTime(), nullable=False),
        sa.Column("expires_at", UtcDateTime(), nullable=True),
        sa.Column("revoked_at", UtcDateTime(), nullable=True),
        sa.Column("last_used_at", UtcDateTime(), nullable=True),
        sa.Column("tenant_id", sa.Uuid(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.ForeignKeyConstraint(["tenant_id"], ["tenants.id"], name=op.f("fk_api_keys_tenant_id")),
        sa.PrimaryKeyConstraint("tenant_id", "id", name=op.f("pk_api_keys")),
    )
    with op.batch_alter_table("api_keys", schema=None) as batch_op:
        batch_op.create_index(
            "ix_api_keys_owner", ["tenant_id", "owner_id"], unique=False, postgresql_where=None, sqlite_where=None
        )

    op.create_table(
        "audit_entries",
        sa.Column("actor_kind", sa.String(), nullable=False),
        sa.Column("actor_id", sa.Uuid(), nullable=True),
        sa.Column("action", sa.String(), nullable=False),
        sa.Column("subject_kind", sa.String(), nullable=False),
        sa.Column("subject_id", sa.Uuid(), nullable=True),
        sa.Column("before", Json, nullable=True),
        sa.Column("after", Json, nullable=True),
        sa.Column("request_id", sa.String(), nullable=False),
        sa.Column("at", UtcDateTime(), nullable=False),
        sa.Column("tenant_id", sa.Uuid(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.ForeignKeyConstraint(["tenant_id"], ["tenants.id"], name=op.f("fk_audit_entries_tenant_id")),
        sa.PrimaryKeyConstraint("tenant_id", "id", name=op.f("pk_audit_entries")),
    )
    with op.batch_alter_table("audit_entries", schema=None) as batch_op:
        batch_op.create_index(
            "ix_audit_entries_subject",
            ["tenant_id", "subject_kind", "subject_id", "at"],
            unique=False,
            postgresql_where=None,
            sqlite_where=None,
        )

    op.create_table(
        "buyers",
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("status", sa.String(), nullable=False),
        sa.Column("zone", sa.String(), nullable=False),
        sa.Column("balance_minor", sa.BigInteger(), nullable=False),
        sa.Column("credit_limit_minor", sa.BigInteger(), nullable=False),
        sa.Column("person_window_days", sa.Integer(), nullable=False),
        sa.Column("created_at", UtcDateTime(), nullable=False),
        sa.Column("tenant_id", sa.Uuid(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.CheckConstraint("balance_minor >= -credit_limit_minor", name=op.f("ck_buyers_within_credit")),
        sa.ForeignKeyConstraint(["tenant_id"], ["tenants.id"], name=op.f("fk_buyers_tenant_id")),
        sa.PrimaryKeyConstraint("tenant_id", "id", name=op.f("pk_buyers")),
    )
    op.create_table(
        "caps",
        sa.Column("owner_kind", sa.String(), nullable=False),
        sa.Column("owner_id", sa.Uuid(), nullable=False),
        sa.Column("measure", sa.String(), nullable=False),
        sa.Column("period", sa.String(), nullable=False),
        sa.Column("limit_value", sa.BigInteger(), nullable=False),
        sa.Column("zone", sa.String(), nullable=False),
        sa.Column("tenant_id", sa.Uuid(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.CheckConstraint("limit_value >= 0", name=op.f("ck_caps_limit_not_negative")),
        sa.ForeignKeyConstraint(["tenant_id"], ["tenants.id"], name=op.f("fk_caps_tenant_id")),
        sa.PrimaryKeyConstraint("tenant_id", "id", name=op.f("pk_caps")),
    )
    with op.batch_alter_table("caps", schema=None) as batch_op:
        batch_op.create_index(
            "ix_caps_owner",
            ["tenant_id", "owner_kind", "owner_id"],
            unique=False,
            postgresql_where=None,
            sqlite_where=None,
        )

    op.create_table(
        "endpoints",
        sa.Column("owner_kind", sa.String(), nullable=False),
        sa.Column("owner_id", sa.Uuid(), nullable=True),
        sa.Column("url", sa.String(), nullable=False),
        sa.Column("events", Json, nullable=False),
        sa.Column("format", sa.String(), nullable=False),
        sa.Column("prefix", sa.String(), nullable=False),
        sa.Column("policy", sa.String(), nullable=False),
        sa.Column("secret_sealed", sa.LargeBinary(), nullable=False),
        sa.Column("old_secret_sealed", sa.LargeBinary(), nullable=True),
        sa.Column("old_secret_until", UtcDateTime(), nullable=True),
        sa.Column("status", sa.String(), nullable=False),
        sa.Column("failures_in_row", sa.Integer(), nullable=False),
        sa.Column("failing_since", UtcDateTime(), nullable=True),
        sa.Column("max_in_flight", sa.Integer(), nullable=False),
        sa.Column("created_at", UtcDateTime(), nullable=False),
        sa.Column("tenant_id", sa.Uuid(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.ForeignKeyConstraint(["tenant_id"], ["tenants.id"], name=op.f("fk_endpoints_tenant_id")),
        sa.PrimaryKeyConstraint("tenant_id", "id", name=op.f("pk_endpoints")),
    )
    with op.batch_alter_table("endpoints", schema=None) as batch_op:
        batch_op.create_index(
            "ix_endpoints_owner",
            ["tenant_id", "owner_kind", "owner_id"],
            unique=False,
            postgresql_where=None,
            sqlite_where=None,
        )

    op.create_table(
        "fingerprints",
        sa.Column("tenant_id", sa.Uuid(), nullable=False),
        sa.Column("scope", sa.String(), nullable=False),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("digest", sa.LargeBinary(), nullable=False),
        sa.Column("lead_id", sa.Uuid(), nullable=False),
        sa.Column("claimed_at", UtcDateTime(), nullable=False),
        sa.ForeignKeyConstraint(["tenant_id"], ["tenants.id"], name=op.f("fk_fingerprints_tenant_id")),
        sa.PrimaryKeyConstraint("tenant_id", "scope", "kind", "digest", name=op.f("pk_fingerprints")),
    )
    op.create_index("ix_fingerprints_digest", "fingerprints", ["tenant_id", "digest"])
    op.create_table(
        "idempotency_keys",
        sa.Column("tenant_id", sa.Uuid(), nullable=False),
        sa.Column("principal_id", sa.Uuid(), nullable=False),
        sa.Column("route", sa.String(), nullable=False),
        sa.Column("key", sa.String(), nullable=False),
        sa.Column("fingerprint", sa.LargeBinary(), nullable=False),
        sa.Column("lead_id", sa.Uuid(), nullable=True),
        sa.Column("status", sa.Integer(), nullable=True),
        sa.Column("body", sa.LargeBinary(), nullable=True),
        sa.Column("created_at", UtcDateTime(), nullable=False),
        sa.Column("expires_at", UtcDateTime(), nullable=False),
        sa.ForeignKeyConstraint(["tenant_id"], ["tenants.id"], name=op.f("fk_idempotency_keys_tenant_id")),
        sa.PrimaryKeyConstraint("tenant_id", "principal_id", "route", "key", name=op.f("pk_idempotency_keys")),
    )
    with op.batch_alter_table("idempotency_keys", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_idempotency_keys_expires_at"), ["expires_at"], unique=False)

    op.create_table(
        "lookups",
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("digest", sa.String(), nullable=False),
        sa.Column("tenant_id", sa.Uuid(), nullable=False),
        sa.Column("subject_id", sa.Uuid(), nullable=False),
        sa.ForeignKeyConstraint(["tenant_id"], ["tenants.id"], name=op.f("fk_lookups_tenant_id")),
        sa.PrimaryKeyConstraint("kind", "digest", name=op.f("pk_lookups")),
    )
    with op.batch_alter_table("lookups", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_lookups_tenant_id"), ["tenant_id"], unique=False)

    op.create_table(
        "publishers",
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("status", sa.String(), nullable=False),
        sa.Column("requests_per_minute", sa.Integer(), nullable=False),
        sa.Column("created_at", UtcDateTime(), nullable=False),
        sa.Column("tenant_id", sa.Uuid(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.ForeignKeyConstraint(["tenant_id"], ["tenants.id"], name=op.f("fk_publishers_tenant_id")),
        sa.PrimaryKeyConstraint("tenant_id", "id", name=op.f("pk_publishers")),
    )
    op.create_table(
        "suppression_lists",
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("purpose", sa.String(), nullable=False),
        sa.Column("buyer_id", sa.Uuid(), nullable=True),
        sa.Column("created_at", UtcDateTime(), nullable=False),
        sa.Column("tenant_id", sa.Uuid(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.ForeignKeyConstraint(["tenant_id"], ["tenants.id"], name=op.f("fk_suppression_lists_tenant_id")),
        sa.PrimaryKeyConstraint("tenant_id", "id", name=op.f("pk_suppression_lists")),
    )
    op.create_table(
        "users",
        sa.Column("role", sa.String(), nullable=False),
        sa.Column("email", sa.String(), nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("password_hash", sa.String(), nullable=False),
        sa.Column("owner_id", sa.Uuid(), nullable=True),
        sa.Column("status", sa.String(), nullable=False),
        sa.Column("created_at", UtcDateTime(), nullable=False),
        sa.Column("tenant_id", sa.Uuid(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.ForeignKeyConstraint(["tenant_id"], ["tenants.id"], name=op.f("fk_users_tenant_id")),
        sa.PrimaryKeyConstraint("tenant_id", "id", name=op.f("pk_users")),
    )
    with op.batch_alter_table("users", schema=None) as batch_op:
        batch_op.create_index(
            "uq_users_email", ["tenant_id", "email"], unique=True, postgresql_where=None, sqlite_where=None
        )

    op.create_table(
        "verticals",
        sa.Column("key", sa.String(), nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("base_price_minor", sa.BigInteger(), nullable=False),
        sa.Column("floor_minor", sa.BigInteger(), nullable=False),
        sa.Column("score_model", Json, nullable=False),
        sa.Column("created_at", UtcDateTime(), nullable=False),
        sa.Column("tenant_id", sa.Uuid(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.ForeignKeyConstraint(["tenant_id"], ["tenants.id"], name=op.f("fk_verticals_tenant_id")),
        sa.PrimaryKeyConstraint("tenant_id", "id", name=op.f("pk_verticals")),
    )
    with op.batch_alter_table("verticals", schema=None) as batch_op:
        batch_op.create_index(
            "uq_verticals_key", ["tenant_id", "key"], unique=True, postgresql_where=None, sqlite_where=None
        )

    op.create_table(
        "cap_usage",
        sa.Column("window_start", UtcDateTime(), nullable=False),
        sa.Column("used", sa.BigInteger(), nullable=False),
        sa.Column("tenant_id", sa.Uuid(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.CheckConstraint("used >= 0", name=op.f("ck_cap_usage_used_not_negative")),
        sa.ForeignKeyConstraint(["tenant_id"], ["tenants.id"], name=op.f("fk_cap_usage_tenant_id")),
        sa.PrimaryKeyConstraint("tenant_id", "id", "window_start", name=op.f("pk_cap_usage")),
    )
    op.create_index("ix_cap_usage_window", "cap_usage", ["tenant_id", "window_start"])
    op.create_table(
        "value_lists",
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("entries", Json, nullable=False),
        sa.Column("created_at", UtcDateTime(), nullable=False),
        sa.Column("tenant_id", sa.Uuid(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.ForeignKeyConstraint(["tenant_id"], ["tenants.id"], name=op.f("fk_value_lists_tenant_id")),
        sa.PrimaryKeyConstraint("tenant_id", "id", name=op.f("pk_value_lists")),
    )
    op.create_index("uq_value_lists_name", "value_lists", ["tenant_id", "name"], unique=True)
    op.create_table(
        "delivery_setups",
        sa.Column("buyer_id", sa.Uuid(), nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("url", sa.String(), nullable=False),
        sa.Column("format", sa.String(), nullable=False),
        sa.Column("headers_sealed", sa.LargeBinary(), nullable=True),
        sa.Column("mapping", Json, nullable=False),
        sa.Column("answer_rules", Json, nullable=False),
        sa.Column("timeout_ms", sa.Integer(), nullable=False),
        sa.Column("max_in_flight", sa.Integer(), nullable=False),
        sa.Column("created_at", UtcDateTime(), nullable=False),
        sa.Column("tenant_id", sa.Uuid(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.ForeignKeyConstraint(
            ["tenant_id", "buyer_id"],
            ["buyers.tenant_id", "buyers.id"],
            name=op.f("fk_delivery_setups_tenant_id_buyer_id"),
        ),
        sa.ForeignKeyConstraint(["tenant_id"], ["tenants.id"], name=op.f("fk_delivery_setups_tenant_id")),
        sa.PrimaryKeyConstraint("tenant_id", "id", name=op.f("pk_delivery_setups")),
    )
    op.create_table(
        "offers",
        sa.Column("vertical_id", sa.Uuid(), nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("mode", sa.String(), nullable=False),
        sa.Column("seats", sa.String(), nullable=False),
        sa.Column("seat_count", sa.Integer(), nullable=False),
        sa.Column("levels", Json, nullable=False),
        sa.Column("floor_minor", sa.BigInteger(), nullable=False),
        sa.Column("min_margin_minor", sa.BigInteger(), nullable=False),
        sa.Column("min_margin_percent", sa.String(), nullable=False),
        sa.Column("decline_policy", sa.String(), nullable=False),
        sa.Column("created_at", UtcDateTime(), nullable=False),
        sa.Column("tenant_id", sa.Uuid(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.ForeignKeyConstraint(
            ["tenant_id", "vertical_id"],
            ["verticals.tenant_id", "verticals.id"],
            name=op.f("fk_offers_tenant_id_vertical_id"),
        ),
        sa.ForeignKeyConstraint(["tenant_id"], ["tenants.id"], name=op.f("fk_offers_tenant_id")),
        sa.PrimaryKeyConstraint("tenant_id", "id", name=op.f("pk_offers")),
    )
    op.create_table(
        "sessions",
        sa.Column("user_id", sa.Uuid(), nullable=False),
        sa.Column("digest", sa.String(), nullable=False),
        sa.Column("created_at", UtcDateTime(), nullable=False),
        sa.Column("seen_at", UtcDateTime(), nullable=False),
        sa.Column("expires_at", UtcDateTime(), nullable=False),
        sa.Column("revoked_at", UtcDateTime(), nullable=True),
        sa.Column("user_agent", sa.String(), nullable=False),
        sa.Column("ip", sa.String(), nullable=False),
        sa.Column("tenant_id", sa.Uuid(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.ForeignKeyConstraint(
            ["tenant_id", "user_id"], ["users.tenant_id", "users.id"], name=op.f("fk_sessions_tenant_id_user_id")
        ),
        sa.ForeignKeyConstraint(["tenant_id"], ["tenants.id"], name=op.f("fk_sessions_tenant_id")),
        sa.PrimaryKeyConstraint("tenant_id", "id", name=op.f("pk_sessions")),
    )
    with op.batch_alter_table("sessions", schema=None) as batch_op:
        batch_op.create_index(
            "ix_sessions_user", ["tenant_id", "user_id"], unique=False, postgresql_where=None, sqlite_where=None
        )

    op.create_table(
        "suppressions",
        sa.Column("tenant_id", sa.Uuid(), nullable=False),
        sa.Column("digest", sa.LargeBinary(), nullable=False),
        sa.Column("list_id", sa.Uuid(), nullable=False),
        sa.Column("kind", sa.String(), nullable=False),
        sa.ForeignKeyConstraint(
            ["tenant_id", "list_id"],
            ["suppression_lists.tenant_id", "suppression_lists.id"],
            name=op.f("fk_suppressions_tenant_id_list_id"),
        ),
        sa.ForeignKeyConstraint(["tenant_id"], ["tenants.id"], name=op.f("fk_suppressions_tenant_id")),
        sa.PrimaryKeyConstraint("tenant_id", "digest", "list_id", name=op.f("pk_suppressions")),
    )
    op.create_table(
        "campaigns",
        sa.Column("vertical_id", sa.Uuid(), nullable=False),
        sa.Column("offer_id", sa.Uuid(), nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("country", sa.String(), nullable=False),
        sa.Column("traffic_type", sa.String(), nullable=False),
        sa.Column("status", sa.String(), nullable=False),
        sa.Column("time_budget_ms", sa.Integer(), nullable=False),
        sa.Column("wait_for_buyer", sa.Boolean(), nullable=False),
        sa.Column("schema", Json, nullable=False),
        sa.Column("duplicate_rule", Json, nullable=False),
        sa.Column("consent_rule", Json, nullable=False),
        sa.Column("created_at", UtcDateTime(), nullable=False),
        sa.Column("tenant_id", sa.Uuid(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.ForeignKeyConstraint(
            ["tenant_id", "offer_id"], ["offers.tenant_id", "offers.id"], name=op.f("fk_campaigns_tenant_id_offer_id")
        ),
        sa.ForeignKeyConstraint(
            ["tenant_id", "vertical_id"],
            ["verticals.tenant_id", "verticals.id"],
            name=op.f("fk_campaigns_tenant_id_vertical_id"),
        ),
        sa.ForeignKeyConstraint(["tenant_id"], ["tenants.id"], name=op.f("fk_campaigns_tenant_id")),
        sa.PrimaryKeyConstraint("tenant_id", "id", name=op.f("pk_campaigns")),
    )
    op.create_table(
        "contracts",
        sa.Column("buyer_id", sa.Uuid(), nullable=False),
        sa.Column("delivery_setup_id", sa.Uuid(), nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("status", sa.String(), nullable=False),
        sa.Column("filters", Json, nullable=True),
        sa.Column("price_minor", sa.BigInteger(), nullable=False),
        sa.Column("price_rules", Json, nullable=False),
        sa.Column("rank", sa.Integer(), nullable=False),
        sa.Column("weight", sa.Integer(), nullable=False),
        sa.Column("multiplier", sa.String(), nullable=False),
        sa.Column("minimum_score", sa.Integer(), nullable=False),
        sa.Column("schedule", Json, nullable=False),
        sa.Column("zone", sa.String(), nullable=False),
        sa.Column("seats", sa.String(), nullable=False),
        sa.Column("created_at", UtcDateTime(), nullable=False),
        sa.Column("last_sold_at", UtcDateTime(), nullable=True),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("tenant_id", sa.Uuid(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.ForeignKeyConstraint(
            ["tenant_id", "buyer_id"], ["buyers.tenant_id", "buyers.id"], name=op.f("fk_contracts_tenant_id_buyer_id")
        ),
        sa.ForeignKeyConstraint(
            ["tenant_id", "delivery_setup_id"],
            ["delivery_setups.tenant_id", "delivery_setups.id"],
            name=op.f("fk_contracts_tenant_id_delivery_setup_id"),
        ),
        sa.ForeignKeyConstraint(["tenant_id"], ["tenants.id"], name=op.f("fk_contracts_tenant_id")),
        sa.PrimaryKeyConstraint("tenant_id", "id", name=op.f("pk_contracts")),
    )
    with op.batch_alter_table("contracts", schema=None) as batch_op:
        batch_op.create_index(
            "ix_contracts_buyer", ["tenant_id", "buyer_id"], unique=False, postgresql_where=None, sqlite_where=None
        )

    op.create_table(
        "offer_contracts",
        sa.Column("offer_id", sa.Uuid(), nullable=False),
        sa.Column("contract_id", sa.Uuid(), nullable=False),
        sa.Column("level", sa.Integer(), nullable=False),
        sa.Column("tenant_id", sa.Uuid(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.ForeignKeyConstraint(
            ["tenant_id", "contract_id"],
            ["contracts.tenant_id", "contracts.id"],
            name=op.f("fk_offer_contracts_tenant_id_contract_id"),
        ),
        sa.ForeignKeyConstraint(
            ["tenant_id", "offer_id"],
            ["offers.tenant_id", "offers.id"],
            name=op.f("fk_offer_contracts_tenant_id_offer_id"),
        ),
        sa.ForeignKeyConstraint(["tenant_id"], ["tenants.id"], name=op.f("fk_offer_contracts_tenant_id")),
        sa.PrimaryKeyConstraint("tenant_id", "id", name=op.f("pk_offer_contracts")),
    )
    with op.batch_alter_table("offer_contracts", schema=None) as batch_op:
        batch_op.create_index(
            "uq_offer_contracts_pair",
            ["tenant_id", "offer_id", "contract_id"],
            unique=True,
            postgresql_where=None,
            sqlite_where=None,
        )

    op.create_table(
        "sources",
        sa.Column("publisher_id", sa.Uuid(), nullable=False),
        sa.Column("campaign_id", sa.Uuid(), nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("tag", sa.String(), nullable=False),
        sa.Column("status", sa.String(), nullable=False),
        sa.Column("payout", Json, nullable=False),
        sa.Column("floor_minor", sa.BigInteger(), nullable=False),
        sa.Column("allow_loss", sa.Boolean(), nullable=False),
        sa.Column("schedule", Json, nullable=False),
        sa.Column("zone", sa.String(), nullable=False),
        sa.Column("allowed_ips", Json, nullable=False),
        sa.Column("created_at", UtcDateTime(), nullable=False),
        sa.Column("tenant_id", sa.Uuid(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.ForeignKeyConstraint(
            ["tenant_id", "campaign_id"],
            ["campaigns.tenant_id", "campaigns.id"],
            name=op.f("fk_sources_tenant_id_campaign_id"),
        ),
        sa.ForeignKeyConstraint(
            ["tenant_id", "publisher_id"],
            ["publishers.tenant_id", "publishers.id"],
            name=op.f("fk_sources_tenant_id_publisher_id"),
        ),
        sa.ForeignKeyConstraint(["tenant_id"], ["tenants.id"], name=op.f("fk_sources_tenant_id")),
        sa.PrimaryKeyConstraint("tenant_id", "id", name=op.f("pk_sources")),
    )
    with op.batch_alter_table("sources", schema=None) as batch_op:
        batch_op.create_index(
            "uq_sources_publisher_campaign",
            ["tenant_id", "publisher_id", "campaign_id", "name"],
            unique=True,
            postgresql_where=None,
            sqlite_where=None,
        )

    op.create_table(
        "leads",
        sa.Column("short_id", sa.String(), nullable=False),
        sa.Column("publisher_id", sa.Uuid(), nullable=False),
        sa.Column("source_id", sa.Uuid(), nullable=True),
        sa.Column("campaign_id", sa.Uuid(), nullable=True),
        sa.Column("vertical_id", sa.Uuid(), nullable=True),
        sa.Column("api_key_id", sa.Uuid(), nullable=True),
        sa.Column("dialect", sa.String(), nullable=False),
        sa.Column("state", sa.String(), nullable=False),
        sa.Column("reason", sa.String(), nullable=True),
        sa.Column("problems", Json, nullable=False),
        sa.Column("fields", Json, nullable=False),
        sa.Column("changes", Json, nullable=False),
        sa.Column("extra", Json, nullable=False),
        sa.Column("facts", Json, nullable=False),
        sa.Column("email_key", sa.LargeBinary(), nullable=True),
        sa.Column("phone_key", sa.LargeBinary(), nullable=True),
        sa.Column("sub_id", sa.String(), nullable=True),
        sa.Column("score", sa.Integer(), nullable=True),
        sa.Column("tier", sa.String(), nullable=True),
        sa.Column("score_parts", Json, nullable=False),
        sa.Column("first_lead_id", sa.Uuid(), nullable=True),
        sa.Column("test", sa.Boolean(), nullable=False),
        sa.Column("request_id", sa.String(), nullable=False),
        sa.Column("received_at", UtcDateTime(), nullable=False),
        sa.Column("routed_at", UtcDateTime(), nullable=True),
        sa.Column("route_token", sa.Uuid(), nullable=True),
        sa.Column("route_until", UtcDateTime(), nullable=True),
        sa.Column("tenant_id", sa.Uuid(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.ForeignKeyConstraint(
            ["tenant_id", "campaign_id"],
            ["campaigns.tenant_id", "campaigns.id"],
            name=op.f("fk_leads_tenant_id_campaign_id"),
        ),
        sa.ForeignKeyConstraint(
            ["tenant_id", "publisher_id"],
            ["publishers.tenant_id", "publishers.id"],
            name=op.f("fk_leads_tenant_id_publisher_id"),
        ),
        sa.ForeignKeyConstraint(
            ["tenant_id", "source_id"], ["sources.tenant_id", "sources.id"], name=op.f("fk_leads_tenant_id_source_id")
        ),
        sa.ForeignKeyConstraint(
            ["tenant_id", "vertical_id"],
            ["verticals.tenant_id", "verticals.id"],
            name=op.f("fk_leads_tenant_id_vertical_id"),
        ),
        sa.ForeignKeyConstraint(["tenant_id"], ["tenants.id"], name=op.f("fk_leads_tenant_id")),
        sa.PrimaryKeyConstraint("tenant_id", "id", name=op.f("pk_leads")),
    )
    with op.batch_alter_table("leads", schema=None) as batch_op:
        batch_op.create_index(
            "ix_leads_email", ["tenant_id", "email_key"], unique=False, postgresql_where=None, sqlite_where=None
        )
        batch_op.create_index(
            "ix_leads_open",
            ["tenant_id", "route_until"],
            unique=False,
            postgresql_where=sa.text("route_until IS NOT NULL"),
            sqlite_where=sa.text("route_until IS NOT NULL"),
        )
        batch_op.create_index(
            "ix_leads_phone", ["tenant_id", "phone_key"], unique=False, postgresql_where=None, sqlite_where=None
        )
        batch_op.create_index(
            "ix_leads_publisher",
            ["tenant_id", "publisher_id", "received_at", "id"],
            unique=False,
            postgresql_where=None,
            sqlite_where=None,
        )
        batch_op.create_index(
            "ix_leads_received",
            ["tenant_id", "received_at", "id"],
            unique=False,
            postgresql_where=None,
            sqlite_where=None,
        )
        batch_op.create_index(
            "ix_leads_short", ["tenant_id", "short_id"], unique=False, postgresql_where=None, sqlite_where=None
        )

    op.create_table(
        "distributions",
        sa.Column("lead_id", sa.Uuid(), nullable=False),
        sa.Column("round", sa.Integer(), nullable=False),
        sa.Column("mode", sa.String(), nullable=False),
        sa.Column("entries", Json, nullable=False),
        sa.Column("started_at", UtcDateTime(), nullable=False),
        sa.Column("took_us", sa.Integer(), nullable=False),
        sa.Column("tenant_id", sa.Uuid(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.ForeignKeyConstraint(
            ["tenant_id", "lead_id"], ["leads.tenant_id", "leads.id"], name=op.f("fk_distributions_tenant_id_lead_id")
        ),
        sa.ForeignKeyConstraint(["tenant_id"], ["tenants.id"], name=op.f("fk_distributions_tenant_id")),
        sa.PrimaryKeyConstraint("tenant_id", "id", name=op.f("pk_distributions")),
    )
    with op.batch_alter_table("distributions", schema=None) as batch_op:
        batch_op.create_index(
            "ix_distributions_lead", ["tenant_id", "lead_id"], unique=False, postgresql_where=None, sqlite_where=None
        )

    op.create_table(
        "sales",
        sa.Column("lead_id", sa.Uuid(), nullable=False),
        sa.Column("slot", sa.Integer(), nullable=False),
        sa.Column("contract_id", sa.Uuid(), nullable=False),
        sa.Column("buyer_id", sa.Uuid(), nullable=False),
        sa.Column("publisher_id", sa.Uuid(), nullable=False),
        sa.Column("vertical_id", sa.Uuid(), nullable=False),
        sa.Column("state", sa.String(), nullable=False),
        sa.Column("price_minor", sa.BigInteger(), nullable=False),
        sa.Column("payout_minor", sa.BigInteger(), nullable=False),
        sa.Column("margin_minor", sa.BigInteger(), nullable=False),
        sa.Column("currency", sa.String(), nullable=False),
        sa.Column("price_rule", sa.String(), nullable=True),
        sa.Column("reserved_at", UtcDateTime(), nullable=False),
        sa.Column("sold_at", UtcDateTime(), nullable=True),
        sa.Column("released_at", UtcDateTime(), nullable=True),
        sa.Column("buyer_reference", sa.String(), nullable=True),
        sa.Column("cap_places", Json, nullable=False),
        sa.Column("tenant_id", sa.Uuid(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.CheckConstraint(
            "price_minor = payout_minor + margin_minor", name=op.f("ck_sales_price_is_payout_plus_margin")
        ),
        sa.CheckConstraint("price_minor >= 0 AND payout_minor >= 0", name=op.f("ck_sales_not_negative")),
        sa.ForeignKeyConstraint(
            ["tenant_id", "buyer_id"], ["buyers.tenant_id", "buyers.id"], name=op.f("fk_sales_tenant_id_buyer_id")
        ),
        sa.ForeignKeyConstraint(
            ["tenant_id", "contract_id"],
            ["contracts.tenant_id", "contracts.id"],
            name=op.f("fk_sales_tenant_id_contract_id"),
        ),
        sa.ForeignKeyConstraint(
            ["tenant_id", "lead_id"], ["leads.tenant_id", "leads.id"], name=op.f("fk_sales_tenant_id_lead_id")
        ),
        sa.ForeignKeyConstraint(
            ["tenant_id", "publisher_id"],
            ["publishers.tenant_id", "publishers.id"],
            name=op.f("fk_sales_tenant_id_publisher_id"),
        ),
        sa.ForeignKeyConstraint(
            ["tenant_id", "vertical_id"],
            ["verticals.tenant_id", "verticals.id"],
            name=op.f("fk_sales_tenant_id_vertical_id"),
        ),
        sa.ForeignKeyConstraint(["tenant_id"], ["tenants.id"], name=op.f("fk_sales_tenant_id")),
        sa.PrimaryKeyConstraint("tenant_id", "id", name=op.f("pk_sales")),
    )
    with op.batch_alter_table("sales", schema=None) as batch_op:
        batch_op.create_index(
            "ix_sales_buyer",
            ["tenant_id", "buyer_id", "reserved_at", "id"],
            unique=False,
            postgresql_where=None,
            sqlite_where=None,
        )
        batch_op.create_index(
            "ix_sales_lead", ["tenant_id", "lead_id"], unique=False, postgresql_where=None, sqlite_where=None
        )
        batch_op.create_index(
            "ix_sales_publisher",
            ["tenant_id", "publisher_id", "reserved_at", "id"],
            unique=False,
            postgresql_where=None,
            sqlite_where=None,
        )
        batch_op.create_index(
            "uq_sales_live_buyer",
            ["tenant_id", "lead_id", "buyer_id"],
            unique=True,
            postgresql_where=sa.text("state IN ('reserved', 'posting', 'unknown', 'sold')"),
            sqlite_where=sa.text("state IN ('reserved', 'posting', 'unknown', 'sold')"),
        )
        batch_op.create_index(
            "uq_sales_live_slot",
            ["tenant_id", "lead_id", "slot"],
            unique=True,
            postgresql_where=sa.text("state IN ('reserved', 'posting', 'unknown', 'sold')"),
            sqlite_where=sa.text("state IN ('reserved', 'posting', 'unknown', 'sold')"),
        )

    op.create_table(
        "deliveries",
        sa.Column("sale_id", sa.Uuid(), nullable=False),
        sa.Column("lead_id", sa.Uuid(), nullable=False),
        sa.Column("buyer_id", sa.Uuid(), nullable=False),
        sa.Column("setup_id", sa.Uuid(), nullable=False),
        sa.Column("state", sa.String(), nullable=False),
        sa.Column("attempt", sa.Integer(), nullable=False),
        sa.Column("next_at", UtcDateTime(), nullable=False),
        sa.Column("first_at", UtcDateTime(), nullable=True),
        sa.Column("done_at", UtcDateTime(), nullable=True),
        sa.Column("lease_token", sa.Uuid(), nullable=True),
        sa.Column("lease_until", UtcDateTime(), nullable=True),
        sa.Column("reason", sa.String(), nullable=True),
        sa.Column("created_at", UtcDateTime(), nullable=False),
        sa.Column("tenant_id", sa.Uuid(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.ForeignKeyConstraint(
            ["tenant_id", "buyer_id"], ["buyers.tenant_id", "buyers.id"], name=op.f("fk_deliveries_tenant_id_buyer_id")
        ),
        sa.ForeignKeyConstraint(
            ["tenant_id", "lead_id"], ["leads.tenant_id", "leads.id"], name=op.f("fk_deliveries_tenant_id_lead_id")
        ),
        sa.ForeignKeyConstraint(
            ["tenant_id", "sale_id"], ["sales.tenant_id", "sales.id"], name=op.f("fk_deliveries_tenant_id_sale_id")
        ),
        sa.ForeignKeyConstraint(
            ["tenant_id", "setup_id"],
            ["delivery_setups.tenant_id", "delivery_setups.id"],
            name=op.f("fk_deliveries_tenant_id_setup_id"),
        ),
        sa.ForeignKeyConstraint(["tenant_id"], ["tenants.id"], name=op.f("fk_deliveries_tenant_id")),
        sa.PrimaryKeyConstraint("tenant_id", "id", name=op.f("pk_deliveries")),
    )
    with op.batch_alter_table("deliveries", schema=None) as batch_op:
        batch_op.create_index(
            "ix_deliveries_due",
            ["tenant_id", "next_at"],
            unique=False,
            postgresql_where=sa.text("state = 'pending'"),
            sqlite_where=sa.text("state = 'pending'"),
        )
        batch_op.create_index(
            "ix_deliveries_lead", ["tenant_id", "lead_id"], unique=False, postgresql_where=None, sqlite_where=None
        )
        batch_op.create_index(
            "ix_deliveries_leased",
            ["tenant_id", "lease_until"],
            unique=False,
            postgresql_where=sa.text("state = 'sending'"),
            sqlite_where=sa.text("state = 'sending'"),
        )
        batch_op.create_index(
            "uq_deliveries_sale", ["tenant_id", "sale_id"], unique=True, postgresql_where=None, sqlite_where=None
        )

    op.create_table(
        "events",
        sa.Column("type", sa.String(), nullable=False),
        sa.Column("owner_kind", sa.String(), nullable=False),
        sa.Column("owner_id", sa.Uuid(), nullable=True),
        sa.Column("lead_id", sa.Uuid(), nullable=True),
        sa.Column("sale_id", sa.Uuid(), nullable=True),
        sa.Column("payload", Json, nullable=False),
        sa.Column("created_at", UtcDateTime(), nullable=False),
        sa.Column("fanned_out_at", UtcDateTime(), nullable=True),
        sa.Column("tenant_id", sa.Uuid(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.ForeignKeyConstraint(
            ["tenant_id", "lead_id"], ["leads.tenant_id", "leads.id"], name=op.f("fk_events_tenant_id_lead_id")
        ),
        sa.ForeignKeyConstraint(
            ["tenant_id", "sale_id"], ["sales.tenant_id", "sales.id"], name=op.f("fk_events_tenant_id_sale_id")
        ),
        sa.ForeignKeyConstraint(["tenant_id"], ["tenants.id"], name=op.f("fk_events_tenant_id")),
        sa.PrimaryKeyConstraint("tenant_id", "id", name=op.f("pk_events")),
    )
    with op.batch_alter_table("events", schema=None) as batch_op:
        batch_op.create_index(
            "ix_events_lead", ["tenant_id", "lead_id"], unique=False, postgresql_where=None, sqlite_where=None
        )
        batch_op.create_index(
            "ix_events_owed",
            ["tenant_id", "created_at"],
            unique=False,
            postgresql_where=sa.text("fanned_out_at IS NULL"),
            sqlite_where=sa.text("fanned_out_at IS NULL"),
        )

    op.create_table(
        "ledger_entries",
        sa.Column("posting_id", sa.Uuid(), nullable=False),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("account", sa.String(), nullable=False),
        sa.Column("owner_id", sa.Uuid(), nullable=True),
        sa.Column("sale_id", sa.Uuid(), nullable=True),
        sa.Column("amount_minor", sa.BigInteger(), nullable=False),
        sa.Column("currency", sa.String(), nullable=False),
        sa.Column("posted_at", UtcDateTime(), nullable=False),
        sa.Column("tenant_id", sa.Uuid(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.ForeignKeyConstraint(
            ["tenant_id", "sale_id"], ["sales.tenant_id", "sales.id"], name=op.f("fk_ledger_entries_tenant_id_sale_id")
        ),
        sa.ForeignKeyConstraint(["tenant_id"], ["tenants.id"], name=op.f("fk_ledger_entries_tenant_id")),
        sa.PrimaryKeyConstraint("tenant_id", "id", name=op.f("pk_ledger_entries")),
    )
    with op.batch_alter_table("ledger_entries", schema=None) as batch_op:
        batch_op.create_index(
            "ix_ledger_entries_owner",
            ["tenant_id", "owner_id", "posted_at", "id"],
            unique=False,
            postgresql_where=None,
            sqlite_where=None,
        )
        batch_op.create_index(
            "ix_ledger_entries_sale", ["tenant_id", "sale_id"], unique=False, postgresql_where=None, sqlite_where=None
        )

    op.create_table(
        "delivery_attempts",
        sa.Column("delivery_id", sa.Uuid(), nullable=False),
        sa.Column("attempt", sa.Integer(), nullable=False),
        sa.Column("started_at", UtcDateTime(), nullable=False),
        sa.Column("ended_at", UtcDateTime(), nullable=True),
        sa.Column("outcome", sa.String(), nullable=True),
        sa.Column("status", sa.Integer(), nullable=True),
        sa.Column("error", sa.String(), nullable=True),
        sa.Column("took_ms", sa.Integer(), nullable=True),
        sa.Column("peer", sa.String(), nullable=True),
        sa.Column("request", Json, nullable=False),
        sa.Column("request_body", sa.String(), nullable=False),
        sa.Column("response", Json, nullable=False),
        sa.Column("response_body", sa.String(), nullable=False),
        sa.Column("tenant_id", sa.Uuid(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.ForeignKeyConstraint(
            ["tenant_id", "delivery_id"],
            ["deliveries.tenant_id", "deliveries.id"],
            name=op.f("fk_delivery_attempts_tenant_id_delivery_id"),
        ),
        sa.ForeignKeyConstraint(["tenant_id"], ["tenants.id"], name=op.f("fk_delivery_attempts_tenant_id")),
        sa.PrimaryKeyConstraint("tenant_id", "id", name=op.f("pk_delivery_attempts")),
    )
    with op.batch_alter_table("delivery_attempts", schema=None) as batch_op:
        batch_op.create_index(
            "uq_delivery_attempts_number",
            ["tenant_id", "delivery_id", "attempt"],
            unique=True,
            postgresql_where=None,
            sqlite_where=None,
        )

    op.create_table(
        "messages",
        sa.Column("event_id", sa.Uuid(), nullable=False),
        sa.Column("endpoint_id", sa.Uuid(), nullable=False),
        sa.Column("event_type", sa.String(), nullable=False),
        sa.Column("lead_id", sa.Uuid(), nullable=True),
        sa.Column("replay", sa.Integer(), nullable=False),
        sa.Column("body", sa.LargeBinary(), nullable=False),
        sa.Column("state", sa.String(), nullable=False),
        sa.Column("attempt", sa.Integer(), nullable=False),
        sa.Column("next_at", UtcDateTime(), nullable=False),
        sa.Column("created_at", UtcDateTime(), nullable=False),
        sa.Column("done_at", UtcDateTime(), nullable=True),
        sa.Column("lease_token", sa.Uuid(), nullable=True),
        sa.Column("lease_until", UtcDateTime(), nullable=True),
        sa.Column("tenant_id", sa.Uuid(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.ForeignKeyConstraint(
            ["tenant_id", "endpoint_id"],
            ["endpoints.tenant_id", "endpoints.id"],
            name=op.f("fk_messages_tenant_id_endpoint_id"),
        ),
        sa.ForeignKeyConstraint(
            ["tenant_id", "event_id"], ["events.tenant_id", "events.id"], name=op.f("fk_messages_tenant_id_event_id")
        ),
        sa.ForeignKeyConstraint(["tenant_id"], ["tenants.id"], name=op.f("fk_messages_tenant_id")),
        sa.PrimaryKeyConstraint("tenant_id", "id", name=op.f("pk_messages")),
    )
    with op.batch_alter_table("messages", schema=None) as batch_op:
        batch_op.create_index(
            "ix_messages_due",
            ["tenant_id", "next_at"],
            unique=False,
            postgresql_where=sa.text("state = 'pending'"),
            sqlite_where=sa.text("state = 'pending'"),
        )
        batch_op.create_index(
            "ix_messages_endpoint",
            ["tenant_id", "endpoint_id", "created_at", "id"],
            unique=False,
            postgresql_where=None,
            sqlite_where=None,
        )
        batch_op.create_index(
            "ix_messages_leased",
            ["tenant_id", "lease_until"],
            unique=False,
            postgresql_where=sa.text("state = 'sending'"),
            sqlite_where=sa.text("state = 'sending'"),
        )
        batch_op.create_index(
            "uq_messages_event_endpoint",
            ["tenant_id", "event_id", "endpoint_id", "replay"],
            unique=True,
            postgresql_where=None,
            sqlite_where=None,
        )

    op.create_table(
        "message_attempts",
        sa.Column("message_id", sa.Uuid(), nullable=False),
        sa.Column("attempt", sa.Integer(), nullable=False),
        sa.Column("started_at", UtcDateTime(), nullable=False),
        sa.Column("ended_at", UtcDateTime(), nullable=True),
        sa.Column("outcome", sa.String(), nullable=True),
        sa.Column("status", sa.Integer(), nullable=True),
        sa.Column("error", sa.String(), nullable=True),
        sa.Column("took_ms", sa.Integer(), nullable=True),
        sa.Column("headers", Json, nullable=False),
        sa.Column("response_body", sa.String(), nullable=False),
        sa.Column("tenant_id", sa.Uuid(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.ForeignKeyConstraint(
            ["tenant_id", "message_id"],
            ["messages.tenant_id", "messages.id"],
            name=op.f("fk_message_attempts_tenant_id_message_id"),
        ),
        sa.ForeignKeyConstraint(["tenant_id"], ["tenants.id"], name=op.f("fk_message_attempts_tenant_id")),
        sa.PrimaryKeyConstraint("tenant_id", "id", name=op.f("pk_message_attempts")),
    )
    with op.batch_alter_table("message_attempts", schema=None) as batch_op:
        batch_op.create_index(
            "uq_message_attempts_number",
            ["tenant_id", "message_id", "attempt"],
            unique=True,
            postgresql_where=None,
            sqlite_where=None,
        )

    _fence_tenants()


def downgrade() -> None:
    with op.batch_alter_table("message_attempts", schema=None) as batch_op:
        batch_op.drop_index("uq_message_attempts_number", postgresql_where=None, sqlite_where=None)

    op.drop_table("message_attempts")
    with op.batch_alter_table("messages", schema=None) as batch_op:
        batch_op.drop_index("uq_messages_event_endpoint", postgresql_where=None, sqlite_where=None)
        batch_op.drop_index(
            "ix_messages_leased",
            postgresql_where=sa.text("state = 'sending'"),
            sqlite_where=sa.text("state = 'sending'"),
        )
        batch_op.drop_index("ix_messages_endpoint", postgresql_where=None, sqlite_where=None)
        batch_op.drop_index(
            "ix_messages_due", postgresql_where=sa.text("state = 'pending'"), sqlite_where=sa.text("state = 'pending'")
        )

    op.drop_table("messages")
    with op.batch_alter_table("delivery_attempts", schema=None) as batch_op:
        batch_op.drop_index("uq_delivery_attempts_number", postgresql_where=None, sqlite_where=None)

    op.drop_table("delivery_attempts")
    with op.batch_alter_table("ledger_entries", schema=None) as batch_op:
        batch_op.drop_index("ix_ledger_entries_sale", postgresql_where=None, sqlite_where=None)
        batch_op.drop_index("ix_ledger_entries_owner", postgresql_where=None, sqlite_where=None)

    op.drop_table("ledger_entries")
    with op.batch_alter_table("events", schema=None) as batch_op:
        batch_op.drop_index(
            "ix_events_owed",
            postgresql_where=sa.text("fanned_out_at IS NULL"),
            sqlite_where=sa.text("fanned_out_at IS NULL"),
        )
        batch_op.drop_index("ix_events_lead", postgresql_where=None, sqlite_where=None)

    op.drop_table("events")
    with op.batch_alter_table("deliveries", schema=None) as batch_op:
        batch_op.drop_index("uq_deliveries_sale", postgresql_where=None, sqlite_where=None)
        batch_op.drop_index(
            "ix_deliveries_leased",
            postgresql_where=sa.text("state = 'sending'"),
            sqlite_where=sa.text("state = 'sending'"),
        )
        batch_op.drop_index("ix_deliveries_lead", postgresql_where=None, sqlite_where=None)
        batch_op.drop_index(
            "ix_deliveries_due",
            postgresql_where=sa.text("state = 'pending'"),
            sqlite_where=sa.text("state = 'pending'"),
        )

    op.drop_table("deliveries")
    with op.batch_alter_table("sales", schema=None) as batch_op:
        batch_op.drop_index(
            "uq_sales_live_slot",
            postgresql_where=sa.text("state IN ('reserved', 'posting', 'unknown', 'sold')"),
            sqlite_where=sa.text("state IN ('reserved', 'posting', 'unknown', 'sold')"),
        )
        batch_op.drop_index(
            "uq_sales_live_buyer",
            postgresql_where=sa.text("state IN ('reserved', 'posting', 'unknown', 'sold')"),
            sqlite_where=sa.text("state IN ('reserved', 'posting', 'unknown', 'sold')"),
        )
        batch_op.drop_index("ix_sales_publisher", postgresql_where=None, sqlite_where=None)
        batch_op.drop_index("ix_sales_lead", postgresql_where=None, sqlite_where=None)
        batch_op.drop_index("ix_sales_buyer", postgresql_where=None, sqlite_where=None)

    op.drop_table("sales")
    with op.batch_alter_table("distributions", schema=None) as batch_op:
        batch_op.drop_index("ix_distributions_lead", postgresql_where=None, sqlite_where=None)

    op.drop_table("distributions")
    with op.batch_alter_table("leads", schema=None) as batch_op:
        batch_op.drop_index("ix_leads_short", postgresql_where=None, sqlite_where=None)
        batch_op.drop_index("ix_leads_received", postgresql_where=None, sqlite_where=None)
        batch_op.drop_index("ix_leads_publisher", postgresql_where=None, sqlite_where=None)
        batch_op.drop_index("ix_leads_phone", postgresql_where=None, sqlite_where=None)
        batch_op.drop_index(
            "ix_leads_open",
            postgresql_where=sa.text("route_until IS NOT NULL"),
            sqlite_where=sa.text("route_until IS NOT NULL"),
        )
        batch_op.drop_index("ix_leads_email", postgresql_where=None, sqlite_where=None)

    op.drop_table("leads")
    with op.batch_alter_table("sources", schema=None) as batch_op:
        batch_op.drop_index("uq_sources_publisher_campaign", postgresql_where=None, sqlite_where=None)

    op.drop_table("sources")
    with op.batch_alter_table("offer_contracts", schema=None) as batch_op:
        batch_op.drop_index("uq_offer_contracts_pair", postgresql_where=None, sqlite_where=None)

    op.drop_table("offer_contracts")
    with op.batch_alter_table("contracts", schema=None) as batch_op:
        batch_op.drop_index("ix_contracts_buyer", postgresql_where=None, sqlite_where=None)

    op.drop_table("contracts")
    op.drop_table("campaigns")
    op.drop_table("suppressions")
    with op.batch_alter_table("sessions", schema=None) as batch_op:
        batch_op.drop_index("ix_sessions_user", postgresql_where=None, sqlite_where=None)

    op.drop_table("sessions")
    op.drop_table("offers")
    op.drop_table("delivery_setups")
    op.drop_table("value_lists")
    op.drop_table("cap_usage")
    with op.batch_alter_table("verticals", schema=None) as batch_op:
        batch_op.drop_index("uq_verticals_key", postgresql_where=None, sqlite_where=None)

    op.drop_table("verticals")
    with op.batch_alter_table("users", schema=None) as batch_op:
        batch_op.drop_index("uq_users_email", postgresql_where=None, sqlite_where=None)

    op.drop_table("users")
    op.drop_table("suppression_lists")
    op.drop_table("publishers")
    with op.batch_alter_table("lookups", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_lookups_tenant_id"))

    op.drop_table("lookups")
    with op.batch_alter_table("idempotency_keys", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_idempotency_keys_expires_at"))

    op.drop_table("idempotency_keys")
    op.drop_table("fingerprints")
    with op.batch_alter_table("endpoints", schema=None) as batch_op:
        batch_op.drop_index("ix_endpoints_owner", postgresql_where=None, sqlite_where=None)

    op.drop_table("endpoints")
    with op.batch_alter_table("caps", schema=None) as batch_op:
        batch_op.drop_index("ix_caps_owner", postgresql_where=None, sqlite_where=None)

    op.drop_table("caps")
    op.drop_table("buyers")
    with op.batch_alter_table("audit_entries", schema=None) as batch_op:
        batch_op.drop_index("ix_audit_entries_subject", postgresql_where=None, sqlite_where=None)

    op.drop_table("audit_entries")
    with op.batch_alter_table("api_keys", schema=None) as batch_op:
        batch_op.drop_index("ix_api_keys_owner", postgresql_where=None, sqlite_where=None)

    op.drop_table("api_keys")
    op.drop_table("tenants")
    op.drop_table("sign_in_throttles")
