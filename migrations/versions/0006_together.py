"""Together: who is at a ticket right now."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

import helpdesk.core.db

revision = "0006"
down_revision = "0005"


def upgrade() -> None:
    op.create_table(
        "presences",
        sa.Column("ticket_id", sa.Integer(), nullable=False),
        sa.Column("person_id", sa.Integer(), nullable=False),
        sa.Column("doing", sa.String(length=10), nullable=False),
        sa.Column("seen_at", helpdesk.core.db.Instant(), nullable=False),
        sa.ForeignKeyConstraint(
            ["person_id"],
            ["people.id"],
            name=op.f("fk_presences_person_id_people"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["ticket_id"],
            ["tickets.id"],
            name=op.f("fk_presences_ticket_id_tickets"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("ticket_id", "person_id", name=op.f("pk_presences")),
    )
    op.create_index(op.f("ix_presences_person_id"), "presences", ["person_id"])


def downgrade() -> None:
    op.drop_table("presences")
