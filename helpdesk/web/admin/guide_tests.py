"""The steps of the guide that ask servers: each is one post, and ends within seconds."""

from __future__ import annotations

import secrets
from collections.abc import Sequence
from typing import Any

from flask import current_app, flash, redirect, request
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from helpdesk.core import clock, signing
from helpdesk.core.db import db, unit_of_work
from helpdesk.core.words import N_
from helpdesk.domain.accounts.permissions import Action
from helpdesk.domain.correspondence import setting_up
from helpdesk.domain.correspondence.models import MailboxSetup
from helpdesk.domain.correspondence.tokens import Audience, new_message_id
from helpdesk.forms.admin.guide import FolderForm
from helpdesk.mail.examination import ALL_SECONDS, Examination, Facts, Finding, More, within
from helpdesk.mail.fetch import examining as fetching
from helpdesk.mail.fetch.connection import Account
from helpdesk.mail.transport import examining as sending
from helpdesk.web.account import me, settings
from helpdesk.web.admin.door import blueprint
from helpdesk.web.admin.guide_steps import of_step, page, result, url_of
from helpdesk.web.security import needs

# The page looks by itself so often, every few seconds; after that its reader does.
LOOKS = 20


@blueprint.route("/mailboxes/guide/<int:setup_id>/incoming", methods=["GET", "POST"])
@needs(Action.MANAGE_MAILBOXES)
def mailbox_guide_incoming(setup_id: int) -> Response | str:
    """Step 3: fetch, in one go; then choose the folder and what becomes of the mail there."""
    setup = setting_up.setup_by_id(setup_id)
    if request.method == "GET" or "test" not in request.form:
        return _choose_folder(setup)
    account, folder, of = _account(setup), setup.given["folder"], of_step(setup, "incoming")
    db.session.rollback()
    seen = fetching.examine(account, folder, _app())
    found = _found(seen.findings) | {"folders": list(seen.folders), "count": seen.count}
    _keep(setup_id, "incoming", found, of)
    return _again(setup_id, "incoming")


@blueprint.route("/mailboxes/guide/<int:setup_id>/outgoing", methods=["GET", "POST"])
@needs(Action.MANAGE_MAILBOXES)
def mailbox_guide_outgoing(setup_id: int) -> Response | str:
    """Step 4: reach our own mail server and ask whether it would send; then send one mail to me."""
    setup = setting_up.setup_by_id(setup_id)
    if request.method == "GET" or not settings().smtp_host:
        return page("outgoing", setup, to=me().email)
    sender, to, of = setup.given["address"], me().email, of_step(setup, "outgoing")
    db.session.rollback()
    if "send" in request.form:
        rfc_id = new_message_id(0, Audience.INTERNAL, sender.rpartition("@")[2])
        words = (
            _("A test of the helpdesk"),
            _(
                "This mail left through the mail server of the helpdesk, as %(address)s.",
                address=sender,
            )
            + "\n",
        )
        finding = sending.send_trial(
            settings(), _app(), sender=sender, to=to, words=words, rfc_id=rfc_id
        )
        known = setup_result(setup_id, "outgoing")
        lines = [line for line in known.get("lines", []) if line["name"] != finding.name]
        found = {"ok": finding.ok, "lines": [*lines, finding.as_json()], "sent": finding.ok}
    else:
        found = _found(sending.examine(settings(), _app(), sender=sender, to=to))
    _keep(setup_id, "outgoing", found, of)
    return _again(setup_id, "outgoing")


@blueprint.route("/mailboxes/guide/<int:setup_id>/round-trip", methods=["GET", "POST"])
@needs(Action.MANAGE_MAILBOXES)
def mailbox_guide_round_trip(setup_id: int) -> Response | str:
    """Step 5: send a mail to the mailbox, and look whether it comes."""
    setup = setting_up.setup_by_id(setup_id)
    if request.method == "GET" or not settings().smtp_host:
        return page("round-trip", setup, most_looks=LOOKS)
    of = of_step(setup, "round-trip")
    if "send" in request.form:
        _send_round_trip(setup, of)
    elif setup.trial_id:
        _look_for_it(setup, of)
    return _again(setup_id, "round-trip")


