"""Routing rules: their order, one rule, and what they would do with mail that came."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from types import SimpleNamespace
from typing import Any

from flask import flash, redirect, render_template, request, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from helpdesk.core import clock
from helpdesk.core.db import db, unit_of_work
from helpdesk.core.errors import Invalid, NotFound
from helpdesk.domain.accounts.permissions import Action
from helpdesk.domain.correspondence.models import InboundMail, Mailbox
from helpdesk.domain.processes import PROCESSES
from helpdesk.domain.routing import queries
from helpdesk.domain.routing.actions import add_rule, change_rule, delete_rule, reorder_rule
from helpdesk.domain.routing.models import RoutingRule
from helpdesk.domain.routing.rules import Clues, holds
from helpdesk.forms.admin.offers import choices
from helpdesk.forms.admin.rules import RuleForm, TryForm
from helpdesk.web.account import me
from helpdesk.web.admin.choices import (
    process_choices,
    queue_choices,
    service_choices,
    tell,
)
from helpdesk.web.admin.door import blueprint
from helpdesk.web.admin.inbound import raw_of
from helpdesk.web.admin.trial import LATEST, Sample, decides, latest_mail, sample, samples
from helpdesk.web.security import needs

_SHOWN = 10


@blueprint.get("/rules")
@needs(Action.MANAGE_RULES)
def rules() -> str:
    """The rules in the order in which they are asked."""
    return render_template(
        "admin/rules.html",
        rules=queries.rules(),
        queues=dict(queue_choices()),
        services=dict(service_choices()),
        processes=PROCESSES,
    )


@dataclass(frozen=True, slots=True)
class Tried:
    """Which rule holds for a mail, and where it would lie; `reason` when it could lie nowhere."""

    rule: RoutingRule | None
    placement: queries.Placement | None
    mailbox: Mailbox | None
    also: list[RoutingRule]


@blueprint.get("/rules/try")
@needs(Action.MANAGE_RULES)
def rules_try() -> str:
    """Which rule would place a mail where; and what the rules do with the latest mail."""
    form = TryForm(request.args)
    latest = latest_mail()
    came = [(mail.id, _line(mail)) for mail in latest]
    form.mail.choices = choices([(0, _("none: what is written below")), *came])
    tried = None
    if form.is_filled and form.validate():
        tried = _tried(form)
    counts, seen = _history() if "history" in request.args else (None, 0)
    return render_template(
        "admin/rules_try.html",
        form=form,
        tried=tried,
        processes=PROCESSES,
        counts=counts,
        seen=seen,
        latest=LATEST,
        rules=queries.rules(),
    )


@blueprint.route("/rules/new", methods=["GET", "POST"])
@needs(Action.MANAGE_RULES)
def rule_new() -> Response | str:
    """Add a rule; what it would do can be seen first."""
    form = _form(None)
    if not form.validate_on_submit():
        return _form_page(form, None)
    if "try" in request.form:
        return _form_page(form, None, effect=_effect(form.values, None))
    try:
        with unit_of_work():
            add_rule(form.values, by=me(), now=clock.now())
    except Invalid as error:
        tell(form, error)
        return _form_page(form, None)
    flash(_("The rule is there. It is asked after the others."), "success")
    return redirect(url_for("admin.rules"))


@blueprint.route("/rules/<int:rule_id>", methods=["GET", "POST"])
@needs(Action.MANAGE_RULES)
def rule(rule_id: int) -> Response | str:
    """Change a rule; what it would do can be seen first."""
    known = _rule(rule_id)
    form = _form(known)
    if not form.validate_on_submit():
        return _form_page(form, known)
    if "try" in request.form:
        return _form_page(form, known, effect=_effect(form.values, known))
    try:
        with unit_of_work():
            change_rule(_rule(rule_id), values=form.values, by=me(), now=clock.now())
    except Invalid as error:
        tell(form, error)
        return _form_page(form, _rule(rule_id))
    flash(_("Saved."), "success")
    return redirect(url_for("admin.rules"))


@blueprint.post("/rules/<int:rule_id>/move")
@needs(Action.MANAGE_RULES)
def rule_move(rule_id: int) -> Response:
    """Ask the rule earlier or later."""
    steps = -1 if request.form.get("way") == "up" else 1
    with unit_of_work():
        reorder_rule(_rule(rule_id), steps=steps, by=me(), now=clock.now())
    return redirect(url_for("admin.rules", _anchor=f"rule-{rule_id}"))


@blueprint.route("/rules/<int:rule_id>/switch", methods=["GET", "POST"])
@needs(Action.MANAGE_RULES)
def rule_switch(rule_id: int) -> Response | str:
    """Show first what the rule would do with mail that came; then use it, or leave it out."""
    if request.method == "GET":
        known = _rule(rule_id)
        asked = ("sender", "recipient", "subject", "words", "header")
        values = {name: getattr(known, name) for name in asked} | {"active": True}
        effect = _effect(values, known)
        return render_template("admin/rule_switch.html", rule=known, effect=effect)
    active = request.form.get("active") == "1"
    with unit_of_work():
        change_rule(_rule(rule_id), values={"active": active}, by=me(), now=clock.now())
    return redirect(url_for("admin.rules", _anchor=f"rule-{rule_id}"))


@blueprint.route("/rules/<int:rule_id>/delete", methods=["GET", "POST"])
@needs(Action.MANAGE_RULES)
def rule_delete(rule_id: int) -> Response | str:
    """Ask first what deleting means; then delete."""
    known = _rule(rule_id)
    if request.method == "GET":
        return render_template("admin/rule_delete.html", rule=known)
    name = known.name
    with unit_of_work():
        delete_rule(_rule(rule_id), by=me(), now=clock.now())
    flash(_("The rule “%(name)s” is deleted.", name=name), "success")
    return redirect(url_for("admin.rules"))


def _line(mail: InboundMail) -> str:
    return f"{mail.from_address}: {mail.subject or _('(no subject)')}"[:110]


def _tried(form: TryForm) -> Tried:
    mailbox = db.session.scalar(
        db.select(Mailbox).where(Mailbox.active).order_by(Mailbox.position, Mailbox.id)
    )
    clues = Clues(
        sender=(form.sender.data or "").lower(),
        recipients=tuple(each.strip().lower() for each in (form.recipient.data or "").split(",")),
        subject=form.subject.data or "",
        text=form.text.data or "",
    )
    if form.mail.data:
        row = db.session.get(InboundMail, form.mail.data)
        raw = raw_of(row.raw_sha256) if row is not None else None
        if row is None or raw is None:
            raise NotFound("This mail is not here.")
        mailbox = db.session.get_one(Mailbox, row.mailbox_id)
        clues = sample(row, raw, mailbox).clues
    active = queries.rules(active_only=True)
    holding = [each for each in active if holds(each, clues)]
    placed = (
        queries.placement(clues, process=mailbox.process, queue_id=mailbox.queue_id)
        if mailbox
        else None
    )
    return Tried(holding[0] if holding else None, placed, mailbox, holding[1:])


def _history() -> tuple[list[tuple[RoutingRule | None, int]], int]:
    active = queries.rules(active_only=True)
    found = samples(latest_mail())
    counted: Counter[int | None] = Counter()
    for each in found:
        first = next((rule for rule in active if holds(rule, each.clues)), None)
        counted[first.id if first else None] += 1
    lines: list[tuple[RoutingRule | None, int]] = [(rule, counted[rule.id]) for rule in active]
    return [*lines, (None, counted[None])], len(found)


@dataclass(frozen=True, slots=True)
class Effect:
    """What a rule would do with the mail that came lately."""

    seen: int
    decided: list[Sample]
    taken_from: list[tuple[str, int]]
    let_go: int

    @property
    def shown(self) -> list[Sample]:
        """The first of them."""
        return self.decided[:_SHOWN]


def _effect(values: Mapping[str, Any], known: RoutingRule | None) -> Effect:
    candidate: Any = SimpleNamespace(**values)
    before = list(queries.rules(active_only=True))
    after: list[Any] = [candidate if each is known else each for each in queries.rules()]
    if known is None:
        after.append(candidate)
    after = [each for each in after if each.active]
    found = samples(latest_mail())
    decided: list[Sample] = []
    taken: Counter[str] = Counter()
    let_go = 0
    for each in found:
        was: Any = decides(before, each.clues)
        now_decides = decides(after, each.clues) is candidate
        if now_decides:
            decided.append(each)
        if now_decides and was is not known:
            taken[was.name if was is not None else ""] += 1
        if known is not None and was is known and not now_decides:
            let_go += 1
    return Effect(len(found), decided, taken.most_common(), let_go)


def _form(known: RoutingRule | None) -> RuleForm:
    form = RuleForm(obj=known)
    form.offer(process_choices(), queue_choices(), service_choices())
    if not form.is_submitted() and known is not None:
        form.process_name.data = known.process or ""
        form.queue.data = known.queue_id or 0
        form.service.data = known.service_id or 0
        form.priority.data = known.priority or 0
    return form


def _form_page(form: RuleForm, known: RoutingRule | None, effect: Effect | None = None) -> str:
    return render_template("admin/rule_form.html", form=form, rule=known, effect=effect)


def _rule(rule_id: int) -> RoutingRule:
    known = db.session.get(RoutingRule, rule_id)
    if known is None:
        raise NotFound(f"There is no rule {rule_id}.")
    return known
