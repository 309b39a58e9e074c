"""How many tickets are on the work lists, counted by index and never further than is shown."""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import ColumnElement, ScalarSelect, func, literal_column, select

from helpdesk.core.db import db
from helpdesk.domain.accounts.models import Person
from helpdesk.domain.tickets.queries.finding import visible_to
from helpdesk.domain.tickets.queries.lists import WorkList, conditions_of

# Nobody counts further; a page says “99+”.
MOST_COUNTED = 100


def counts(person: Person, lists: Sequence[WorkList]) -> list[int]:
    """How many tickets are on each list, at most MOST_COUNTED of each; one statement for all."""
    if not lists:
        return []
    return list(db.session.execute(select(*(counted(person, each) for each in lists))).one())


def counted(person: Person, which: WorkList, *more: ColumnElement[bool]) -> ScalarSelect[int]:
    """The question how many are on a list, at most MOST_COUNTED, as a part of a statement."""
    some = (
        visible_to(person)
        .with_only_columns(literal_column("1").label("one"))
        .where(*conditions_of(which, queues_inside=True), *more)
        .limit(MOST_COUNTED)
        .subquery()
    )
    return select(func.count()).select_from(some).scalar_subquery()
