"""What was changed in the configuration: who, when, what, before and after."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from flask import render_template, request, url_for
from flask_babel import gettext as _

from helpdesk.domain.accounts.permissions import Action
from helpdesk.domain.accounts.units import units
from helpdesk.domain.configuration import queries
from helpdesk.domain.configuration.actions import SECRETS
from helpdesk.domain.configuration.models import ConfigurationChange
from helpdesk.domain.correspondence.granting import grants
from helpdesk.web.admin import words
from helpdesk.web.admin.choices import function_choices, queue_choices, service_choices
from helpdesk.web.admin.door import blueprint, id_asked
from helpdesk.web.filters import local_name
from helpdesk.web.security import needs

PAGE = 50


@dataclass(frozen=True, slots=True)
class Line:
    """One change in the reader's words; `url` is the thing's page, where it has one."""

    change: ConfigurationChange
    thing: str
    deed: str
    url: str | None
    facts: list[tuple[str, str, str]]


@blueprint.get("/changes")
@needs(Action.SEE_ADMINISTRATION)
def changes() -> str:
    """All changes, newest first, or those of one thing."""
    kind = request.args.get("kind") or None
    thing_id = id_asked("thing")
    before = id_asked("before")
    rows = queries.changes(kind=kind, thing_id=thing_id, before=before, limit=PAGE + 1)
    older = None
    if len(rows) > PAGE:
        last = rows[PAGE - 1].id
        older = url_for("admin.changes", kind=kind, thing=thing_id, before=last)
    return render_template(
        "admin/changes.html",
        lines=lines_of(rows[:PAGE]),
        kinds=[(key, _(label)) for key, label in words.THINGS.items()],
        kind=kind,
        thing_id=thing_id,
        older=older,
        newest=url_for("admin.changes", kind=kind, thing=thing_id) if before else None,
    )


def lines_of(rows: Sequence[ConfigurationChange]) -> list[Line]:
    """The changes in words."""
    if not rows:
        return []
    names = {
        "queue_id": dict(queue_choices()),
        "service_id": dict(service_choices()),
        "function_id": dict(function_choices()),
        "owner_id": dict(function_choices()),
        "business_unit_id": (named_units := {unit.id: local_name(unit) for unit in units()}),
        "parent_id": named_units,
        "grant_id": {grant.id: grant.name for grant in grants()},
    }
    return [
        Line(
            change,
            words.label(words.THINGS, change.kind),
            words.label(words.DEEDS, change.what),
            _page_of(change),
            [
                (words.label(words.FIELDS, field), *_both(field, pair, names))
                for field, pair in change.facts.items()
            ],
        )
        for change in rows
    ]


def _both(field: str, pair: list[object], names: dict[str, dict[int, str]]) -> tuple[str, str]:
    if field in SECRETS:
        return "", str(_("a new one"))
    before, after = pair
    return words.value_words(field, before, names), words.value_words(field, after, names)


def _page_of(change: ConfigurationChange) -> str | None:
    if change.what == "deleted":
        return None
    pages = {
        "mailbox": ("admin.mailbox", "mailbox_id"),
        "grant": ("admin.grant", "grant_id"),
        "rule": ("admin.rule", "rule_id"),
        "person": ("admin.person", "person_id"),
        "function": ("admin.function", "row_id"),
        "queue": ("admin.queue", "row_id"),
        "service": ("admin.service", "row_id"),
        "canned reply": ("admin.canned_one", "reply_id"),
        "business unit": ("admin.unit", "unit_id"),
    }
    endpoint, name = pages[change.kind]
    place: dict[str, Any] = {name: change.thing_id}
    return url_for(endpoint, **place)
