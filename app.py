"""The WSGI application for servers that look for one: `gunicorn app:app`."""

from __future__ import annotations

from helpdesk.application import create_app

app = create_app()
