"""The full-text index of tickets, which each database does in its own way."""

from __future__ import annotations

from alembic import op

revision = "0002"
down_revision = "0001"


def upgrade() -> None:
    if op.get_bind().dialect.name == "postgresql":
        op.execute(
            "CREATE TABLE ticket_words ("
            " ticket_id integer PRIMARY KEY REFERENCES tickets(id) ON DELETE CASCADE,"
            " public tsvector NOT NULL, internal tsvector NOT NULL)"
        )
        op.execute("CREATE INDEX ix_ticket_words_public ON ticket_words USING gin (public)")
        op.execute(
            "CREATE INDEX ix_ticket_words_all ON ticket_words USING gin ((public || internal))"
        )
    else:
        op.execute(
            "CREATE VIRTUAL TABLE ticket_words USING fts5("
            "public, internal, tokenize = 'unicode61 remove_diacritics 0')"
        )


def downgrade() -> None:
    op.execute("DROP TABLE ticket_words")
