"""What agents fill in: decisions about a ticket, replies, notes, and tickets they begin."""
