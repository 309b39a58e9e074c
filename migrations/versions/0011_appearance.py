"""Appearance, own words of notifications, mailboxes on their way, and who changed what."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

import helpdesk.core.db

revision = "0011"
down_revision = "0010"


def upgrade() -> None:
    instant = helpdesk.core.db.Instant
    op.create_table(
        "appearance",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("name", sa.String(length=100), nullable=False),
        sa.Column("accent", sa.String(length=7), nullable=False),
        sa.Column("accent_dark", sa.String(length=7), nullable=False),
        sa.Column("logo_sha256", sa.String(length=64), nullable=True),
        sa.Column("logo_type", sa.String(length=20), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_appearance")),
    )
    op.create_table(
        "notification_texts",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("notification", sa.String(length=40), nullable=False),
        sa.Column("language", sa.String(length=5), nullable=False),
        sa.Column("subject", sa.String(), nullable=False),
        sa.Column("first_line", sa.String(), nullable=False),
        sa.Column("expected", sa.String(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("draft", sa.JSON(none_as_null=True), nullable=True),
        sa.Column("changed_at", instant(), nullable=False),
        sa.Column("changed_by_id", sa.Integer(), nullable=True),
        sa.ForeignKeyConstraint(
            ["changed_by_id"],
            ["people.id"],
            name=op.f("fk_notification_texts_changed_by_id_people"),
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_notification_texts")),
        sa.UniqueConstraint(
            "notification", "language", name="uq_notification_texts_notification"
        ),
    )
    op.create_table(
        "mailbox_setups",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("begun_at", instant(), nullable=False),
        sa.Column("begun_by_id", sa.Integer(), nullable=True),
        sa.Column("changed_at", instant(), nullable=False),
        sa.Column("given", sa.JSON(), nullable=False),
        sa.Column("sealed_password", sa.String(), nullable=True),
        sa.Column("results", sa.JSON(), nullable=False),
        sa.Column("trial_id", sa.String(length=255), nullable=False),
        sa.Column("trial_at", instant(), nullable=True),
        sa.ForeignKeyConstraint(
            ["begun_by_id"], ["people.id"], name=op.f("fk_mailbox_setups_begun_by_id_people")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_mailbox_setups")),
    )
    op.create_index("ix_configuration_changes_by", "configuration_changes", ["by_id", "id"])


def downgrade() -> None:
    op.drop_index("ix_configuration_changes_by", "configuration_changes")
    op.drop_table("mailbox_setups")
    op.drop_table("notification_texts")
    op.drop_table("appearance")
