"""Addresses that mail does not reach: why, since when, and freeing them."""

from __future__ import annotations

from flask import flash, redirect, render_template, request, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from helpdesk.core import clock
from helpdesk.core.db import unit_of_work
from helpdesk.core.errors import Refused
from helpdesk.domain.accounts.permissions import Action
from helpdesk.domain.accounts.queries import people_by_addresses, people_by_ids
from helpdesk.domain.correspondence import bouncing
from helpdesk.domain.correspondence.rules import SOFT_BOUNCES, SOFT_DAYS
from helpdesk.domain.reconciliation import overview
from helpdesk.web.account import me
from helpdesk.web.admin.door import blueprint, id_asked, words_asked
from helpdesk.web.security import needs


@blueprint.get("/addresses")
@needs(Action.SEE_OUTBOX)
def addresses() -> str:
    """Whom mail does not reach, and by request where it stumbled and who was freed."""
    words = words_asked()
    shown = request.args.get("state", "all" if words else "suppressed")
    if shown not in bouncing.SHOWN:
        shown = "suppressed"
    after = id_asked("after")
    rows = bouncing.bouncing_page(shown, words=words, after=after, limit=bouncing.PAGE + 1)
    more = None
    if len(rows) > bouncing.PAGE:
        last = rows[bouncing.PAGE - 1].id
        more = url_for("admin.addresses", state=shown, q=words or None, after=last)
    rows = rows[: bouncing.PAGE]
    return render_template(
        "admin/addresses.html",
        rows=rows,
        people=people_by_addresses(row.address for row in rows),
        freed_by=people_by_ids(row.freed_by_id for row in rows),
        shown=shown,
        words=words,
        soft_bounces=SOFT_BOUNCES,
        soft_days=SOFT_DAYS,
        overview=overview(now=clock.now()),
        unreached=bouncing.suppressed_count(),
        more=more,
        first=url_for("admin.addresses", state=shown, q=words or None) if after else None,
    )


@blueprint.post("/addresses/<int:address_id>/free")
@needs(Action.MANAGE_OUTBOX)
def address_free(address_id: int) -> Response:
    """Write to it again from now on."""
    try:
        with unit_of_work():
            address = bouncing.free(address_id, by=me(), now=clock.now()).address
    except Refused as refused:
        flash(_(refused.words), "error")
        return redirect(url_for("admin.addresses"))
    flash(
        _(
            "Mail is sent to %(address)s again. What was not sent can be sent again.",
            address=address,
        ),
        "success",
    )
    return redirect(url_for("admin.outbox", state="failed", q=address))
