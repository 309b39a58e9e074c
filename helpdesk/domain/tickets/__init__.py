"""The one record that all processes share: tickets, their conversation and their history."""
