"""Saved views: open, keep, rename, share, replace, delete."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from flask import flash, redirect, request, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from helpdesk.core import clock
from helpdesk.core.db import unit_of_work
from helpdesk.core.errors import HelpdeskError, Invalid, NotFound, Refused
from helpdesk.domain.accounts.models import Function
from helpdesk.domain.accounts.permissions import Action
from helpdesk.domain.accounts.queries import functions
from helpdesk.domain.tickets.queries import WorkList
from helpdesk.domain.views import actions
from helpdesk.domain.views.models import SavedView
from helpdesk.domain.views.queries import view_for
from helpdesk.domain.views.rail import ListedFunction, ListedView
from helpdesk.web.account import me
from helpdesk.web.desk.door import blueprint
from helpdesk.web.desk.lists import list_of, show
from helpdesk.web.desk.narrowing import Asked, asked
from helpdesk.web.security import needs


@blueprint.get("/views/<int:view_id>")
@needs(Action.SEE_TICKETS)
def view(view_id: int) -> str:
    """A list as it was kept."""
    kept = view_for(me(), view_id)
    return show(asked_by(kept), kept)


@blueprint.post("/views")
@needs(Action.KEEP_VIEWS)
def keep_view() -> Response:
    """Keep the list that the form was sent from, or let it replace the view that it came from."""
    wanted = asked(request.form.get("list", ""), request.form, request.form.getlist("column"))
    rest: dict[str, Any] = {
        "filters": {"list": wanted.name, **wanted.filters},
        "columns": wanted.columns,
        "sort": wanted.sort,
    }
    list_of(wanted)
    try:
        with unit_of_work():
            if request.form.get("replace") and wanted.saved:
                found = view_for(me(), wanted.saved)
                actions.replace_view(found, **rest, by=me(), now=clock.now())
            else:
                found = actions.keep_view(
                    request.form.get("name", ""),
                    **rest,
                    shared_with=_function(),
                    by=me(),
                    now=clock.now(),
                )
            view_id = found.id
    except (Invalid, Refused) as error:
        return _said(error, wanted.address())
    flash(_("The view is kept. It stands in the menu."), "success")
    return redirect(url_for("desk.view", view_id=view_id), 303)


@blueprint.post("/views/<int:view_id>/rename")
@needs(Action.KEEP_VIEWS)
def rename_view(view_id: int) -> Response:
    """Give the view another name, and say who else sees it."""
    here = url_for("desk.view", view_id=view_id)
    try:
        with unit_of_work():
            found = view_for(me(), view_id)
            actions.rename_view(
                found,
                name=request.form.get("name", ""),
                shared_with=_function(),
                by=me(),
                now=clock.now(),
            )
    except (Invalid, Refused) as error:
        return _said(error, here)
    flash(_("Saved."), "success")
    return redirect(here, 303)


@blueprint.post("/views/<int:view_id>/delete")
@needs(Action.KEEP_VIEWS)
def delete_view(view_id: int) -> Response:
    """Delete the view, never its tickets."""
    with unit_of_work():
        found = view_for(me(), view_id)
        wanted = asked_by(found)
        actions.delete_view(found, by=me())
    flash(_("The view is deleted. This is the list that it showed; it can be saved again."), "info")
    return redirect(wanted.but().address(), 303)


def asked_by(view: SavedView) -> Asked:
    """What a view asks for, read as its address would be."""
    return asked(view.filters.get("list", ""), {**view.filters, "sort": view.sort}, view.columns)


def list_of_view(view: ListedView, known: Sequence[ListedFunction]) -> WorkList | None:
    """Which tickets a view shows; None where that costs a question, or its list is gone.

    `known` are all functions.
    """
    wanted = asked(view.filters.get("list", ""), view.filters, ())
    if wanted.get("requester"):
        return None
    try:
        return list_of(wanted, known)
    except NotFound:
        return None


def _function() -> Function | None:
    chosen = request.form.get("function", "")
    return next((each for each in functions() if str(each.id) == chosen), None)


def _said(error: HelpdeskError, where: str) -> Response:
    flash(_(error.words, **error.facts), "warning")
    return redirect(where, 303)
