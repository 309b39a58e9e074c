"""What an open ticket page asks every few seconds: who else is here, and what has happened."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from itertools import groupby

from babel.lists import format_list
from flask import Response, jsonify, make_response, render_template, request
from flask_babel import get_locale, ngettext

from helpdesk.core import clock
from helpdesk.core.db import unit_of_work
from helpdesk.domain.accounts.models import Person
from helpdesk.domain.accounts.permissions import Action
from helpdesk.domain.accounts.queries import people_by_ids
from helpdesk.domain.presence.actions import be_at, leave
from helpdesk.domain.presence.models import Doing
from helpdesk.domain.presence.queries import Around, Here, around
from helpdesk.domain.presence.rules import is_due
from helpdesk.domain.services.queries import services
from helpdesk.domain.tickets.models import TicketEvent
from helpdesk.domain.tickets.queries import history, queues, ticket_for
from helpdesk.web.account import me
from helpdesk.web.desk.door import blueprint
from helpdesk.web.desk.history import Names, event_words, people_named
from helpdesk.web.numbers import row_number
from helpdesk.web.security import needs

NO_CONTENT = 204
# More names than this are a number.
MOST_NAMED = 3


@blueprint.post("/tickets/<int:number>/together")
@needs(Action.SEE_PRESENCE)
def together(number: int) -> Response:
    """Take a sign of presence, and tell what is new; 204 when the page has said that it knows.

    `mark` is what the last answer told, `seen` the version that the page shows, and `doing` what
    its reader does (`Doing`), "" when nobody is in front of it, or "gone" as its last word.
    Most of these are one question and write nothing; see decision 0017.
    """
    now, reader = clock.now(), me()
    reader_id, doing = reader.id, request.form.get("doing", "")
    if doing == "gone":
        with unit_of_work(durable=False):
            leave(number, by_id=reader_id)
        return _nothing_new()
    found = around(reader, number, now=now)
    mark = _mark(found)
    answer = None
    if request.form.get("mark") != mark:
        seen = row_number(request.form.get("seen"))
        answer = jsonify(mark=mark, **_told(reader, number, found, seen))
    if doing in list(Doing) and is_due(found.own, doing, now=now):
        # What a failing machine forgets of this is said again before anybody misses it.
        with unit_of_work(durable=False):
            be_at(number, doing=Doing(doing), by_id=reader_id, now=now)
    return answer or _nothing_new()


def here_words(others: Iterable[Here]) -> list[tuple[str, list[str]]]:
    """Who is at a ticket: sentences, those who write first, each with the names in it."""
    order = {Doing.REPLY.value: 0, Doing.NOTE.value: 1, Doing.READING.value: 2}
    ranked = sorted(others, key=lambda each: (order.get(each.doing, 2), each.name))
    return [
        (_doing_words(doing, names), names)
        for doing, group in groupby(ranked, key=lambda each: each.doing)
        if (names := [each.name for each in group])
    ]


def _doing_words(doing: str, names: Sequence[str]) -> str:
    said, number = _some(names), len(names)
    if doing == Doing.REPLY.value:
        return ngettext(
            "%(names)s is writing a reply", "%(names)s are writing a reply", number, names=said
        )
    if doing == Doing.NOTE.value:
        return ngettext(
            "%(names)s is writing a note", "%(names)s are writing a note", number, names=said
        )
    return ngettext("%(names)s is reading this", "%(names)s are reading this", number, names=said)


def _some(names: Sequence[str]) -> str:
    named = list(names[:MOST_NAMED])
    rest = len(names) - len(named)
    if rest:
        named.append(ngettext("%(num)d other", "%(num)d others", rest))
    return str(format_list(named, locale=get_locale()))


def _mark(found: Around) -> str:
    """All that an answer would tell, in short; the same for every process that is asked."""
    return ",".join(
        [str(found.version), *(f"{each.person_id}{each.doing}" for each in found.others)]
    )


def _told(reader: Person, number: int, found: Around, seen: int | None) -> dict[str, str | int]:
    lines: Sequence[TicketEvent] = ()
    if seen is not None and found.version > seen:
        lines = history(ticket_for(reader, number), since_version=seen)
    here = render_template("desk/_here.html", here=here_words(found.others))
    news = render_template("desk/_news.html", words=_news_words(lines), number=number, seen=seen)
    return {"here": here.strip(), "news": news.strip(), "changes": len(lines)}


def _news_words(lines: Sequence[TicketEvent]) -> str:
    """What has happened in so few words that one sees at a glance whether it matters."""
    said = [line for line in lines if line.message_id is not None]
    changes = [line for line in lines if line.message_id is None]
    words = []
    if said:
        number = len(said)
        words.append(
            _sentence(said[0])
            if number == 1
            else ngettext("%(num)d new message", "%(num)d new messages", number)
        )
    if len(changes) == 1 and not said:
        words.append(_sentence(changes[0]))
    elif changes:
        words.append(ngettext("%(num)d change", "%(num)d changes", len(changes)))
    return ", ".join(words)


def _sentence(line: TicketEvent) -> str:
    people = people_by_ids(people_named([line]))
    if line.kind != "placed":
        return event_words(line, Names(people))
    places = {each.id: each for each in queues()}, {each.id: each for each in services()}
    return event_words(line, Names(people, *places))


def _nothing_new() -> Response:
    return make_response("", NO_CONTENT)
