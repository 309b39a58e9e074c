"""What each role may do, drawn from the one table of permissions."""

from __future__ import annotations

from flask import render_template
from flask_babel import gettext as _

from helpdesk.domain.accounts.permissions import (
    ACTION_LABELS,
    PERMISSIONS,
    ROLE_LABELS,
    ROLE_SENTENCES,
    Action,
    Role,
)
from helpdesk.web.admin.door import blueprint
from helpdesk.web.security import needs


@blueprint.get("/people/roles")
@needs(Action.MANAGE_PEOPLE)
def people_roles() -> str:
    """Each role in a sentence, and which role may do what."""
    return render_template(
        "admin/roles.html",
        roles=[(_(ROLE_LABELS[role]), _(ROLE_SENTENCES[role])) for role in Role],
        rows=[
            (words_of(action), [action in PERMISSIONS[role] for role in Role]) for action in Action
        ],
    )


def words_of(action: Action) -> str:
    """What an action is called, in the reader's language."""
    return str(_(ACTION_LABELS.get(action, action.value.capitalize())))
