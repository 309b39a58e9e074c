"""Where a ticket belongs: rules, and the placement that they lead to."""
