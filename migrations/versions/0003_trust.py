"""Trust: grants of OAuth 2, bouncing addresses, whom a mailbox believes, and what it counts."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

import helpdesk.core.db

revision = "0003"
down_revision = "0002"


def upgrade() -> None:
    instant = helpdesk.core.db.Instant
    op.create_table(
        "mail_grants",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("name", sa.String(length=60), nullable=False),
        sa.Column("provider", sa.String(length=20), nullable=False),
        sa.Column("flow", sa.String(length=20), nullable=False),
        sa.Column("tenant", sa.String(length=200), nullable=False),
        sa.Column("authorize_url", sa.String(length=500), nullable=False),
        sa.Column("token_url", sa.String(length=500), nullable=False),
        sa.Column("scope", sa.String(length=1000), nullable=False),
        sa.Column("client_id", sa.String(length=300), nullable=False),
        sa.Column("sealed_client_secret", sa.String(), nullable=True),
        sa.Column("sealed_refresh_token", sa.String(), nullable=True),
        sa.Column("sealed_access_token", sa.String(), nullable=True),
        sa.Column("access_until", instant(), nullable=True),
        sa.Column("created_at", instant(), nullable=False),
        sa.Column("connected_at", instant(), nullable=True),
        sa.Column("renewed_at", instant(), nullable=True),
        sa.Column("tried_at", instant(), nullable=True),
        sa.Column("failing_since", instant(), nullable=True),
        sa.Column("last_error", sa.String(), nullable=False),
        sa.Column("refused", sa.Boolean(), nullable=False),
        sa.Column("alarmed_at", instant(), nullable=True),
        sa.Column("leased_by", sa.String(length=80), nullable=True),
        sa.Column("leased_until", instant(), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_mail_grants")),
        sa.UniqueConstraint("name", name=op.f("uq_mail_grants_name")),
    )
    op.create_table(
        "bouncing_addresses",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("address", sa.String(length=320), nullable=False),
        sa.Column("soft_bounces", sa.Integer(), nullable=False),
        sa.Column("hard_bounces", sa.Integer(), nullable=False),
        sa.Column("first_at", instant(), nullable=False),
        sa.Column("last_at", instant(), nullable=False),
        sa.Column("last_status", sa.String(length=12), nullable=False),
        sa.Column("last_words", sa.String(), nullable=False),
        sa.Column("last_inbound_id", sa.Integer(), nullable=True),
        sa.Column("last_outbound_id", sa.Integer(), nullable=True),
        sa.Column("suppressed_since", instant(), nullable=True),
        sa.Column("freed_at", instant(), nullable=True),
        sa.Column("freed_by_id", sa.Integer(), nullable=True),
        sa.Column("freed_by_mail_id", sa.Integer(), nullable=True),
        sa.ForeignKeyConstraint(
            ["freed_by_id"], ["people.id"], name=op.f("fk_bouncing_addresses_freed_by_id_people")
        ),
        sa.ForeignKeyConstraint(
            ["freed_by_mail_id"],
            ["inbound_mails.id"],
            name=op.f("fk_bouncing_addresses_freed_by_mail_id_inbound_mails"),
        ),
        sa.ForeignKeyConstraint(
            ["last_inbound_id"],
            ["inbound_mails.id"],
            name=op.f("fk_bouncing_addresses_last_inbound_id_inbound_mails"),
        ),
        sa.ForeignKeyConstraint(
            ["last_outbound_id"],
            ["outbound_mails.id"],
            name=op.f("fk_bouncing_addresses_last_outbound_id_outbound_mails"),
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_bouncing_addresses")),
        sa.UniqueConstraint("address", name=op.f("uq_bouncing_addresses_address")),
    )
    op.create_index("ix_bouncing_addresses_last_at", "bouncing_addresses", ["last_at"])
    suppressed = sa.text("suppressed_since IS NOT NULL")
    op.create_index(
        "ix_bouncing_addresses_suppressed",
        "bouncing_addresses",
        ["suppressed_since"],
        sqlite_where=suppressed,
        postgresql_where=suppressed,
    )
    # The newest mails to an address are asked for, not only all of them.
    op.create_index("ix_outbound_mails_to", "outbound_mails", ["to_address", "id"])
    op.drop_index("ix_outbound_mails_to_address", "outbound_mails")
    # Written out, because SQLite takes a reference only as a part of its new column.
    op.execute(
        "ALTER TABLE mailboxes ADD COLUMN grant_id INTEGER"
        " CONSTRAINT fk_mailboxes_grant_id_mail_grants REFERENCES mail_grants (id)"
    )
    for column in (
        sa.Column("authserv_ids", sa.JSON(), nullable=False, server_default="[]"),
        sa.Column("spam_header", sa.String(length=200), nullable=False, server_default=""),
        sa.Column("on_server", sa.Integer(), nullable=True),
        sa.Column("counted_at", instant(), nullable=True),
        sa.Column("silent_after_hours", sa.Integer(), nullable=False, server_default="0"),
        sa.Column("alarmed_at", instant(), nullable=True),
    ):
        op.add_column("mailboxes", column)
    op.add_column(
        "inbound_mails",
        sa.Column("dmarc", sa.String(length=10), nullable=False, server_default=""),
    )
    op.add_column(
        "inbound_mails",
        sa.Column("not_spam", sa.Boolean(), nullable=False, server_default=sa.false()),
    )
    op.add_column(
        "inbound_mails",
        sa.Column("opened_ticket", sa.Boolean(), nullable=False, server_default=sa.false()),
    )
    op.execute(
        "UPDATE inbound_mails SET opened_ticket = true WHERE state IN ('filed', 'filed quietly')"
        " AND EXISTS (SELECT 1 FROM ticket_events WHERE kind = 'opened'"
        " AND ticket_events.ticket_id = inbound_mails.ticket_id"
        " AND ticket_events.message_id = inbound_mails.message_id)"
    )
    op.drop_index("ix_inbound_mails_mailbox_state", "inbound_mails")
    op.create_index(
        "ix_inbound_mails_place",
        "inbound_mails",
        ["mailbox_id", "state", "opened_ticket", "reason", "id"],
    )
    op.create_index("ix_inbound_mails_state_reason", "inbound_mails", ["state", "reason", "id"])
    op.add_column(
        "attachments",
        sa.Column("infected_with", sa.String(length=200), nullable=False, server_default=""),
    )


def downgrade() -> None:
    op.drop_column("attachments", "infected_with")
    op.drop_index("ix_inbound_mails_state_reason", "inbound_mails")
    op.drop_index("ix_inbound_mails_place", "inbound_mails")
    op.create_index(
        "ix_inbound_mails_mailbox_state", "inbound_mails", ["mailbox_id", "state", "id"]
    )
    op.drop_column("inbound_mails", "opened_ticket")
    op.drop_column("inbound_mails", "not_spam")
    op.drop_column("inbound_mails", "dmarc")
    for name in (
        "alarmed_at",
        "silent_after_hours",
        "counted_at",
        "on_server",
        "spam_header",
        "authserv_ids",
    ):
        op.drop_column("mailboxes", name)
    # SQLite drops no column that refers to another table, so the whole table is copied there.
    with op.batch_alter_table("mailboxes") as mailboxes:
        mailboxes.drop_column("grant_id")
    op.create_index("ix_outbound_mails_to_address", "outbound_mails", ["to_address"])
    op.drop_index("ix_outbound_mails_to", "outbound_mails")
    op.drop_table("bouncing_addresses")
    op.drop_table("mail_grants")
