"""Who hears of what: one table, and the verb that writes its rows to the outbox."""
