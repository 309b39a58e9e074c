"""Links: tickets that go on in another one, and tickets that are put off."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

import helpdesk.core.db

revision = "0007"
down_revision = "0006"

_UNFINISHED = sa.text("standing <> 'done'")
_SNOOZED = sa.text("snoozed_until IS NOT NULL")
_MERGED = sa.text("merged_into_id IS NOT NULL")

# The work lists leave out what is put off, and read it in the index too.
_LISTS = {
    "ix_tickets_queue_unfinished": ("queue_id", "priority", "id"),
    "ix_tickets_assignee_unfinished": ("assignee_id", "priority", "id"),
    "ix_tickets_unfinished": (
        *("priority", "id", "queue_id", "assignee_id", "standing"),
        *("state", "process", "service_id", "requester_id"),
    ),
    "ix_tickets_unfinished_changed": (
        *("changed_at", "id", "priority", "queue_id", "assignee_id", "standing"),
        *("state", "process", "service_id", "requester_id"),
    ),
}


def upgrade() -> None:
    op.add_column(
        "tickets", sa.Column("snoozed_until", helpdesk.core.db.Instant(), nullable=True)
    )
    # SQLite takes a new column with what it refers to, but no such word afterwards.
    op.execute(
        "ALTER TABLE tickets ADD COLUMN merged_into_id INTEGER"
        " CONSTRAINT fk_tickets_merged_into_id_tickets REFERENCES tickets (id)"
    )
    for name, columns in _LISTS.items():
        _make_anew(name, (*columns, "snoozed_until"))
    op.create_index(
        "ix_tickets_snoozed",
        "tickets",
        ["snoozed_until", "id"],
        sqlite_where=_SNOOZED,
        postgresql_where=_SNOOZED,
    )
    op.create_index(
        "ix_tickets_merged",
        "tickets",
        ["merged_into_id"],
        sqlite_where=_MERGED,
        postgresql_where=_MERGED,
    )


def downgrade() -> None:
    op.drop_index("ix_tickets_merged", "tickets")
    op.drop_index("ix_tickets_snoozed", "tickets")
    for name, columns in _LISTS.items():
        _make_anew(name, columns)
    # What stood in it does not fit into what is left.
    op.execute("UPDATE tickets SET state = 'closed' WHERE state = 'merged'")
    with op.batch_alter_table(
        "tickets", table_kwargs={"sqlite_autoincrement": True}
    ) as tickets:
        tickets.drop_column("merged_into_id")
        tickets.drop_column("snoozed_until")


def _make_anew(name: str, columns: tuple[str, ...]) -> None:
    op.drop_index(name, "tickets")
    op.create_index(
        name, "tickets", [*columns], sqlite_where=_UNFINISHED, postgresql_where=_UNFINISHED
    )
