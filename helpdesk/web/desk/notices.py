"""Service notices on the desk: written from a ticket, updated and ended; a list of them all."""

from __future__ import annotations

from typing import Any

from flask import current_app, flash, redirect, render_template, request, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from helpdesk.core import clock
from helpdesk.core.db import unit_of_work
from helpdesk.core.errors import Invalid, Refused
from helpdesk.domain.accounts.permissions import Action
from helpdesk.domain.notices import actions
from helpdesk.domain.notices.models import ServiceNotice
from helpdesk.domain.notices.queries import (
    count_affected,
    count_overdue,
    notice_by_id,
    notices_page,
    running_notice_of,
    running_notices,
)
from helpdesk.domain.tickets.models import Ticket
from helpdesk.domain.tickets.queries import ticket_for, ticket_to_change
from helpdesk.forms.desk.notices import EndForm, NoticeForm, UpdateForm, put_error
from helpdesk.web.account import me
from helpdesk.web.desk.acting import CONFLICT, UNPROCESSABLE
from helpdesk.web.desk.door import blueprint
from helpdesk.web.desk.notice_values import (
    Preview,
    instant_of,
    local_time,
    offer,
    previews,
    usual,
    values_in,
    values_of,
)
from helpdesk.web.numbers import row_number
from helpdesk.web.portal.notices import notice_as_shown
from helpdesk.web.security import needs

Answer = str | Response | tuple[str, int]
PAGE = 50
# The frame of every page tells how many are overdue; it may be this old.
_COUNT_SECONDS = 60
_COUNTED = "helpdesk_overdue_notices"


@blueprint.get("/notices")
@needs(Action.SEE_TICKETS)
def notices() -> str:
    """What runs, what should have been over first; and below what ended."""
    before = row_number(request.args.get("before"))
    running = running_notices() if before is None else ()
    ended = notices_page(before=before, limit=PAGE + 1)
    rows = [*running, *ended[:PAGE]]
    hit = count_affected([row.id for row in rows]) if rows else {}
    older = url_for("desk.notices", before=ended[PAGE - 1].id) if len(ended) > PAGE else None
    return render_template(
        "desk/notices.html",
        running=[_row(row, hit) for row in running],
        ended=[_row(row, hit) for row in ended[:PAGE]],
        turned=before is not None,
        older=older,
    )


@blueprint.route("/tickets/<int:number>/notice", methods=["GET", "POST"])
@needs(Action.PUBLISH_NOTICES)
def notice_new(number: int) -> Answer:
    """Tell from a ticket what is broken; a ticket that has a notice leads there."""
    ticket = ticket_for(me(), number)
    there = running_notice_of(ticket.id)
    if there is not None:
        return redirect(url_for("desk.notice", notice_id=there.id))
    form = NoticeForm(data=usual(ticket)) if request.method != "POST" else NoticeForm()
    offer(form)
    if request.method != "POST":
        return _form_page(form, ticket)
    if not form.validate():
        return _form_page(form, ticket), UNPROCESSABLE
    values = values_in(form)
    if "preview" in request.form:
        return _form_page(form, ticket, preview=previews(values))
    try:
        with unit_of_work():
            ticket = ticket_to_change(me(), number)
            made = actions.publish_notice(ticket, values=values, by=me(), now=clock.now())
            notice_id = made.id
    except Invalid as error:
        put_error(form, error.field, _(error.words, **error.facts))
        return _form_page(form, ticket_for(me(), number)), UNPROCESSABLE
    except Refused as error:
        flash(_(error.words, **error.facts), "error")
        return redirect(url_for("desk.notice_new", number=number), 303)
    return _done(_("Everybody can read it now."), notice_id)


@blueprint.route("/notices/<int:notice_id>", methods=["GET", "POST"])
@needs(Action.PUBLISH_NOTICES)
def notice(notice_id: int) -> Answer:
    """One notice as it is read, and the forms that change it."""
    there = notice_by_id(notice_id)
    if request.method != "POST":
        return _page(there)
    form = NoticeForm()
    offer(form)
    if not form.validate():
        return _page(there, form), UNPROCESSABLE
    values = values_in(form)
    if "preview" in request.form:
        return _page(there, form, preview=previews(values))

    def change(row: ServiceNotice, ticket: Ticket) -> None:
        actions.change_notice(row, ticket=ticket, values=values, by=me(), now=clock.now())

    return _carried_out(notice_id, change, form, _("Saved."))


