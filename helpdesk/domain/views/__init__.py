"""Saved views: a work list with its filters, columns and sort, kept under a name."""
