"""Verbs on routing rules: add, change, reorder, delete; each is recorded."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from sqlalchemy import func, select

from helpdesk.core.db import db
from helpdesk.core.errors import Invalid
from helpdesk.core.words import N_
from helpdesk.domain.accounts.models import Person
from helpdesk.domain.configuration.actions import Changes, Thing, What, apply, record_change
from helpdesk.domain.routing.models import RoutingRule
from helpdesk.domain.routing.queries import rules


def add_rule(values: Mapping[str, Any], *, by: Person | None, now: datetime) -> RoutingRule:
    """A new rule, asked after all others; Invalid for a name that is taken."""
    _check_name(values.get("name", ""), None)
    last = db.session.scalar(select(func.max(RoutingRule.position)))
    rule = RoutingRule(**values, position=0 if last is None else last + 1)
    db.session.add(rule)
    db.session.flush()
    given = {field: [None, value] for field, value in values.items() if value not in ("", None)}
    _record(rule, What.ADDED, given, by, now)
    return rule


def change_rule(
    rule: RoutingRule, *, values: Mapping[str, Any], by: Person | None, now: datetime
) -> None:
    """Change what `values` names; Invalid for a name that is taken."""
    _check_name(values.get("name", rule.name), rule)
    changes = apply(rule, values)
    db.session.flush()
    _record(rule, What.CHANGED, changes, by, now)


def reorder_rule(rule: RoutingRule, *, steps: int, by: Person | None, now: datetime) -> None:
    """Ask the rule earlier (`steps` below 0) or later; at the end of the list it stays."""
    order = list(rules())
    before = order.index(rule)
    after = min(max(before + steps, 0), len(order) - 1)
    if before == after:
        return
    order.insert(after, order.pop(before))
    for position, each in enumerate(order):
        each.position = position
    db.session.flush()
    _record(rule, What.CHANGED, {"position": [before + 1, after + 1]}, by, now)


def delete_rule(rule: RoutingRule, *, by: Person | None, now: datetime) -> None:
    """Delete a rule; what it placed stays where it is."""
    conditions = ("sender", "recipient", "subject", "words", "header", "process", "priority")
    gone = {field: [getattr(rule, field), None] for field in conditions if getattr(rule, field)}
    _record(rule, What.DELETED, gone, by, now)
    db.session.delete(rule)
    db.session.flush()


def _check_name(name: str, rule: RoutingRule | None) -> None:
    other = db.session.scalar(select(RoutingRule).where(RoutingRule.name == name))
    if other is not None and other is not rule:
        raise Invalid("name", N_("There is a rule with this name already."))


def _record(
    rule: RoutingRule, what: What, changes: Changes, by: Person | None, now: datetime
) -> None:
    record_change(
        Thing.RULE,
        thing_id=rule.id,
        name=rule.name,
        what=what,
        changes=changes,
        by=by,
        now=now,
    )
