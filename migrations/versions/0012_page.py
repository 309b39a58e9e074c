"""The ticket page: who has read how far."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

import helpdesk.core.db

revision = "0012"
down_revision = "0011"


def upgrade() -> None:
    op.create_table(
        "read_marks",
        sa.Column("person_id", sa.Integer(), nullable=False),
        sa.Column("ticket_id", sa.Integer(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("at", helpdesk.core.db.Instant(), nullable=False),
        sa.ForeignKeyConstraint(
            ["person_id"],
            ["people.id"],
            name=op.f("fk_read_marks_person_id_people"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["ticket_id"],
            ["tickets.id"],
            name=op.f("fk_read_marks_ticket_id_tickets"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("person_id", "ticket_id", name=op.f("pk_read_marks")),
    )
    op.create_index(op.f("ix_read_marks_ticket_id"), "read_marks", ["ticket_id"])


def downgrade() -> None:
    op.drop_table("read_marks")