@blueprint.post("/notices/<int:notice_id>/update")
@needs(Action.PUBLISH_NOTICES)
def notice_update(notice_id: int) -> Answer:
    """Tell what is new."""
    form = UpdateForm(prefix="update-")
    if not form.validate():
        return _page(notice_by_id(notice_id), update=form), UNPROCESSABLE

    def tell(row: ServiceNotice, ticket: Ticket) -> None:
        actions.tell_more(
            row,
            ticket=ticket,
            words_en=form.words_en.data or "",
            words_sv=form.words_sv.data or "",
            expected_at=instant_of(form.expected_at.data),
            by=me(),
            now=clock.now(),
        )

    return _carried_out(notice_id, tell, form, _("The update can be read now."))


@blueprint.post("/notices/<int:notice_id>/end")
@needs(Action.PUBLISH_NOTICES)
def notice_end(notice_id: int) -> Answer:
    """It is over: those who are hit get a mail."""
    form = EndForm(prefix="end-")
    if not form.validate():
        return _page(notice_by_id(notice_id), end=form), UNPROCESSABLE

    def end(row: ServiceNotice, ticket: Ticket) -> None:
        actions.end_notice(
            row,
            ticket=ticket,
            words_en=form.words_en.data or "",
            words_sv=form.words_sv.data or "",
            by=me(),
            now=clock.now(),
        )

    return _carried_out(notice_id, end, form, _("It is ended. Those who are hit get a mail."))


def overdue_now() -> int:
    """How many notices should be over by now; at most a minute old, asked once in each process."""
    now = clock.now()
    at, count = current_app.extensions.get(_COUNTED, (None, 0))
    if at is None or not 0 <= (now - at).total_seconds() < _COUNT_SECONDS:
        count = count_overdue(now=now)
        current_app.extensions[_COUNTED] = now, count
    return int(count)


def _carried_out(notice_id: int, act: Any, form: Any, said: str) -> Answer:
    try:
        with unit_of_work():
            ticket = ticket_to_change(me(), notice_by_id(notice_id).ticket_id)
            act(notice_by_id(notice_id, lock=True), ticket)
    except Invalid as error:
        put_error(form, error.field, _(error.words, **error.facts))
        forms = {
            NoticeForm: "form",
            UpdateForm: "update",
            EndForm: "end",
        }
        return _page(notice_by_id(notice_id), **{forms[type(form)]: form}), UNPROCESSABLE
    except Refused as error:
        return _page(notice_by_id(notice_id), refused=_(error.words, **error.facts)), CONFLICT
    return _done(said, notice_id)


def _done(said: str, notice_id: int) -> Response:
    current_app.extensions.pop(_COUNTED, None)
    flash(said, "success")
    return redirect(url_for("desk.notice", notice_id=notice_id), 303)


def _page(
    row: ServiceNotice,
    form: NoticeForm | None = None,
    *,
    update: UpdateForm | None = None,
    end: EndForm | None = None,
    preview: list[Preview] | None = None,
    refused: str = "",
) -> str:
    if form is None:
        form = NoticeForm(formdata=None, data=values_of(row))
        offer(form)
    kept = {"expected_at": local_time(row.expected_at)}
    return render_template(
        "desk/notice.html",
        notice=notice_as_shown(row),
        row=row,
        hit=count_affected([row.id])[row.id],
        form=form,
        update=update or UpdateForm(formdata=None, prefix="update-", data=kept),
        end=end or EndForm(formdata=None, prefix="end-"),
        preview=preview or [],
        refused=refused,
    )


def _form_page(form: NoticeForm, ticket: Ticket, preview: list[Preview] | None = None) -> str:
    return render_template("desk/notice_new.html", form=form, ticket=ticket, preview=preview or [])


def _row(row: ServiceNotice, hit: dict[int, int]) -> dict[str, Any]:
    return notice_as_shown(row) | {"number": row.ticket_id, "hit_count": hit.get(row.id, 0)}
