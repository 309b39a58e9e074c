"""What requesters fill in, and what everybody fills in about themselves."""
