"""What an open work list asks now and then: who looks at its rows, and how much has changed."""

from __future__ import annotations

from collections.abc import Mapping
from hashlib import blake2b

from flask import Response, jsonify, make_response, render_template, request

from helpdesk.core import clock
from helpdesk.domain.accounts.permissions import Action
from helpdesk.domain.presence.queries import looking_at
from helpdesk.domain.tickets.queries import PAGE
from helpdesk.domain.views.queries import view_for
from helpdesk.web.account import me
from helpdesk.web.desk.door import blueprint
from helpdesk.web.desk.lists import rows_now
from helpdesk.web.desk.narrowing import Asked, asked
from helpdesk.web.desk.together import NO_CONTENT
from helpdesk.web.desk.views import asked_by
from helpdesk.web.numbers import row_number
from helpdesk.web.security import needs


@blueprint.get("/<list>/news")
@needs(Action.SEE_TICKETS)
def list_news(list: str) -> Response:  # noqa: A002 (the word of the address)
    """What is new on a list; 204 when the page has said that it knows."""
    return _news(asked(list, request.args, ()))


@blueprint.get("/views/<int:view_id>/news")
@needs(Action.SEE_TICKETS)
def view_news(view_id: int) -> Response:
    """The same of a list as it was kept."""
    return _news(asked_by(view_for(me(), view_id)))


def _news(asked: Asked) -> Response:
    """`shown` are the page's rows as "number.version", `here` is its own address."""
    rows = dict(rows_now(asked))
    looking = looking_at(me(), list(rows), now=clock.now())
    mark = _mark(rows, str(sorted(looking.items())))
    if request.args.get("mark") == mark:
        return make_response("", NO_CONTENT)
    shown = _shown(request.args.get("shown", ""))
    changed = len(_changed(shown, rows))
    return jsonify(
        mark=mark,
        changes=changed,
        news=render_template(
            "desk/_list_news.html", changed=changed, in_place=bool(shown), here=_here()
        ).strip(),
        looking={
            number: render_template("desk/_looking.html", looking=here)
            for number, here in looking.items()
        },
    )


def _changed(shown: Mapping[int, int], rows: Mapping[int, int]) -> set[int]:
    """The tickets that came, changed or left; on a full page, for each that left another came."""
    changed = {number for number, version in rows.items() if shown.get(number) != version}
    return changed if len(rows) >= PAGE else changed | (shown.keys() - rows.keys())


def _shown(words: str) -> dict[int, int]:
    found = {}
    for each in words.split("-")[:PAGE]:
        number, version = map(row_number, each.partition(".")[::2])
        if number is not None and version is not None:
            found[number] = version
    return found


def _here() -> str:
    """Only a path of the desk, whatever a link says."""
    here = request.args.get("here", "")
    return here if here.startswith("/desk/") and here.isprintable() else "/desk/"


def _mark(rows: Mapping[int, int], looking: str) -> str:
    return blake2b(f"{rows}{looking}".encode(), digest_size=8).hexdigest()
