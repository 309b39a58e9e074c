"""The pages of the desk: work lists, tickets, search."""

from __future__ import annotations

# A module's views are registered by importing it.
from helpdesk.web.desk import (
    beginning,
    drafting,
    files,
    linking,
    lists,
    many,
    mentions,
    merging,
    notices,
    original,
    registering,
    search,
    snoozing,
    spam,
    speaking,
    splitting,
    steering,
    ticket,
    together,
    views,
    watching,
)
from helpdesk.web.desk.door import blueprint

__all__ = [
    "beginning",
    "blueprint",
    "drafting",
    "files",
    "linking",
    "lists",
    "many",
    "mentions",
    "merging",
    "notices",
    "original",
    "registering",
    "search",
    "snoozing",
    "spam",
    "speaking",
    "splitting",
    "steering",
    "ticket",
    "together",
    "views",
    "watching",
]
