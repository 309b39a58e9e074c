"""Tells programs whether this process is alive and whether it can do its work."""

from __future__ import annotations

from flask import Blueprint, Response, jsonify
from sqlalchemy import text

from helpdesk.core.db import db

blueprint = Blueprint("health", __name__)


@blueprint.get("/health/alive")
def alive() -> Response:
    """The process answers; nothing else is asked."""
    return jsonify(status="alive")


@blueprint.get("/health/ready")
def ready() -> Response:
    """The database answers too; the 503 page otherwise."""
    db.session.execute(text("SELECT 1"))
    return jsonify(status="ready")
