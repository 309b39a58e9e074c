"""Conversations with suppliers, beside the one with the requester."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

import helpdesk.core.db

revision = "0008"
down_revision = "0007"


def upgrade() -> None:
    instant = helpdesk.core.db.Instant
    op.create_table(
        "conversations",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("ticket_id", sa.Integer(), nullable=False),
        sa.Column("subject", sa.String(length=300), nullable=False),
        sa.Column("opened_at", instant(), nullable=False),
        sa.Column("opened_by_id", sa.Integer(), nullable=True),
        sa.ForeignKeyConstraint(
            ["ticket_id"],
            ["tickets.id"],
            name=op.f("fk_conversations_ticket_id_tickets"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["opened_by_id"], ["people.id"], name=op.f("fk_conversations_opened_by_id_people")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_conversations")),
    )
    op.create_index(op.f("ix_conversations_ticket_id"), "conversations", ["ticket_id"])
    op.create_table(
        "conversation_people",
        sa.Column("conversation_id", sa.Integer(), nullable=False),
        sa.Column("person_id", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["conversation_id"],
            ["conversations.id"],
            name=op.f("fk_conversation_people_conversation_id_conversations"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["person_id"],
            ["people.id"],
            name=op.f("fk_conversation_people_person_id_people"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("conversation_id", "person_id", name=op.f("pk_conversation_people")),
    )
    op.create_index(
        op.f("ix_conversation_people_person_id"), "conversation_people", ["person_id"]
    )
    # In place: with its foreign key written inline, SQLite need not copy tables of millions of rows.
    for table in ("messages", "mail_ids"):
        name = op.f(f"fk_{table}_conversation_id_conversations")
        column = sa.Column(
            "conversation_id", sa.Integer(), sa.ForeignKey("conversations.id", name=name)
        )
        op.add_column(table, column, inline_references=True)
    op.create_index(op.f("ix_messages_conversation_id"), "messages", ["conversation_id"])
    op.add_column(
        "drafts", sa.Column("subject", sa.String(length=300), nullable=False, server_default="")
    )


def downgrade() -> None:
    op.drop_column("drafts", "subject")
    op.drop_index(op.f("ix_messages_conversation_id"), "messages")
    for table in ("mail_ids", "messages"):
        with op.batch_alter_table(table) as batch:
            batch.drop_column("conversation_id")
    op.drop_table("conversation_people")
    op.drop_table("conversations")
