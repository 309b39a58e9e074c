"""What helps agents to write: canned replies, drafts, and taking back what has not left."""
