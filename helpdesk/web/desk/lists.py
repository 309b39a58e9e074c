"""The work lists: what to do next, most urgent first."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from flask import redirect, render_template, request, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from helpdesk.core import clock
from helpdesk.core.errors import NotFound
from helpdesk.domain.accounts.models import Function
from helpdesk.domain.accounts.permissions import Action, may
from helpdesk.domain.accounts.queries import function_by_key
from helpdesk.domain.accounts.units import units
from helpdesk.domain.presence.queries import looking_at
from helpdesk.domain.processes import PROCESSES, Standing
from helpdesk.domain.services.queries import services
from helpdesk.domain.tickets.queries import WorkList, queues, versions_on
from helpdesk.domain.tickets.queries import work_list as tickets_on
from helpdesk.domain.views.models import SavedView
from helpdesk.domain.views.rail import ListedFunction
from helpdesk.web.account import me
from helpdesk.web.desk.door import blueprint
from helpdesk.web.desk.narrowing import Asked, asked, narrowed, order
from helpdesk.web.desk.offers import Known, many_offers, narrowing_offers, view_offers
from helpdesk.web.desk.rows import rows_of
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
    """One list, paged by key; the words of the address narrow and order it."""
    return show(asked(list, request.args, request.args.getlist("column")))


def show(asked: Asked, view: SavedView | None = None) -> str:
    """The page of a list; `view` where it was kept under a name."""
    page = _list_page(asked.name)
    which = narrowed(page.which, asked, page.views)
    sort = order(which, asked)
    after = request.args.get("after")
    shown = tickets_on(me(), which, sort=sort, after=after)

    looking = looking_at(me(), [ticket.number for ticket in shown.rows], now=clock.now())
    known = Known(queues(), services(), units())
    if view is None:
        news_url = url_for("desk.list_news", list=asked.name, after=after, **asked.words)
    else:
        news_url = url_for("desk.view_news", view_id=view.id, after=after)

    def address(after: str | None = None) -> str:
        if view is None:
            return asked.address(after)
        return url_for("desk.view", view_id=view.id, after=after)

    return render_template(
        "desk/work_list.html",
        page=page,
        view=view,
        asked=asked,
        title=view.name if view else page.title,
        rows=rows_of(shown.rows, me(), looking),
        news_url=news_url,
        tabs=[] if view else _tabs(asked, page),
        narrowed=bool(asked.filters),
        here_url=address(after),
        first_url=address() if after else None,
        next_url=address(shown.next_after) if shown.next_after else None,
        looked_back=shown.next_after is not None and not shown.rows,
        offers=narrowing_offers(
            which, asked, sort, known, of_process=page.which.process is not None
        ),
        views=view_offers(asked, view),
        many=many_offers(known) if shown.rows and may(me(), Action.WORK_ON_TICKETS) else None,
    )


def rows_now(asked: Asked) -> Sequence[tuple[int, int]]:
    """Number and version of what the same page would show by now."""
    page = _list_page(asked.name)
    which = narrowed(page.which, asked, page.views)
    return versions_on(me(), which, sort=order(which, asked), after=request.args.get("after"))


def list_of(asked: Asked, known: Sequence[Function | ListedFunction] | None = None) -> WorkList:
    """Which tickets are asked for; NotFound for a list that is not there.

    `known` are all functions, where they need not be asked for.
    """
    page = _list_page(asked.name, known)
    return narrowed(page.which, asked, page.views)


def _list_page(name: str, known: Sequence[Function | ListedFunction] | None = None) -> ListPage:
    own = _own_lists().get(name)
    if own is not None:
        return own
    if name in PROCESSES:
        return _process_page(name)
    function: Function | ListedFunction | None
    if known is None:
        function = function_by_key(name)
    else:
        function = next((each for each in known if each.key == name), None)
    if function is None:
        raise NotFound(f"There is no list {name!r}.")
    title = local_name(function)
    return ListPage(
        title,
        WorkList(function_id=function.id),
        _("%(function)s has nothing to do", function=title),
        _("Tickets in the queues of this function are listed here, the most urgent first."),
        views=("unassigned", "mine", "waiting", "snoozed", "done"),
    )


def _process_page(name: str) -> ListPage:
    title = _(PROCESSES[name].label)
    return ListPage(
        title,
        WorkList(process=name),
        _("Nothing is going on here"),
        _("Unfinished tickets of the process %(process)s are listed here.", process=title),
        views=("unassigned", "mine", "waiting", "snoozed", "done"),
    )


def _own_lists() -> Mapping[str, ListPage]:
    return {
        "mine": ListPage(
            _("Mine"),
            WorkList(assignee_id=me().id),
            _("You have no open tickets"),
            _("Tickets that you take, or that somebody assigns to you, are listed here."),
            views=("waiting", "snoozed", "done"),
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
        "snoozed": ListPage(
            _("Snoozed"),
            WorkList(snoozed=True),
            _("Nothing is snoozed"),
            _("What you put off rests here until its time comes or the requester answers."),
            views=("mine",),
        ),
        "recent": ListPage(
            _("Recently changed"),
            WorkList(everything=True),
            _("Nothing has happened yet"),
            _("All tickets are listed here, the last changed first, also those that are done."),
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


def _tabs(asked: Asked, page: ListPage) -> list[Tab]:
    if not page.views:
        return []
    everything = _("Everybody’s") if page.views == ("mine",) else _("All open")
    words = {
        "": everything,
        "unassigned": _("Unassigned"),
        "mine": _("Mine"),
        "waiting": _("Waiting"),
        "snoozed": _("Snoozed"),
        "done": _("Done"),
    }
    shown = asked.get("view") if asked.get("view") in page.views else ""
    return [
        (words[each], asked.but(view=each).address(), each == shown) for each in ("", *page.views)
    ]
