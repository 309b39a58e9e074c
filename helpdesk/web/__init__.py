"""The pages: for requesters, agents and administrators."""

from __future__ import annotations

from flask import Flask

from helpdesk.core.config import Settings


def open_doors(app: Flask, settings: Settings) -> None:
    """Register everything that people and programs reach over HTTP."""
