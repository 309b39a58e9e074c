"""What the frame of the desk shows on every page: lists, functions, processes."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property

from flask import Flask, request, url_for
from flask_babel import gettext as _
from flask_security import current_user

from helpdesk.domain.accounts.permissions import Action, may
from helpdesk.domain.accounts.units import sees_unit
from helpdesk.domain.correspondence.spam import may_hold_spam
from helpdesk.domain.processes import PROCESSES
from helpdesk.domain.tickets.queries import MOST_COUNTED, counts
from helpdesk.domain.views.rail import Rail, rail_for
from helpdesk.web.account import settings
from helpdesk.web.alarms import alarms_now
from helpdesk.web.desk.notices import overdue_now
from helpdesk.web.desk.views import list_of_view
from helpdesk.web.filters import local_name

# (label, icon, address, count or None, whether one is there); a count may be “99+”.
Link = tuple[str, str, str, int | str | None, bool]

# Any of these opens the administration.
ADMINISTRATION = (
    Action.MANAGE_MAILBOXES,
    Action.SEE_MAIL_LOG,
    Action.SEE_OUTBOX,
    Action.MANAGE_RULES,
    Action.MANAGE_PEOPLE,
)


def register(app: Flask) -> None:
    """Give `nav` to every template; nothing is asked of the database until it is shown."""
    app.context_processor(lambda: {"nav": Navigation()})


@dataclass
class Navigation:
    """The links of the frame, made when the template asks for them."""

    where: str = field(default_factory=lambda: (request.view_args or {}).get("list", ""))

    def _list(self, label: str, icon: str, name: str) -> Link:
        count = self._counts.get(name)
        return label, icon, url_for("desk.work_list", list=name), count, self.where == name

    @cached_property
    def _rail(self) -> Rail:
        if not self.can(Action.SEE_TICKETS.name):
            return Rail()
        return rail_for(current_user._get_current_object())

    @cached_property
    def _counts(self) -> Mapping[str, str]:
        """How much is on each list that has an end, by its name; nobody is told of nothing."""
        numbers = {each.key: each.count for each in self._rail.functions}
        numbers.update(self._rail.counts)
        lists = {each.id: list_of_view(each, self._rail.functions) for each in self._rail.views}
        asked = {view: which for view, which in lists.items() if which and not which.endless}
        if asked:
            found = counts(current_user._get_current_object(), list(asked.values()))
            numbers |= {f"view:{view}": count for view, count in zip(asked, found, strict=True)}
        return {name: said_count(number) for name, number in numbers.items() if number}

    @cached_property
    def lists(self) -> list[Link]:
        """One's own lists."""
        return [
            self._list(_("Mine"), "person", "mine"),
            self._list(_("Unassigned"), "person-none", "unassigned"),
            self._list(_("Waiting"), "wait", "waiting"),
            self._list(_("Snoozed"), "clock", "snoozed"),
            self._list(_("All open"), "list", "all"),
            self._list(_("Recently changed"), "history", "recent"),
            self._list(_("Done"), "check", "done"),
            *self._notices(),
            *self._spam(),
        ]

    def _notices(self) -> list[Link]:
        is_here = request.endpoint in ("desk.notices", "desk.notice", "desk.notice_new")
        # The number is of those that should be over by now: somebody has to say something.
        count = overdue_now() or None
        return [(_("Service notices"), "bell", url_for("desk.notices"), count, is_here)]

    def _spam(self) -> list[Link]:
        is_here = request.endpoint in ("desk.spam", "desk.spam_one")
        if not self.can(Action.REVIEW_SPAM.name):
            return []
        # Where no spam is sorted out, the list would be empty for ever.
        if not is_here and not may_hold_spam(rspamd=bool(settings().rspamd_url)):
            return []
        return [(_("Spam"), "shield", url_for("desk.spam"), None, is_here)]

    @cached_property
    def views(self) -> list[Link]:
        """The views that the person or one of their functions keeps."""
        here = (request.view_args or {}).get("view_id") if request.endpoint == "desk.view" else None
        return [
            (
                view.name,
                "people" if view.function_id else "eye",
                url_for("desk.view", view_id=view.id),
                self._counts.get(f"view:{view.id}"),
                view.id == here,
            )
            for view in self._rail.views
        ]

    @cached_property
    def functions(self) -> list[Link]:
        """One list per function, across all processes."""
        return [
            self._list(local_name(function), "people", function.key)
            for function in self._rail.functions
        ]

    @cached_property
    def processes(self) -> list[Link]:
        """One list per process."""
        return [
            self._list(_(process.label), "flow", process.name) for process in PROCESSES.values()
        ]

    reports: tuple[Link, ...] = ()

    @cached_property
    def sees_unit(self) -> bool:
        """Whether the person's business unit shares its tickets with them."""
        if not self.can(Action.SEE_UNIT_TICKETS.name):
            return False
        return sees_unit(current_user._get_current_object()) is not None

    @cached_property
    def alarms(self) -> int | None:
        """How much mail stands still, for those who can do something about it; None for nothing."""
        if not self.can("manage_mailboxes"):
            return None
        return len(alarms_now()) or None

    def can(self, what: str) -> bool:
        """Whether the person may do an action, by its name; "administer": any of those."""
        person = current_user._get_current_object() if current_user else None
        if person is None or not person.is_authenticated:
            return False
        if what == "administer":
            return any(may(person, action) for action in ADMINISTRATION)
        return may(person, Action[what.upper()])


def said_count(number: int) -> str:
    """A count as it is shown: nobody counts to the end of a long list."""
    return f"{MOST_COUNTED - 1}+" if number >= MOST_COUNTED else str(number)
