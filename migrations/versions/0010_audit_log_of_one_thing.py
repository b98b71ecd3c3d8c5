"""The audit log of one thing in its order, and of whoever somebody acted as."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0010"
down_revision = "0009"

TABLE = "audit_entries"
OF_THING = "ix_audit_entries_subject"
IN_PLACE_OF = "ix_audit_entries_acting"
WAS_ACTING = sa.text("acting_as IS NOT NULL")


def upgrade() -> None:
    op.drop_index(OF_THING, table_name=TABLE)
    op.create_index(OF_THING, TABLE, ["tenant_id", "subject_kind", "subject_id", "at", "id"], unique=False)
    op.create_index(
        IN_PLACE_OF,
        TABLE,
        ["tenant_id", "acting_as", "at", "id"],
        unique=False,
        postgresql_where=WAS_ACTING,
        sqlite_where=WAS_ACTING,
    )


def downgrade() -> None:
    op.drop_index(IN_PLACE_OF, table_name=TABLE)
    op.drop_index(OF_THING, table_name=TABLE)
    op.create_index(OF_THING, TABLE, ["tenant_id", "subject_kind", "subject_id", "at"], unique=False)
