"""The words of notifications: all of them, one in one language, and how it reads on a ticket."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from flask import Response, flash, make_response, redirect, render_template, request, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response as BaseResponse

from helpdesk.core import clock
from helpdesk.core.db import db, unit_of_work
from helpdesk.core.errors import HelpdeskError, NotFound
from helpdesk.core.html import with_images
from helpdesk.domain.accounts.permissions import Action
from helpdesk.domain.accounts.queries import people_by_ids
from helpdesk.domain.correspondence.tokens import Audience
from helpdesk.domain.notifications.models import NotificationText
from helpdesk.domain.notifications.queries import broken_texts, is_own, text_of, texts, words_of
from helpdesk.domain.notifications.rules import faults, placeholders_of
from helpdesk.domain.notifications.table import KINDS
from helpdesk.domain.notifications.wording import try_words, use_ours, use_words
from helpdesk.domain.tickets.models import Ticket
from helpdesk.forms.admin.texts import TextForm
from helpdesk.web.account import me
from helpdesk.web.admin.captured import FRAME_POLICY
from helpdesk.web.admin.door import blueprint, id_asked
from helpdesk.web.admin.text_preview import Preview, is_about_tickets, preview
from helpdesk.web.language import LANGUAGES
from helpdesk.web.security import needs


@dataclass(frozen=True, slots=True)
class Line:
    """One notification in the list: for whom it is, and what is said of it in each language."""

    name: str
    to_agents: bool
    # (language, its name, own words or None, whether they cannot be used)
    languages: list[tuple[str, str, NotificationText | None, bool]]


@blueprint.get("/notifications")
@needs(Action.MANAGE_NOTIFICATIONS)
def texts_list() -> str:
    """All notifications, and which of them are said in own words."""
    own = {(text.notification, text.language): text for text in texts() if is_own(text)}
    broken = {(text.notification, text.language) for text, _found in broken_texts()}
    lines = [
        Line(
            name,
            kind.audience is Audience.INTERNAL,
            [
                (code, label, own.get((name, code)), (name, code) in broken)
                for code, label in LANGUAGES.items()
            ],
        )
        for name, kind in KINDS.items()
    ]
    return render_template("admin/texts.html", lines=lines)


@blueprint.route("/notifications/<name>/<language>", methods=["GET", "POST"])
@needs(Action.MANAGE_NOTIFICATIONS)
def text(name: str, language: str) -> BaseResponse | str:
    """Change the words of one notification; how they read can be seen first."""
    row = _known(name, language)
    form = TextForm(obj=row)
    if not form.is_submitted():
        _fill(form, row)
    if not form.validate_on_submit():
        return _page(name, language, form, row)
    for fault in faults(name, form.words):
        field = form[fault.part]
        field.errors = [*field.errors, _(fault.words, **fault.facts)]
    if any(field.errors for field in form):
        return _page(name, language, form, row)
    if "try" in request.form:
        with unit_of_work():
            try_words(name, language, form.words, by=me(), now=clock.now())
        ticket = form.ticket.data or None
        return redirect(_address(name, language, ticket=ticket, draft=1, _anchor="preview"))
    try:
        with unit_of_work():
            use_words(
                name, language, form.words, version=form.written_over, by=me(), now=clock.now()
            )
    except HelpdeskError as error:
        form.form_errors.append(_(error.words, **error.facts))
        return _page(name, language, form, text_of(name, language))
    flash(_("Saved. Mail that leaves from now on says it so."), "success")
    return redirect(_address(name, language, ticket=form.ticket.data or None))


@blueprint.post("/notifications/<name>/<language>/ours")
@needs(Action.MANAGE_NOTIFICATIONS)
def text_ours(name: str, language: str) -> BaseResponse:
    """Say it in our words again."""
    row = _known(name, language)
    version = row.version if row is not None else 0
    with unit_of_work():
        use_ours(name, language, version=version, by=me(), now=clock.now())
    flash(_("Mail says it in our words again."), "success")
    return redirect(url_for("admin.text", name=name, language=language))


@blueprint.get("/notifications/<name>/<language>/mail.html")
@needs(Action.MANAGE_NOTIFICATIONS)
def text_html(name: str, language: str) -> Response:
    """The HTML of a preview, for a frame that may do nothing."""
    row = _known(name, language)
    shown = preview(name, language, ticket=_ticket_asked(name), words=_tried(row))
    if shown.html is None:
        raise NotFound("This mail has no HTML.")
    body = with_images(shown.html, cid=lambda cid: None, remote=False)
    response = make_response(render_template("admin/frame.html", body=body))
    response.headers["Content-Security-Policy"] = FRAME_POLICY
    response.headers["X-Frame-Options"] = "SAMEORIGIN"
    response.headers["Referrer-Policy"] = "no-referrer"
    return response


def _address(name: str, language: str, **more: Any) -> str:
    return url_for("admin.text", name=name, language=language, **more)


def _fill(form: TextForm, row: NotificationText | None) -> None:
    form.version.data = str(row.version if row is not None else 0)
    form.ticket.data = id_asked("ticket")
    for part, words in (_tried(row) or {}).items():
        form[part].data = words


def _tried(row: NotificationText | None) -> Mapping[str, str] | None:
    """What is being tried, where that was asked for."""
    return row.draft if row is not None and "draft" in request.args else None


def _page(name: str, language: str, form: TextForm, row: NotificationText | None) -> str:
    number = _ticket_asked(name, form)
    # What is shown is asked for with the address, so that its frame can ask for the same.
    tried = _tried(row)
    broken = faults(name, words_of(row)) if row is not None else []
    if row is not None:
        db.session.expunge(row)
    by = people_by_ids([row.changed_by_id]) if row is not None else {}
    author = by.get(row.changed_by_id or 0) if row is not None else None
    author_name = author.display_name if author is not None else ""
    shown = _shown(name, language, number, tried)
    if form.ticket.data is None:
        form.ticket.data = number
    return render_template(
        "admin/text.html",
        name=name,
        language=language,
        languages_here=[
            (code, label, url_for("admin.text", name=name, language=code, ticket=number))
            for code, label in LANGUAGES.items()
        ],
        form=form,
        row=row,
        author=author_name,
        is_own=row is not None and is_own(row),
        broken=broken,
        placeholders=placeholders_of(name),
        about_tickets=is_about_tickets(name),
        number=number,
        tried=tried is not None,
        shown=shown,
    )


def _shown(
    name: str, language: str, number: int | None, tried: Mapping[str, str] | None
) -> Preview:
    if is_about_tickets(name) and number is None:
        return Preview(reason=_("There is no ticket yet to try it on."))
    try:
        return preview(name, language, ticket=number, words=tried)
    except NotFound:
        return Preview(reason=_("There is no ticket with this number."))


def _ticket_asked(name: str, form: TextForm | None = None) -> int | None:
    """The ticket that is asked for, else the newest."""
    if not is_about_tickets(name):
        return None
    asked = (form.ticket.data if form is not None else None) or id_asked("ticket")
    return asked or db.session.scalar(db.select(db.func.max(Ticket.id)))


def _known(name: str, language: str) -> NotificationText | None:
    if name not in KINDS or language not in LANGUAGES:
        raise NotFound("There is no such notification.")
    return text_of(name, language)
