"""Traces beside their sheets: what is the same in all traces of an offer is stored once.

Traces that are there stay as they are and are read as before. Taken back, new ones are written out whole again.
"""

from __future__ import annotations

import json
import zlib
from typing import Any

import sqlalchemy as sa
from alembic import op

from app.db import Json, UtcDateTime

revision = "0013"
down_revision = "0012"

AT_ONCE = 500
TRACES = sa.table(
    "distributions", sa.column("tenant_id", sa.Uuid()), sa.column("id", sa.Uuid()), sa.column("entries", Json),
    sa.column("sheet_id", sa.Uuid()), sa.column("packed", sa.LargeBinary()),
)  # fmt: skip
SHEETS = sa.table(
    "trace_sheets", sa.column("tenant_id", sa.Uuid()), sa.column("id", sa.Uuid()), sa.column("body", Json)
)


def upgrade() -> None:
    op.create_table(
        "trace_sheets",
        sa.Column("body", Json, nullable=False),
        sa.Column("created_at", UtcDateTime(), nullable=False),
        sa.Column("tenant_id", sa.Uuid(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.ForeignKeyConstraint(["tenant_id"], ["tenants.id"], name=op.f("fk_trace_sheets_tenant_id")),
        sa.PrimaryKeyConstraint("tenant_id", "id", name=op.f("pk_trace_sheets")),
    )
    op.add_column("distributions", sa.Column("sheet_id", sa.Uuid(), nullable=True))
    op.add_column("distributions", sa.Column("packed", sa.LargeBinary(), nullable=True))
    if op.get_bind().dialect.name == "postgresql":
        op.execute("ALTER TABLE trace_sheets ENABLE ROW LEVEL SECURITY")
        op.execute("ALTER TABLE trace_sheets FORCE ROW LEVEL SECURITY")
        op.execute(
            "CREATE POLICY tenant_only ON trace_sheets "
            "USING (tenant_id = nullif(current_setting('app.tenant_id', true), '')::uuid)"
        )


def downgrade() -> None:
    bind = op.get_bind()
    for tenant_id in bind.scalars(sa.text("SELECT id FROM tenants")).all():
        if bind.dialect.name == "postgresql":
            bind.execute(sa.text("SELECT set_config('app.tenant_id', :tenant, true)"), {"tenant": str(tenant_id)})
            _write_out(bind)
    if bind.dialect.name != "postgresql":
        _write_out(bind)
    op.drop_column("distributions", "packed")
    op.drop_column("distributions", "sheet_id")
    op.drop_table("trace_sheets")


def _write_out(bind: sa.Connection) -> None:
    """Every trace of the new form as the release before wrote it, some at a time."""
    sheets = {(row.tenant_id, row.id): row.body for row in bind.execute(sa.select(SHEETS))}
    waiting = sa.select(TRACES).where(TRACES.c.packed.is_not(None)).order_by(TRACES.c.tenant_id, TRACES.c.id)
    behind = sa.true()  # so that no batch looks again at all those that are done
    while rows := bind.execute(waiting.where(behind).limit(AT_ONCE)).all():
        last = rows[-1]
        behind = sa.tuple_(TRACES.c.tenant_id, TRACES.c.id) > sa.tuple_(last.tenant_id, last.id)
        for row in rows:
            whole = _whole(json.loads(zlib.decompress(row.packed)), sheets[row.tenant_id, row.sheet_id])
            its_own = (TRACES.c.tenant_id == row.tenant_id) & (TRACES.c.id == row.id)
            bind.execute(sa.update(TRACES).where(its_own).values(entries=whole, packed=None))


def _whole(kept: dict[str, Any], sheet: dict[str, Any]) -> dict[str, Any]:
    front = [(at, outcome, said, place, moved) for at, outcome, said, place, *moved in kept["front"]]
    away = [(at, outcome, said, None, moved) for places, outcome, said, *moved in kept["away"] for at in places]
    rows = []
    for at, outcome, said, place, moved in [*front, *sorted(away, key=lambda one: one[0])]:
        contract_id, name, buyer, plain = sheet["contracts"][at]
        price, rule = moved or (plain, "")
        rows.append([contract_id, name, buyer, outcome, said, price, rule, place, None])
    return {
        "version": 1,
        "currency": sheet["currency"],
        "buyers": sheet["buyers"],
        "reasons": kept["reasons"],
        "rows": rows,
    }
