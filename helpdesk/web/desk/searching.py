"""What the page of search says about its language: examples, keys, and what was not understood."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from difflib import get_close_matches

from flask import url_for
from flask_babel import gettext as _

from helpdesk.core.words import N_
from helpdesk.domain.tickets.search import KEYS, SWEDISH, Complaint, Found, Key, Term, Why

# What a key asks for.
KEY_WORDS: Mapping[Key, str] = {
    Key.STATUS: N_("where the ticket is: open, waiting, done, or one state"),
    Key.FUNCTION: N_("the function that has it"),
    Key.QUEUE: N_("the queue it lies in"),
    Key.PROCESS: N_("incident, request and so on"),
    Key.SERVICE: N_("the service it is about"),
    Key.UNIT: N_("the business unit it came from"),
    Key.PRIORITY: N_("1 to 4"),
    Key.FROM: N_("the requester’s name or address"),
    Key.ASSIGNEE: N_("who works on it; also me and nobody"),
    Key.HAS: N_("attachment or note"),
    Key.BEFORE: N_("opened before that day"),
    Key.AFTER: N_("opened on that day or later"),
}
_EXAMPLE_VALUES: Mapping[Key, tuple[str, str]] = {
    Key.STATUS: ("open", "öppet"),
    Key.FUNCTION: ("technical", "teknisk"),
    Key.QUEUE: ("incidents", "incidenter"),
    Key.PROCESS: ("incident", "incident"),
    Key.SERVICE: ("email", "e-post"),
    Key.UNIT: ("sales", "sales"),
    Key.PRIORITY: ("1", "1"),
    Key.FROM: ("anna", "anna"),
    Key.ASSIGNEE: ("me", "mig"),
    Key.HAS: ("attachment", "bilaga"),
    Key.BEFORE: ("2026-01-01", "2026-01-01"),
    Key.AFTER: ("7d", "7d"),
}
# What is offered where a value is wrong; more is a wall.
_MOST_OFFERED = 12


@dataclass(frozen=True, slots=True)
class Example:
    """A query to click, and what it does."""

    query: str
    words: str
    url: str


@dataclass(frozen=True, slots=True)
class Narrowing:
    """A term of the query as typed, and the address of the search without it."""

    term: str
    without_url: str


@dataclass(frozen=True, slots=True)
class Problem:
    """What was not understood, in words, and what may have been meant: (term, address)."""

    words: str
    offered: Sequence[tuple[str, str]]


def examples(*, swedish: bool) -> list[Example]:
    """Queries that teach the language, each one click away."""
    known = [
        ("skrivare plan 3", "printer floor 3", _("tickets with all these words, in any form")),
        ('"skriver ut ränder"', '"prints stripes"', _("exactly these words, one after the other")),
        (
            "status:öppet handläggare:mig",
            "status:open assignee:me",
            _("what you are to act on"),
        ),
        (
            "handläggare:ingen efter:7d",
            "assignee:nobody after:7d",
            _("of the last seven days, what nobody has taken"),
        ),
        ("skrivare -toner", "printer -toner", _("the first word, but not the second")),
        (
            "prioritet:1,2 -status:klart",
            "priority:1,2 -status:done",
            _("the most urgent that is not over"),
        ),
        ("från:anna har:bilaga", "from:anna has:attachment", _("Anna’s tickets with files")),
        ("#1042", "#1042", _("straight to that ticket")),
    ]
    return [
        Example(query, words, _address(query))
        for sv, en, words in known
        for query in (sv if swedish else en,)
    ]


def keys_shown(*, swedish: bool) -> list[tuple[str, str, Example]]:
    """Each key in the reader's language, in the other one where that differs, and an example."""
    shown = []
    for key in Key:
        names = (SWEDISH[key], key.value) if swedish else (key.value, SWEDISH[key])
        query = f"{names[0]}:{_EXAMPLE_VALUES[key][swedish]}"
        other = names[1] if names[1] != names[0] else ""
        shown.append((names[0], other, Example(query, _(KEY_WORDS[key]), _address(query))))
    return shown


def narrowed_by(found: Found, query: str) -> list[Narrowing]:
    """The keys of the query that were understood, each with the search without it."""
    wrong = {complaint.term for complaint in found.complaints}
    return [
        Narrowing(query[term.start : term.end], _address(_replaced(query, term, "")))
        for term in _own_terms(found, query)
        if term.key is not None and term not in wrong
    ]


def problems(found: Found, query: str, *, swedish: bool) -> list[Problem]:
    """What was not understood, with what exists instead."""
    return [_problem(complaint, query, swedish=swedish) for complaint in found.complaints]


def _problem(complaint: Complaint, query: str, *, swedish: bool) -> Problem:
    term, minus = complaint.term, "-" if complaint.term.negated else ""
    if complaint.why is Why.NO_SUCH_KEY:
        written = [SWEDISH[key] if swedish else key.value for key in Key]
        near = get_close_matches(term.name, list(KEYS), n=1)
        names = near or list(dict.fromkeys(written))
        value = query[term.start : term.end].partition(":")[2]
        offered = [f"{minus}{name}:{value if near else ''}" for name in names]
    else:
        spelled = {spelling: choice for choice in complaint.exists for spelling in choice.spellings}
        near = get_close_matches(complaint.value.casefold(), list(spelled), n=3)
        choices = [spelled[name] for name in near] or complaint.exists
        values = dict.fromkeys(choice.written(swedish=swedish) for choice in choices)
        offered = [f"{minus}{term.name}:{value}" for value in values]
        if complaint.why is Why.NO_SUCH_DAY:
            offered = [f"{minus}{term.name}:{day}" for day in ("2026-01-31", "2026-01", "7d")]
    return Problem(
        _words(complaint),
        [(each, _address(_replaced(query, term, each))) for each in offered[:_MOST_OFFERED]],
    )


def _words(complaint: Complaint) -> str:
    name, value = complaint.term.name, complaint.value
    match complaint.why:
        case Why.NO_SUCH_KEY:
            return _("There is no key “%(name)s”, so it was searched as words.", name=name)
        case Why.NO_VALUE:
            return _("After “%(name)s:” a value is missing; it was left out.", name=name)
        case Why.NO_SUCH_DAY:
            return _(
                "“%(value)s” is no day, so “%(name)s:” was left out. Write it like one of these.",
                name=name,
                value=value,
            )
        case _:
            return _(
                "For “%(name)s:” there is no “%(value)s”; it was left out.", name=name, value=value
            )


def _own_terms(found: Found, query: str) -> list[Term]:
    # Where the page put a number before the query, the places are not those of the query.
    return [term for term in found.terms if term.end <= len(query)]


def _replaced(query: str, term: Term, new: str) -> str:
    return " ".join(f"{query[: term.start]} {new} {query[term.end :]}".split())


def _address(query: str) -> str:
    return url_for("desk.search", q=query)
