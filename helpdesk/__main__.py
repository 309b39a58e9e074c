"""Lets `python -m helpdesk` do what the command `helpdesk` does."""

from __future__ import annotations

from helpdesk.cli import main

main()
