"""How the helpdesk does, at a glance: what needs somebody, and where."""

from __future__ import annotations

from datetime import timedelta

from flask import render_template
from flask_babel import gettext as _

from helpdesk.core import clock
from helpdesk.core.clamd import greet
from helpdesk.core.db import db
from helpdesk.core.heartbeat import Beat, beats
from helpdesk.domain.accounts.permissions import Action
from helpdesk.domain.configuration.queries import changes
from helpdesk.domain.correspondence.bouncing import suppressed_count
from helpdesk.domain.correspondence.queries import mailboxes, sending_trouble
from helpdesk.domain.correspondence.setting_up import setups
from helpdesk.domain.correspondence.spam import spam_since
from helpdesk.domain.notifications.queries import broken_texts
from helpdesk.domain.reconciliation import overview
from helpdesk.mail.spam import greet_rspamd
from helpdesk.web.account import settings
from helpdesk.web.admin.changes import lines_of
from helpdesk.web.admin.door import blueprint
from helpdesk.web.alarms import alarms_now
from helpdesk.web.security import needs

# A worker leaves a sign of life far more often; one that is older stands still or is gone.
_STILL_AT_WORK = timedelta(minutes=2)


@blueprint.get("/")
@needs(Action.SEE_ADMINISTRATION)
def home() -> str:
    """The overview."""
    silent_helpers = _silent_helpers()
    signs = beats(settings().data_dir)
    at_work = [sign for sign in signs if _is_at_work(sign)]
    seen, boxes, trouble = overview(now=clock.now()), mailboxes(), sending_trouble()
    broken, on_their_way = broken_texts(), setups()
    asks = [box for box in boxes if box.active and (box.failing_since or box.awaits_decision)]
    needs_somebody: list[object] = [
        not at_work,
        seen.stuck_since,
        trouble,
        alarms_now(),
        silent_helpers,
        asks,
    ]
    needs_somebody += [seen.failed_in, seen.failed_out, broken, on_their_way, not boxes]
    return render_template(
        "admin/home.html",
        at_work=at_work,
        last_sign=signs[0] if signs else None,
        is_calm=not any(needs_somebody),
        overview=seen,
        trouble=trouble,
        unreached=suppressed_count(),
        mailboxes=boxes,
        broken_texts=broken,
        setups=on_their_way,
        alarms=alarms_now(),
        spam_lately=spam_since(clock.now() - timedelta(days=7)),
        silent_helpers=silent_helpers,
        smtp_host=settings().smtp_host,
        smtp_port=settings().smtp_port,
        smtp_listen=settings().smtp_listen,
        lmtp_listen=settings().lmtp_listen,
        latest=lines_of(changes(limit=5)),
    )


def _silent_helpers() -> list[tuple[str, str]]:
    """Programs that we were told to ask and that do not answer: (which, why)."""
    # Whoever asked who is signed in has begun to read, and nobody is waited for meanwhile.
    db.session.rollback()
    found = []
    clamd, rspamd_url = settings().clamd, settings().rspamd_url
    if clamd is not None and (why := greet(clamd)):
        found.append((_("the virus scanner (HELPDESK_CLAMD)"), why))
    if rspamd_url and (why := greet_rspamd(rspamd_url)):
        found.append((_("the spam filter (HELPDESK_RSPAMD_URL)"), why))
    return found


def _is_at_work(sign: Beat) -> bool:
    return clock.now() - sign.at < _STILL_AT_WORK
