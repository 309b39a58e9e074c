"""How the organisation is built: functions, queues and services, each a small list and a form."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from flask import flash, redirect, render_template, request, url_for
from flask_babel import gettext as _
from flask_wtf import FlaskForm
from werkzeug.wrappers import Response

from helpdesk.core import clock
from helpdesk.core.db import db, unit_of_work
from helpdesk.core.errors import Invalid, NotFound, Refused
from helpdesk.domain.accounts.administering import add_function, change_function, delete_function
from helpdesk.domain.accounts.directory import members_by_function
from helpdesk.domain.accounts.models import Function
from helpdesk.domain.accounts.permissions import Action
from helpdesk.domain.accounts.queries import functions as all_functions
from helpdesk.domain.processes import PROCESSES
from helpdesk.domain.services.actions import add_service, change_service, delete_service
from helpdesk.domain.services.models import Service
from helpdesk.domain.services.queries import services as all_services
from helpdesk.domain.tickets.models import Queue
from helpdesk.domain.tickets.organising import (
    add_queue,
    change_queue,
    delete_queue,
    unfinished_by_service,
    waiting_in_queues,
)
from helpdesk.domain.tickets.queries import queues as all_queues
from helpdesk.forms.admin.organisation import FunctionForm, QueueForm, ServiceForm
from helpdesk.web.account import me
from helpdesk.web.admin.choices import function_choices, process_choices, tell
from helpdesk.web.admin.door import blueprint
from helpdesk.web.security import needs

# Form fields that go by another name in the table; an empty choice means none.
_COLUMNS = {"function": "function_id", "owner": "owner_id", "process_name": "process"}


@dataclass(frozen=True, slots=True)
class Kind:
    """One of the three lists: its table, its form, its verbs and its pages."""

    name: str
    model: type[Any]
    form: type[FlaskForm]
    add: Callable[..., Any]
    change: Callable[..., None]
    delete: Callable[..., None]
    list_page: str


FUNCTION = Kind(
    "function",
    Function,
    FunctionForm,
    add_function,
    change_function,
    delete_function,
    "admin.functions",
)
QUEUE = Kind("queue", Queue, QueueForm, add_queue, change_queue, delete_queue, "admin.queues")
SERVICE = Kind(
    "service",
    Service,
    ServiceForm,
    add_service,
    change_service,
    delete_service,
    "admin.services",
)


@blueprint.get("/functions")
@needs(Action.MANAGE_ORGANISATION)
def functions() -> str:
    """The functions with their people and queues."""
    rows = all_queues()
    return render_template(
        "admin/functions.html",
        rows=all_functions(),
        members=members_by_function(),
        queues={
            function.id: [queue for queue in rows if queue.function_id == function.id]
            for function in all_functions()
        },
    )


@blueprint.get("/queues")
@needs(Action.MANAGE_ORGANISATION)
def queues() -> str:
    """The queues with what waits in them."""
    return render_template(
        "admin/queues.html", rows=all_queues(), waiting=waiting_in_queues(), processes=PROCESSES
    )


@blueprint.get("/services")
@needs(Action.MANAGE_ORGANISATION)
def services() -> str:
    """The services with their owners."""
    return render_template(
        "admin/services.html",
        rows=all_services(),
        owners=dict(function_choices()),
        unfinished=unfinished_by_service(),
    )


@blueprint.route("/functions/new", methods=["GET", "POST"])
@needs(Action.MANAGE_ORGANISATION)
def function_new() -> Response | str:
    """Add a function."""
    return _edit(FUNCTION, None)


@blueprint.route("/functions/<int:row_id>", methods=["GET", "POST"])
@needs(Action.MANAGE_ORGANISATION)
def function(row_id: int) -> Response | str:
    """Change a function."""
    return _edit(FUNCTION, row_id)


@blueprint.post("/functions/<int:row_id>/delete")
@needs(Action.MANAGE_ORGANISATION)
def function_delete(row_id: int) -> Response:
    """Delete a function that nobody and nothing belongs to."""
    return _delete(FUNCTION, row_id)


@blueprint.route("/queues/new", methods=["GET", "POST"])
@needs(Action.MANAGE_ORGANISATION)
def queue_new() -> Response | str:
    """Add a queue."""
    return _edit(QUEUE, None)


@blueprint.route("/queues/<int:row_id>", methods=["GET", "POST"])
@needs(Action.MANAGE_ORGANISATION)
def queue(row_id: int) -> Response | str:
    """Change a queue."""
    return _edit(QUEUE, row_id)


@blueprint.post("/queues/<int:row_id>/delete")
@needs(Action.MANAGE_ORGANISATION)
def queue_delete(row_id: int) -> Response:
    """Delete a queue that nothing lies in."""
    return _delete(QUEUE, row_id)


@blueprint.route("/services/new", methods=["GET", "POST"])
@needs(Action.MANAGE_ORGANISATION)
def service_new() -> Response | str:
    """Add a service."""
    return _edit(SERVICE, None)


@blueprint.route("/services/<int:row_id>", methods=["GET", "POST"])
@needs(Action.MANAGE_ORGANISATION)
def service(row_id: int) -> Response | str:
    """Change a service."""
    return _edit(SERVICE, row_id)


@blueprint.post("/services/<int:row_id>/delete")
@needs(Action.MANAGE_ORGANISATION)
def service_delete(row_id: int) -> Response:
    """Delete a service that no ticket is about."""
    return _delete(SERVICE, row_id)


def _edit(kind: Kind, row_id: int | None) -> Response | str:
    row = _row(kind, row_id) if row_id is not None else None
    form = _form(kind, row)
    if not form.validate_on_submit():
        return _page(kind, form, row)
    values = _values(form)
    key = values.pop("key")
    try:
        with unit_of_work():
            if row_id is None:
                kind.add(key, values=values, by=me(), now=clock.now())
            else:
                kind.change(_row(kind, row_id), values=values, by=me(), now=clock.now())
    except Invalid as error:
        tell(form, error)
        return _page(kind, form, row_id and _row(kind, row_id))
    except Refused as refused:
        form.form_errors.append(_(str(refused)))
        return _page(kind, form, row_id and _row(kind, row_id))
    flash(_("Saved."), "success")
    return redirect(url_for(kind.list_page))


def _delete(kind: Kind, row_id: int) -> Response:
    try:
        with unit_of_work():
            kind.delete(_row(kind, row_id), by=me(), now=clock.now())
    except Refused as refused:
        flash(_(str(refused)), "error")
        return redirect(url_for(f"admin.{kind.name}", row_id=row_id))
    flash(_("Deleted."), "success")
    return redirect(url_for(kind.list_page))


def _form(kind: Kind, row: Any) -> FlaskForm:
    form = kind.form(obj=row)
    if isinstance(form, QueueForm):
        form.offer(function_choices(), process_choices())
    if isinstance(form, ServiceForm):
        form.offer(function_choices())
    if row is not None and request.method == "GET":
        for field, column in _COLUMNS.items():
            if field in form:
                form[field].data = getattr(row, column) or ("" if column == "process" else 0)
    if row is not None:
        # Scripts and addresses may know the key, so that it stays as it is.
        form["key"].data = row.key
        form["key"].render_kw = {"readonly": True}
    return form


def _values(form: FlaskForm) -> dict[str, Any]:
    values: dict[str, Any] = {}
    for field in form:
        if field.name == "csrf_token":
            continue
        name = _COLUMNS.get(field.name, field.name)
        values[name] = (field.data or None) if name != field.name else field.data
    if "position" in values:
        values["position"] = values["position"] or 0
    return values


def _page(kind: Kind, form: FlaskForm, row: Any) -> str:
    waits = 0
    if row is not None and kind is QUEUE:
        waits = waiting_in_queues().get(row.id, 0)
    return render_template(
        f"admin/{kind.name}_form.html", form=form, row=row, waits=waits, list_page=kind.list_page
    )


def _row(kind: Kind, row_id: int) -> Any:
    row = db.session.get(kind.model, row_id)
    if row is None:
        raise NotFound(f"There is no {kind.name} {row_id}.")
    return row
