"""People: units with senders and sharing, absences, unwanted mail, hand-overs."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

import helpdesk.core.db

revision = "0009"
down_revision = "0008"

_UNFINISHED_TICKET = sa.text("standing <> 'done'")
_UNFINISHED_HAND_OVER = sa.text("done_at IS NULL")


def _refers(table: str, column: str, to: str) -> sa.ForeignKey:
    return sa.ForeignKey(f"{to}.id", name=op.f(f"fk_{table}_{column}_{to}"))


def upgrade() -> None:
    instant = helpdesk.core.db.Instant
    op.add_column(
        "business_units",
        sa.Column(
            "parent_id",
            sa.Integer(),
            _refers("business_units", "parent_id", "business_units"),
            nullable=True,
        ),
        inline_references=True,
    )
    # What stands in a table already gets a value; models give it from then on.
    op.add_column(
        "business_units",
        sa.Column("active", sa.Boolean(), nullable=False, server_default=sa.true()),
    )
    op.add_column(
        "business_units",
        sa.Column("sharing", sa.String(length=10), nullable=False, server_default="off"),
    )
    op.add_column("business_units", sa.Column("shared_since", instant(), nullable=True))
    op.create_index(op.f("ix_business_units_parent_id"), "business_units", ["parent_id"])
    op.create_table(
        "unit_senders",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("pattern", sa.String(length=320), nullable=False),
        sa.Column("business_unit_id", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["business_unit_id"],
            ["business_units.id"],
            name=op.f("fk_unit_senders_business_unit_id_business_units"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_unit_senders")),
        sa.UniqueConstraint("pattern", name=op.f("uq_unit_senders_pattern")),
    )
    op.create_index(
        op.f("ix_unit_senders_business_unit_id"), "unit_senders", ["business_unit_id"]
    )
    op.create_table(
        "unit_readers",
        sa.Column("business_unit_id", sa.Integer(), nullable=False),
        sa.Column("person_id", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["business_unit_id"],
            ["business_units.id"],
            name=op.f("fk_unit_readers_business_unit_id_business_units"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["person_id"],
            ["people.id"],
            name=op.f("fk_unit_readers_person_id_people"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("business_unit_id", "person_id", name=op.f("pk_unit_readers")),
    )
    op.create_index(op.f("ix_unit_readers_person_id"), "unit_readers", ["person_id"])
    op.create_table(
        "absences",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("person_id", sa.Integer(), nullable=False),
        sa.Column("from_on", sa.Date(), nullable=False),
        sa.Column("back_on", sa.Date(), nullable=False),
        sa.Column("starts_at", instant(), nullable=False),
        sa.Column("ends_at", instant(), nullable=False),
        sa.Column("note", sa.String(length=500), nullable=False),
        sa.Column("substitute_id", sa.Integer(), nullable=True),
        sa.Column("created_at", instant(), nullable=False),
        sa.ForeignKeyConstraint(
            ["person_id"],
            ["people.id"],
            name=op.f("fk_absences_person_id_people"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["substitute_id"], ["people.id"], name=op.f("fk_absences_substitute_id_people")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_absences")),
    )
    op.create_index("ix_absences_person", "absences", ["person_id", "ends_at"])
    op.create_index(op.f("ix_absences_ends_at"), "absences", ["ends_at"])
    op.create_index(op.f("ix_absences_substitute_id"), "absences", ["substitute_id"])
    op.add_column(
        "people",
        sa.Column("unwanted_mail", sa.JSON(), nullable=False, server_default=sa.text("'[]'")),
    )
    op.create_table(
        "hand_overs",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("person_id", sa.Integer(), nullable=True),
        sa.Column("queue_id", sa.Integer(), nullable=True),
        sa.Column("to_person_id", sa.Integer(), nullable=True),
        sa.Column("to_queue_id", sa.Integer(), nullable=True),
        sa.Column("only_urgent", sa.Boolean(), nullable=False),
        sa.Column("reason", sa.String(length=20), nullable=False),
        sa.Column("by_id", sa.Integer(), nullable=True),
        sa.Column("last_id", sa.Integer(), nullable=False),
        sa.Column("moved", sa.Integer(), nullable=False),
        sa.Column("stayed", sa.Integer(), nullable=False),
        sa.Column("started_at", instant(), nullable=False),
        sa.Column("done_at", instant(), nullable=True),
        sa.ForeignKeyConstraint(
            ["person_id"], ["people.id"], name=op.f("fk_hand_overs_person_id_people")
        ),
        sa.ForeignKeyConstraint(
            ["queue_id"], ["queues.id"], name=op.f("fk_hand_overs_queue_id_queues")
        ),
        sa.ForeignKeyConstraint(
            ["to_person_id"], ["people.id"], name=op.f("fk_hand_overs_to_person_id_people")
        ),
        sa.ForeignKeyConstraint(
            ["to_queue_id"], ["queues.id"], name=op.f("fk_hand_overs_to_queue_id_queues")
        ),
        sa.ForeignKeyConstraint(["by_id"], ["people.id"], name=op.f("fk_hand_overs_by_id_people")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_hand_overs")),
    )
    op.create_index(
        "ix_hand_overs_unfinished",
        "hand_overs",
        ["id"],
        sqlite_where=_UNFINISHED_HAND_OVER,
        postgresql_where=_UNFINISHED_HAND_OVER,
    )
    op.create_index("ix_hand_overs_person", "hand_overs", ["person_id", "id"])
    op.add_column(
        "tickets",
        sa.Column(
            "business_unit_id",
            sa.Integer(),
            _refers("tickets", "business_unit_id", "business_units"),
            nullable=True,
        ),
        inline_references=True,
    )
    op.add_column(
        "tickets", sa.Column("private", sa.Boolean(), nullable=False, server_default=sa.false())
    )
    op.create_index("ix_tickets_unit", "tickets", ["business_unit_id", "id"])
    op.create_index(
        "ix_tickets_unit_unfinished",
        "tickets",
        ["business_unit_id", "priority", "id"],
        sqlite_where=_UNFINISHED_TICKET,
        postgresql_where=_UNFINISHED_TICKET,
    )


def downgrade() -> None:
    op.drop_index("ix_tickets_unit_unfinished", "tickets")
    op.drop_index("ix_tickets_unit", "tickets")
    op.drop_column("tickets", "private")
    op.drop_column("tickets", "business_unit_id")
    op.drop_table("hand_overs")
    op.drop_column("people", "unwanted_mail")
    op.drop_table("absences")
    op.drop_table("unit_readers")
    op.drop_table("unit_senders")
    op.drop_index("ix_business_units_parent_id", "business_units")
    for column in ("shared_since", "sharing", "active", "parent_id"):
        op.drop_column("business_units", column)
