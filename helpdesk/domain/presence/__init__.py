"""Who is at a ticket right now, and whether they write; rows that live for seconds."""
