"""Replies: canned ones, drafts, and the seconds in which one can be taken back."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

import helpdesk.core.db

revision = "0005"
down_revision = "0004"


def upgrade() -> None:
    instant = helpdesk.core.db.Instant
    op.create_table(
        "canned_replies",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("name", sa.String(length=100), nullable=False),
        sa.Column("words_en", sa.String(), nullable=False),
        sa.Column("words_sv", sa.String(), nullable=False),
        sa.Column("function_id", sa.Integer(), nullable=True),
        sa.ForeignKeyConstraint(
            ["function_id"], ["functions.id"], name=op.f("fk_canned_replies_function_id_functions")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_canned_replies")),
        sa.UniqueConstraint("name", name=op.f("uq_canned_replies_name")),
    )
    op.create_index(op.f("ix_canned_replies_function_id"), "canned_replies", ["function_id"])
    op.create_table(
        "drafts",
        sa.Column("person_id", sa.Integer(), nullable=False),
        sa.Column("ticket_id", sa.Integer(), nullable=False),
        sa.Column("kind", sa.String(length=10), nullable=False),
        sa.Column("words", sa.String(), nullable=False),
        sa.Column("cc", sa.String(), nullable=False),
        sa.Column("files", sa.JSON(), nullable=False),
        sa.Column("kept_at", instant(), nullable=False),
        sa.ForeignKeyConstraint(
            ["person_id"],
            ["people.id"],
            name=op.f("fk_drafts_person_id_people"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["ticket_id"],
            ["tickets.id"],
            name=op.f("fk_drafts_ticket_id_tickets"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("person_id", "ticket_id", "kind", name=op.f("pk_drafts")),
    )
    op.create_index(op.f("ix_drafts_ticket_id"), "drafts", ["ticket_id"])
    op.add_column("messages", sa.Column("held_until", instant(), nullable=True))


def downgrade() -> None:
    op.drop_column("messages", "held_until")
    op.drop_table("drafts")
    op.drop_table("canned_replies")
