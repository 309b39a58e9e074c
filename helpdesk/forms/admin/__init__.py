"""What administrators fill in: mailboxes, rules, people, and how the organisation is built."""
