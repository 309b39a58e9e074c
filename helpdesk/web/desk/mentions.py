"""Whom a note can mention, offered while an agent types."""

from __future__ import annotations

from flask import Response, jsonify, request
from flask_babel import gettext as _

from helpdesk.domain.accounts.mentioning import mentionable
from helpdesk.domain.accounts.permissions import Action
from helpdesk.web.desk.door import blueprint
from helpdesk.web.filters import local_name
from helpdesk.web.security import needs

MOST_OFFERED = 8


@blueprint.get("/mentions")
@needs(Action.WORK_ON_TICKETS)
def mentions() -> Response:
    """The first people and functions with a word that begins as what is typed."""
    typed = request.args.get("q", "").strip().lower()
    found = [
        {
            "written": each.written,
            "means": _("everybody in %(function)s", function=local_name(each.function))
            if each.function
            else each.address,
        }
        for each in mentionable()
        if any(spelling.startswith(typed) or f" {typed}" in spelling for spelling in each.spellings)
    ]
    return jsonify(found[:MOST_OFFERED])
