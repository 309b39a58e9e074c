"""Questions about saved views: whose are shown to whom, and who may change them."""

from __future__ import annotations

from sqlalchemy import Select, or_, select
from sqlalchemy.orm import joinedload

from helpdesk.core.db import db
from helpdesk.core.errors import NotFound
from helpdesk.domain.accounts.models import Membership, Person
from helpdesk.domain.accounts.permissions import Action, may
from helpdesk.domain.views.models import SavedView

# More than anybody finds their way in, and few enough to be counted on each page.
MOST_SHOWN = 12


def shown_to(person: Person) -> Select[SavedView]:
    """A person's own views and those of the functions that they work in."""
    works_in = select(Membership.function_id).where(Membership.person_id == person.id)
    return select(SavedView).where(
        or_(SavedView.owner_id == person.id, SavedView.function_id.in_(works_in))
    )


def view_for(person: Person, view_id: int) -> SavedView:
    """The view; NotFound also when it is not for this person."""
    found = db.session.scalar(
        shown_to(person).where(SavedView.id == view_id).options(joinedload(SavedView.owner))
    )
    if found is None:
        raise NotFound(f"There is no view {view_id} for you.")
    return found


def may_change(person: Person, view: SavedView) -> bool:
    """Whether a person may rename, replace or delete a view: its owner, or who organises."""
    if not may(person, Action.KEEP_VIEWS):
        return False
    return view.owner_id == person.id or may(person, Action.MANAGE_ORGANISATION)
