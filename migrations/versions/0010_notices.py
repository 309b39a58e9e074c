"""Service notices, who is hit by them; identities of OpenID Connect, and tokens of one use."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

import helpdesk.core.db

revision = "0010"
down_revision = "0009"


def upgrade() -> None:
    instant = helpdesk.core.db.Instant
    op.create_table(
        "service_notices",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("ticket_id", sa.Integer(), nullable=False),
        sa.Column("service_id", sa.Integer(), nullable=True),
        sa.Column("title_en", sa.String(length=200), nullable=False),
        sa.Column("title_sv", sa.String(length=200), nullable=False),
        sa.Column("words_en", sa.String(), nullable=False),
        sa.Column("words_sv", sa.String(), nullable=False),
        sa.Column("public", sa.Boolean(), nullable=False),
        sa.Column("since_at", instant(), nullable=False),
        sa.Column("expected_at", instant(), nullable=True),
        sa.Column("published_at", instant(), nullable=False),
        sa.Column("published_by_id", sa.Integer(), nullable=False),
        sa.Column("ended_at", instant(), nullable=True),
        sa.ForeignKeyConstraint(
            ["ticket_id"],
            ["tickets.id"],
            name=op.f("fk_service_notices_ticket_id_tickets"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["service_id"], ["services.id"], name=op.f("fk_service_notices_service_id_services")
        ),
        sa.ForeignKeyConstraint(
            ["published_by_id"],
            ["people.id"],
            name=op.f("fk_service_notices_published_by_id_people"),
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_service_notices")),
    )
    op.create_index(op.f("ix_service_notices_ticket_id"), "service_notices", ["ticket_id"])
    op.create_index(op.f("ix_service_notices_service_id"), "service_notices", ["service_id"])
    op.create_index("ix_service_notices_ended", "service_notices", ["ended_at", "id"])
    op.create_table(
        "notice_updates",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("notice_id", sa.Integer(), nullable=False),
        sa.Column("at", instant(), nullable=False),
        sa.Column("by_id", sa.Integer(), nullable=False),
        sa.Column("words_en", sa.String(), nullable=False),
        sa.Column("words_sv", sa.String(), nullable=False),
        sa.ForeignKeyConstraint(
            ["notice_id"],
            ["service_notices.id"],
            name=op.f("fk_notice_updates_notice_id_service_notices"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["by_id"], ["people.id"], name=op.f("fk_notice_updates_by_id_people")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_notice_updates")),
    )
    op.create_index(op.f("ix_notice_updates_notice_id"), "notice_updates", ["notice_id"])
    op.create_table(
        "affected_people",
        sa.Column("notice_id", sa.Integer(), nullable=False),
        sa.Column("person_id", sa.Integer(), nullable=False),
        sa.Column("since", instant(), nullable=False),
        sa.ForeignKeyConstraint(
            ["notice_id"],
            ["service_notices.id"],
            name=op.f("fk_affected_people_notice_id_service_notices"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["person_id"],
            ["people.id"],
            name=op.f("fk_affected_people_person_id_people"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("notice_id", "person_id", name=op.f("pk_affected_people")),
    )
    op.create_index(op.f("ix_affected_people_person_id"), "affected_people", ["person_id"])
    op.create_table(
        "identities",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("issuer", sa.String(length=500), nullable=False),
        sa.Column("subject", sa.String(length=255), nullable=False),
        sa.Column("person_id", sa.Integer(), nullable=False),
        sa.Column("linked_at", instant(), nullable=False),
        sa.Column("gave_agent", sa.Boolean(), nullable=False),
        sa.ForeignKeyConstraint(
            ["person_id"],
            ["people.id"],
            name=op.f("fk_identities_person_id_people"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_identities")),
        sa.UniqueConstraint("issuer", "subject", name=op.f("uq_identities_issuer_subject")),
    )
    op.create_index(op.f("ix_identities_person_id"), "identities", ["person_id"])
    op.create_table(
        "spent_tokens",
        sa.Column("nonce", sa.String(length=64), nullable=False),
        sa.Column("spent_at", instant(), nullable=False),
        sa.Column("led_to", sa.Integer(), nullable=True),
        sa.PrimaryKeyConstraint("nonce", name=op.f("pk_spent_tokens")),
    )
    op.create_index(op.f("ix_spent_tokens_spent_at"), "spent_tokens", ["spent_at"])


def downgrade() -> None:
    op.drop_table("spent_tokens")
    op.drop_table("identities")
    op.drop_table("affected_people")
    op.drop_table("notice_updates")
    op.drop_table("service_notices")
