"""The work lists: what to do next, most urgent first."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace

from flask import redirect, render_template, request, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from helpdesk.core.errors import NotFound
from helpdesk.domain.accounts.permissions import Action
from helpdesk.domain.accounts.queries import function_by_key
from helpdesk.domain.processes import PROCESSES, Standing
from helpdesk.domain.tickets.queries import WorkList
from helpdesk.domain.tickets.queries import work_list as tickets_on
from helpdesk.web.account import me
from helpdesk.web.desk.door import blueprint
from helpdesk.web.desk.rows import row_of
from helpdesk.web.filters import local_name
from helpdesk.web.security import needs

# (label, address, whether it is shown now)
Tab = tuple[str, str, bool]


@dataclass(frozen=True, slots=True)
class ListPage:
    """Which list it is, and the words above it and where it is empty."""

    title: str
    which: WorkList
    empty_title: str
    empty_words: str
    # The narrower views that make sense here, by the names below.
    views: tuple[str, ...] = ()


@blueprint.get("/")
@needs(Action.SEE_TICKETS)
def start() -> Response:
    """The desk begins with one's own tickets."""
    return redirect(url_for("desk.work_list", list="mine"))


@blueprint.get("/<list>")
@needs(Action.SEE_TICKETS)
def work_list(list: str) -> str:  # noqa: A002 (the word of the address)
    """One list, paged by key; `view` and `process` narrow it."""
    page = _list_page(list)
    view = request.args.get("view", "")
    process = request.args.get("process", "")
    which = _narrowed(page, view if view in page.views else "", process)
    after = request.args.get("after")
    shown = tickets_on(me(), which, after=after)
    return render_template(
        "desk/work_list.html",
        page=page,
        rows=[row_of(ticket) for ticket in shown.rows],
        tabs=_tabs(list, page, view, process),
        processes=_processes(list, page, view, process),
        narrowed=bool(view or process),
        first_url=_address(list, view, process) if after else None,
        next_url=_address(list, view, process, shown.next_after) if shown.next_after else None,
    )


def _list_page(name: str) -> ListPage:
    own = _own_lists().get(name)
    if own is not None:
        return own
    if name in PROCESSES:
        return _process_page(name)
    function = function_by_key(name)
    if function is None:
        raise NotFound(f"There is no list {name!r}.")
    title = local_name(function)
    return ListPage(
        title,
        WorkList(function_id=function.id),
        _("%(function)s has nothing to do", function=title),
        _("Tickets in the queues of this function are listed here, the most urgent first."),
        views=("unassigned", "mine", "waiting", "done"),
    )


def _process_page(name: str) -> ListPage:
    title = _(PROCESSES[name].label)
    return ListPage(
        title,
        WorkList(process=name),
        _("Nothing is going on here"),
        _("Unfinished tickets of the process %(process)s are listed here.", process=title),
        views=("unassigned", "mine", "waiting", "done"),
    )


def _own_lists() -> Mapping[str, ListPage]:
    return {
        "mine": ListPage(
            _("Mine"),
            WorkList(assignee_id=me().id),
            _("You have no open tickets"),
            _("Tickets that you take, or that somebody assigns to you, are listed here."),
            views=("waiting", "done"),
        ),
        "unassigned": ListPage(
            _("Unassigned"),
            WorkList(unassigned=True),
            _("Everything is taken"),
            _("New tickets are listed here until somebody takes them."),
        ),
        "waiting": ListPage(
            _("Waiting"),
            WorkList(standing=Standing.WAITING),
            _("Nothing is waiting"),
            _(
                "When you answer somebody and set the ticket to waiting, it rests here until"
                " they answer."
            ),
            views=("mine",),
        ),
        "all": ListPage(
            _("All open"),
            WorkList(),
            _("There are no open tickets"),
            _("Every ticket that is not finished is listed here, the most urgent first."),
        ),
        "done": ListPage(
            _("Done"),
            WorkList(standing=Standing.DONE),
            _("Nothing is done yet"),
            _("Resolved, closed and declined tickets are listed here, the newest first."),
            views=("mine",),
        ),
    }


def _narrowed(page: ListPage, view: str, process: str) -> WorkList:
    which = page.which
    if view == "unassigned":
        which = replace(which, unassigned=True)
    elif view == "mine":
        which = replace(which, assignee_id=me().id)
    elif view in ("waiting", "done"):
        which = replace(which, standing=Standing(view))
    if process in PROCESSES and which.process is None:
        which = replace(which, process=process)
    return which


def _address(name: str, view: str, process: str, after: str | None = None) -> str:
    return url_for(
        "desk.work_list", list=name, view=view or None, process=process or None, after=after
    )


def _tabs(name: str, page: ListPage, view: str, process: str) -> list[Tab]:
    if not page.views:
        return []
    everything = _("Everybody’s") if page.views == ("mine",) else _("All open")
    words = {
        "": everything,
        "unassigned": _("Unassigned"),
        "mine": _("Mine"),
        "waiting": _("Waiting"),
        "done": _("Done"),
    }
    shown = view if view in page.views else ""
    return [
        (words[each], _address(name, each, process), each == shown) for each in ("", *page.views)
    ]


def _processes(name: str, page: ListPage, view: str, process: str) -> list[Tab]:
    """The processes to narrow by, the chosen one marked; none where the list is of one process."""
    if page.which.process is not None:
        return []
    choices = [("", _("All processes"))]
    choices += [(each.name, _(each.label)) for each in PROCESSES.values()]
    return [(label, _address(name, view, each), each == process) for each, label in choices]
