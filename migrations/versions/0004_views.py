"""Views: saved views, and the indexes that serve each filter and sort of the work lists."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

import helpdesk.core.db

revision = "0004"
down_revision = "0003"

_UNFINISHED = sa.text("standing <> 'done'")
_DONE = sa.text("standing = 'done'")


def upgrade() -> None:
    instant = helpdesk.core.db.Instant
    op.create_table(
        "saved_views",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("name", sa.String(length=60), nullable=False),
        sa.Column("owner_id", sa.Integer(), nullable=False),
        sa.Column("function_id", sa.Integer(), nullable=True),
        sa.Column("filters", sa.JSON(), nullable=False),
        sa.Column("columns", sa.JSON(), nullable=False),
        sa.Column("sort", sa.String(length=20), nullable=False),
        sa.Column("created_at", instant(), nullable=False),
        sa.Column("changed_at", instant(), nullable=False),
        sa.ForeignKeyConstraint(
            ["function_id"],
            ["functions.id"],
            name=op.f("fk_saved_views_function_id_functions"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["owner_id"],
            ["people.id"],
            name=op.f("fk_saved_views_owner_id_people"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_saved_views")),
    )
    op.create_index("uq_saved_views_owner_name", "saved_views", ["owner_id", "name"], unique=True)
    op.create_index(op.f("ix_saved_views_function_id"), "saved_views", ["function_id"])
    # What a list may be narrowed by lies in the index, so that no row is read to be passed over.
    op.drop_index("ix_tickets_unfinished", "tickets")
    op.create_index(
        "ix_tickets_unfinished",
        "tickets",
        [
            *("priority", "id", "queue_id", "assignee_id", "standing"),
            *("state", "process", "service_id", "requester_id"),
        ],
        sqlite_where=_UNFINISHED,
        postgresql_where=_UNFINISHED,
    )
    op.create_index(
        "ix_tickets_unfinished_changed",
        "tickets",
        [
            *("changed_at", "id", "priority", "queue_id", "assignee_id", "standing"),
            *("state", "process", "service_id", "requester_id"),
        ],
        sqlite_where=_UNFINISHED,
        postgresql_where=_UNFINISHED,
    )
    for name, column in (
        ("ix_tickets_queue_done", "queue_id"),
        ("ix_tickets_assignee_done", "assignee_id"),
        ("ix_tickets_service_done", "service_id"),
    ):
        op.create_index(name, "tickets", [column, "id"], sqlite_where=_DONE, postgresql_where=_DONE)


def downgrade() -> None:
    for name in (
        "ix_tickets_service_done",
        "ix_tickets_assignee_done",
        "ix_tickets_queue_done",
        "ix_tickets_unfinished_changed",
        "ix_tickets_unfinished",
    ):
        op.drop_index(name, "tickets")
    op.create_index(
        "ix_tickets_unfinished",
        "tickets",
        ["priority", "id"],
        sqlite_where=_UNFINISHED,
        postgresql_where=_UNFINISHED,
    )
    op.drop_table("saved_views")
