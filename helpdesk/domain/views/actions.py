"""Verbs on saved views: keep, change, delete."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime

from sqlalchemy import func, select

from helpdesk.core.db import db
from helpdesk.core.errors import Forbidden, Invalid, Refused
from helpdesk.core.words import N_
from helpdesk.domain.accounts.models import Function, Person
from helpdesk.domain.accounts.permissions import Action, require
from helpdesk.domain.accounts.queries import functions_of
from helpdesk.domain.views.models import SavedView
from helpdesk.domain.views.queries import MOST_SHOWN, may_change


def keep_view(
    name: str,
    *,
    filters: Mapping[str, str],
    columns: Sequence[str],
    sort: str,
    shared_with: Function | None = None,
    by: Person,
    now: datetime,
) -> SavedView:
    """Keep a list under a name; Invalid for a name of one's own that is taken."""
    require(by, Action.KEEP_VIEWS)
    name = _name(name, by.id, None)
    _check_sharing(shared_with, by)
    own = db.session.scalar(select(func.count()).where(SavedView.owner_id == by.id))
    if (own or 0) >= MOST_SHOWN:
        raise Refused(
            N_("You have %(number)s views; delete one before you save another."), number=MOST_SHOWN
        )
    view = SavedView(
        name=name,
        owner_id=by.id,
        function_id=shared_with.id if shared_with else None,
        filters=dict(filters),
        columns=list(columns),
        sort=sort,
        created_at=now,
        changed_at=now,
    )
    db.session.add(view)
    db.session.flush()
    return view


def replace_view(
    view: SavedView,
    *,
    filters: Mapping[str, str],
    columns: Sequence[str],
    sort: str,
    by: Person,
    now: datetime,
) -> None:
    """Let the view show this list from now on; its name and readers stay."""
    _check_change(view, by)
    view.filters, view.columns, view.sort = dict(filters), list(columns), sort
    view.changed_at = now
    db.session.flush()


def rename_view(
    view: SavedView, *, name: str, shared_with: Function | None, by: Person, now: datetime
) -> None:
    """Give the view another name, and say whose it is: one's own, or a function's."""
    _check_change(view, by)
    if shared_with is not None and shared_with.id != view.function_id:
        _check_sharing(shared_with, by)
    view.name = _name(name, view.owner_id, view)
    view.function_id = shared_with.id if shared_with else None
    view.changed_at = now
    db.session.flush()


def delete_view(view: SavedView, *, by: Person) -> None:
    """Delete the view; the tickets are untouched."""
    _check_change(view, by)
    db.session.delete(view)
    db.session.flush()


def hand_over_views(person: Person, *, to: Person, now: datetime) -> int:
    """Let another person own the views that somebody shares with functions; how many it were.

    The functions keep them; a name that the new owner has already gets a number.
    """
    shared = db.session.scalars(
        select(SavedView)
        .where(SavedView.owner_id == person.id, SavedView.function_id.is_not(None))
        .order_by(SavedView.id)
    ).all()
    taken = set(db.session.scalars(select(SavedView.name).where(SavedView.owner_id == to.id)))
    for view in shared:
        name, number = view.name, 1
        while name in taken:
            number += 1
            name = f"{view.name[:50]} ({number})"
        taken.add(name)
        view.name, view.owner_id, view.changed_at = name, to.id, now
    db.session.flush()
    return len(shared)


def shared_views_of(person: Person) -> int:
    """How many views somebody shares with functions."""
    return (
        db.session.scalar(
            select(func.count()).where(
                SavedView.owner_id == person.id, SavedView.function_id.is_not(None)
            )
        )
        or 0
    )


def _check_change(view: SavedView, by: Person) -> None:
    if not may_change(by, view):
        raise Forbidden("You may not change this view.")


def _check_sharing(function: Function | None, by: Person) -> None:
    if function is None:
        return
    if function.id not in {each.id for each in functions_of(by)}:
        raise Refused(N_("You can share a view only with a function that you work in."))


def _name(words: str, owner_id: int, view: SavedView | None) -> str:
    name = " ".join(words.split())[:60]
    if not name:
        raise Invalid("name", N_("Give the view a name."))
    taken = db.session.scalar(
        select(SavedView).where(SavedView.owner_id == owner_id, SavedView.name == name)
    )
    if taken is not None and taken is not view:
        raise Invalid("name", N_("There is a view with this name already."))
    return name
