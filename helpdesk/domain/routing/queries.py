"""The question of routing: where does this belong, and why?"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import select

from helpdesk.core.db import db
from helpdesk.core.errors import Refused
from helpdesk.core.words import N_
from helpdesk.domain.routing.models import RoutingRule
from helpdesk.domain.routing.rules import Clues, holds
from helpdesk.domain.services.models import Service
from helpdesk.domain.tickets.models import Queue
from helpdesk.domain.tickets.rules import USUAL_LEVEL, levels_of


@dataclass(frozen=True, slots=True)
class Placement:
    """Where something belongs; `reason` (a marked message) and `rule` say why."""

    process: str
    queue: Queue
    service: Service | None
    impact: int
    urgency: int
    reason: str
    rule: str = ""


def rules(*, active_only: bool = False) -> Sequence[RoutingRule]:
    """The rules in the order in which they are asked."""
    statement = select(RoutingRule).order_by(RoutingRule.position, RoutingRule.id)
    return db.session.scalars(
        statement.where(RoutingRule.active) if active_only else statement
    ).all()


@dataclass(frozen=True, slots=True)
class Signposts:
    """All that decides where something belongs: the active rules and the queues, in their order."""

    rules: Sequence[RoutingRule]
    queues: Sequence[Queue]


def signposts() -> Signposts:
    """The signposts as they are now, cut loose from the session: they outlive its commits."""
    found = Signposts(rules(active_only=True), _queues())
    for row in (*found.rules, *found.queues):
        db.session.expunge(row)
    return found


def placement(
    clues: Clues,
    *,
    process: str,
    queue_id: int | None,
    by: Signposts | None = None,
) -> Placement:
    """The first rule that holds decides; `process` and `queue_id` (the mailbox's) fill its gaps.

    `by` are the signposts where they are known already. A queue that is only for another process
    gives way to one for the process, or to the first queue. Refused when there is no queue at all.
    """
    by = by or Signposts(rules(active_only=True), _queues())
    rule = next((rule for rule in by.rules if holds(rule, clues)), None)
    process = (rule.process if rule else None) or process
    queue_id = (rule.queue_id if rule else None) or queue_id
    queue = _queue_for(process, queue_id, by.queues)
    service = db.session.get(Service, rule.service_id) if rule and rule.service_id else None
    usual = (USUAL_LEVEL, USUAL_LEVEL)
    impact, urgency = levels_of(rule.priority) if rule and rule.priority else usual
    return Placement(
        process=process,
        queue=queue,
        service=service,
        impact=impact,
        urgency=urgency,
        reason=(
            N_("placed by the rule “%(rule)s”") if rule else N_("placed by the mailbox’s default")
        ),
        rule=rule.name if rule else "",
    )


def _queues() -> Sequence[Queue]:
    return db.session.scalars(select(Queue).order_by(Queue.position, Queue.id)).all()


def _queue_for(process: str, queue_id: int | None, all_queues: Sequence[Queue]) -> Queue:
    wanted = next((queue for queue in all_queues if queue.id == queue_id), None)
    if wanted is not None and wanted.process in (None, process):
        return wanted
    fitting = [queue for queue in all_queues if queue.process == process]
    fitting += [queue for queue in all_queues if queue.process is None]
    if not fitting:
        raise Refused(
            N_("There is no queue for %(process)s; make one, or one for all processes."),
            process=process,
        )
    same_function = [
        queue for queue in fitting if wanted and queue.function_id == wanted.function_id
    ]
    return (same_function or fitting)[0]
