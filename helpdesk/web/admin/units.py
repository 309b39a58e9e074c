"""Business units: the list, one of them, and taking in the people whom we know already."""

from __future__ import annotations

from typing import Any

from flask import flash, redirect, render_template, url_for
from flask_babel import gettext as _
from flask_babel import ngettext
from werkzeug.wrappers import Response

from helpdesk.core import clock
from helpdesk.core.db import unit_of_work
from helpdesk.core.errors import Invalid, NotFound, Refused
from helpdesk.domain.accounts.arranging import add_unit, change_unit, delete_unit, take_in
from helpdesk.domain.accounts.models import BusinessUnit, Sharing
from helpdesk.domain.accounts.permissions import Action
from helpdesk.domain.accounts.queries import people_by_ids
from helpdesk.domain.accounts.units import people_by_unit, unit_whole
from helpdesk.domain.accounts.units import units as all_units
from helpdesk.forms.admin.units import UnitForm
from helpdesk.web.account import me
from helpdesk.web.admin.choices import tell
from helpdesk.web.admin.door import blueprint
from helpdesk.web.filters import local_name
from helpdesk.web.security import needs

# Fields of the form that go by another name in the verb.
_FIELDS = {"parent_id": "parent"}


@blueprint.get("/units")
@needs(Action.MANAGE_ORGANISATION)
def units() -> str:
    """The business units with how many people they have."""
    rows = all_units()
    return render_template(
        "admin/units.html",
        rows=rows,
        names={row.id: local_name(row) for row in rows},
        people=people_by_unit(),
    )


@blueprint.route("/units/new", methods=["GET", "POST"])
@needs(Action.MANAGE_ORGANISATION)
def unit_new() -> Response | str:
    """Add a business unit."""
    return _edit(None)


@blueprint.route("/units/<int:unit_id>", methods=["GET", "POST"])
@needs(Action.MANAGE_ORGANISATION)
def unit(unit_id: int) -> Response | str:
    """Change a business unit."""
    return _edit(unit_id)


@blueprint.post("/units/<int:unit_id>/delete")
@needs(Action.MANAGE_ORGANISATION)
def unit_delete(unit_id: int) -> Response:
    """Delete a unit that nobody belongs to and no ticket came from."""
    try:
        with unit_of_work():
            delete_unit(_unit(unit_id, lock=True), by=me(), now=clock.now())
    except Refused as refused:
        flash(_(refused.words, **refused.facts), "error")
        return redirect(url_for("admin.unit", unit_id=unit_id))
    flash(_("Deleted."), "success")
    return redirect(url_for("admin.units"))


@blueprint.post("/units/<int:unit_id>/take-in")
@needs(Action.MANAGE_ORGANISATION)
def unit_take_in(unit_id: int) -> Response:
    """Let people who belong to no unit yet belong to this one, by their addresses."""
    taken, after = 0, 0
    more: int | None = 0
    while more is not None:
        with unit_of_work():
            some, more = take_in(_unit(unit_id), by=me(), now=clock.now(), after=after)
        taken, after = taken + some, more or 0
    flash(ngettext("One person was taken in.", "%(num)s people were taken in.", taken), "success")
    return redirect(url_for("admin.unit", unit_id=unit_id))


def _edit(unit_id: int | None) -> Response | str:
    row = _unit(unit_id) if unit_id is not None else None
    form = _form(row)
    if not form.validate_on_submit():
        return _page(form, row)
    values: dict[str, Any] = {
        "name_en": form.name_en.data,
        "name_sv": form.name_sv.data,
        "parent_id": form.parent.data or None,
        "senders": form.sender_list,
        "sharing": form.sharing.data,
        "active": form.active.data,
        # Chosen earlier, they are kept for the day when it is chosen again.
        "reader_ids": form.reader_ids,
    }
    try:
        with unit_of_work():
            if unit_id is None:
                new = add_unit(form.key.data or "", values=values, by=me(), now=clock.now())
                unit_id = new.id
            else:
                change_unit(_unit(unit_id, lock=True), values=values, by=me(), now=clock.now())
    except Invalid as error:
        tell(form, error, _FIELDS)
        return _page(form, _unit(unit_id) if unit_id is not None else None)
    flash(_("Saved."), "success")
    return redirect(url_for("admin.unit", unit_id=unit_id))


def _form(row: BusinessUnit | None) -> UnitForm:
    form = UnitForm(obj=row) if row is None else UnitForm(data=_shown(row))
    others = [each for each in all_units(active_only=True) if row is None or each.id != row.id]
    if row is not None and row.parent_id not in {None, *(each.id for each in others)}:
        others += [each for each in all_units() if each.id == row.parent_id]
    form.offer([(each.id, local_name(each)) for each in others])
    if row is not None:
        # Scripts and addresses may know the key, so that it stays as it is.
        form.key.data = row.key
        form.key.render_kw = {"readonly": True}
    return form


def _shown(row: BusinessUnit) -> dict[str, Any]:
    readers = people_by_ids(reader.person_id for reader in row.readers)
    return {
        "key": row.key,
        "name_en": row.name_en,
        "name_sv": row.name_sv,
        "parent": row.parent_id or 0,
        "senders": "\n".join(sender.pattern for sender in row.senders),
        "sharing": row.sharing,
        "readers": "\n".join(sorted(person.email for person in readers.values())),
        "active": row.active,
    }


def _page(form: UnitForm, row: BusinessUnit | None) -> str:
    return render_template(
        "admin/unit_form.html",
        form=form,
        row=row,
        people=people_by_unit().get(row.id, 0) if row is not None else 0,
        shares=row is not None and row.sharing != Sharing.OFF.value,
    )


def _unit(unit_id: int, *, lock: bool = False) -> BusinessUnit:
    found = unit_whole(unit_id, lock=lock)
    if found is None:
        raise NotFound(f"There is no business unit {unit_id}.")
    return found
