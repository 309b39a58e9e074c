"""Service notices: what is broken right now, told once so that nobody else need write."""