def setup_result(setup_id: int, step: str) -> dict[str, Any]:
    """How a step went as it is kept now; {} for what was not tried, or proves nothing any more."""
    known = result(setting_up.setup_by_id(setup_id), step)
    return known if known is not None and not known["stale"] else {}


def _choose_folder(setup: MailboxSetup) -> Response | str:
    known = result(setup, "incoming") or {}
    folders = known.get("folders") or []
    form = FolderForm(data=setup.given) if setup.given.get("old_mail") else FolderForm()
    form.offer(folders or [setup.given["folder"]])
    if not form.is_submitted():
        form.folder.data = setup.given["folder"]
    if not form.validate_on_submit():
        return page("incoming", setup, form=form)
    other_folder = form.folder.data != setup.given["folder"]
    setup_id = setup.id
    with unit_of_work():
        locked = setting_up.setup_by_id(setup_id, lock=True)
        setting_up.amend_setup(locked, form.values, now=clock.now())
    if other_folder:
        flash(_("Another folder: test once more to see what lies there."), "info")
        return _again(setup_id, "incoming")
    return redirect(url_of(setup_id, "outgoing"), 303)


def _send_round_trip(setup: MailboxSetup, of: str) -> None:
    address, setup_id = setup.given["address"], setup.id
    rfc_id = new_message_id(0, Audience.INTERNAL, address.rpartition("@")[2])
    word = secrets.token_hex(6)
    db.session.rollback()
    words = (
        f"{_('A test of the helpdesk')} {word}",
        _("This mail is to come back to where it was sent from. The helpdesk deletes it.") + "\n",
    )
    finding = sending.send_trial(
        settings(), _app(), sender=address, to=address, words=words, rfc_id=rfc_id
    )
    found = {
        "ok": finding.ok,
        "waits": finding.ok,
        "looks": 0,
        "word": word,
        "lines": [finding.as_json()],
    }
    with unit_of_work():
        locked = setting_up.setup_by_id(setup_id, lock=True)
        setting_up.note_trial(locked, rfc_id, now=clock.now())
        setting_up.note_result(locked, "round-trip", found, of=of, now=clock.now())


def _look_for_it(setup: MailboxSetup, of: str) -> None:
    known = setup_result(setup.id, "round-trip")
    if not known.get("waits"):
        return
    account, folder, rfc_id = _account(setup), setup.given["folder"], setup.trial_id
    setup_id = setup.id
    db.session.rollback()
    came: list[bool] = []
    examination = Examination(lambda error: fetching.in_one_line(error, account))

    def look() -> tuple[str, Facts, More]:
        came.append(fetching.take_away(account, folder, rfc_id, known["word"]))
        return (
            N_("It came, and was deleted there") if came[0] else N_("It is not there yet"),
            {},
            (),
        )

    findings = within(
        ALL_SECONDS,
        _app(),
        examination,
        lambda: examination.step(N_("Look for it"), look),
    )
    sent = [line for line in known["lines"] if line["name"] != N_("Look for it")]
    failed = not findings[-1].ok
    found = {
        "ok": not failed,
        "waits": not failed and came != [True],
        "looks": known["looks"] + 1,
        "word": known["word"],
        "lines": [*sent, findings[-1].as_json()],
    }
    _keep(setup_id, "round-trip", found, of)


def _account(setup: MailboxSetup) -> Account:
    given = setup.given
    return Account(
        host=given["host"],
        port=given["port"],
        security=given["security"],
        verify_tls=given["verify_tls"],
        username=given["username"],
        password=signing.unseal(setup.sealed_password) if setup.sealed_password else "",
        grant_id=given.get("grant_id"),
    )


def _found(findings: Sequence[Finding]) -> dict[str, Any]:
    return {
        "ok": bool(findings) and all(finding.ok for finding in findings),
        "lines": [finding.as_json() for finding in findings],
    }


def _keep(setup_id: int, step: str, found: dict[str, Any], of: str) -> None:
    with unit_of_work():
        locked = setting_up.setup_by_id(setup_id, lock=True)
        setting_up.note_result(locked, step, found, of=of, now=clock.now())


def _again(setup_id: int, step: str) -> Response:
    return redirect(url_of(setup_id, step), 303)


def _app() -> Any:
    return current_app._get_current_object()  # type: ignore[attr-defined]
