"""Mailboxes, the mail that came in, and the outbox."""
