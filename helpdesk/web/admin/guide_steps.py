"""What all steps of the guide share: their order, how each stands, and the page around them."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from flask import render_template, request, url_for

from helpdesk.core.words import N_
from helpdesk.domain.correspondence.models import MailboxSetup
from helpdesk.domain.correspondence.setting_up import tested_of
from helpdesk.web.account import settings

# Where a browser's session keeps which mailbox is being set up.
GUIDE = "guide"

STEPS: Mapping[str, str] = {
    "address": N_("Address"),
    "sign-in": N_("Server and sign-in"),
    "incoming": N_("Mail in"),
    "outgoing": N_("Mail out"),
    "round-trip": N_("There and back"),
    "ready": N_("Switch on"),
}


def of_step(setup: MailboxSetup, step: str) -> str:
    """A sign of all that the test of a step depends on."""
    if step == "incoming":
        return tested_of(setup)
    known = settings()
    way_out = (known.smtp_host, str(known.smtp_port), known.smtp_username, known.smtp_security)
    return tested_of(setup, step, *way_out)


def result(setup: MailboxSetup, step: str) -> dict[str, Any] | None:
    """How the test of a step went, None before there was one.

    `stale` is true where something was changed since, so that it proves nothing any more.
    """
    kept = setup.results.get(step)
    return kept | {"stale": kept["of"] != of_step(setup, step)} if kept else None


def standing(setup: MailboxSetup, step: str) -> str:
    """How a step stands: done, failed, or "" for what is still to do."""
    if step == "address":
        return "done"
    if step == "sign-in":
        return "done" if setup.sealed_password or setup.given.get("grant_id") else ""
    known = result(setup, step)
    if known is None or known["stale"] or known.get("waits"):
        return ""
    return "done" if known["ok"] else "failed"


def page(step: str, setup: MailboxSetup, **more: Any) -> str:
    """The page of one step, with the way through all of them."""
    order = list(STEPS)
    place = order.index(step)
    shown = more.pop("found", None) or result(setup, step)
    return render_template(
        f"admin/guide/{step}.html",
        setup=setup,
        step=step,
        steps=[(name, label, standing(setup, name)) for name, label in STEPS.items()],
        urls={name: url_of(setup.id, name) for name in STEPS},
        before=url_of(setup.id, order[place - 1]) if place else None,
        after=url_of(setup.id, order[place + 1]) if place + 1 < len(order) else None,
        found=shown,
        smtp_host=settings().smtp_host,
        here=request.path,
        **more,
    )


def url_of(setup_id: int, step: str) -> str:
    """The address of a step."""
    return url_for(f"admin.mailbox_guide_{step.replace('-', '_')}", setup_id=setup_id)
