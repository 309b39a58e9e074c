"""The pages of the desk: work lists, tickets, search."""

from __future__ import annotations

# A module's views are registered by importing it.
from helpdesk.web.desk import (
    beginning,
    files,
    lists,
    original,
    search,
    spam,
    speaking,
    steering,
    ticket,
)
from helpdesk.web.desk.door import blueprint

__all__ = [
    "beginning",
    "blueprint",
    "files",
    "lists",
    "original",
    "search",
    "spam",
    "speaking",
    "steering",
    "ticket",
]
