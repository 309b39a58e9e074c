"""Suggests how a query may go on: keys, their values, people; for the field that is typed in."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from helpdesk.domain.accounts.queries import people_like
from helpdesk.domain.tickets.search.existing import choices_of
from helpdesk.domain.tickets.search.language import KEYS, SWEDISH, Key, terms_of
from helpdesk.domain.tickets.search.values import DAYS, Choice, begins, plain

MOST = 10
# A person is suggested when the letters say something.
_FEWEST_LETTERS = 2


@dataclass(frozen=True, slots=True)
class Suggestion:
    """The query as it would be, and what the new part means: a key, or one of its values."""

    query: str
    written: str
    key: Key
    choice: Choice | None = None


def suggestions(query: str, *, swedish: bool) -> Sequence[Suggestion]:
    """How the last term of the query may go on; nothing within quotation marks and after blanks.

    `query` is what stands before the cursor. Keys and values are written in the reader's language.
    """
    terms = terms_of(query)
    if not terms or terms[-1].end < len(query) or (terms[-1].quoted and query.endswith('"')):
        return []
    last = terms[-1]
    before = query[: last.start] + ("-" if last.negated else "")
    if last.key is not None:
        return _values(before, last.name, last.key, last.text, quoted=last.quoted, swedish=swedish)
    typed = last.text.lower()
    if last.quoted or last.name or not typed:
        return []
    fits = {key for name, key in KEYS.items() if name.startswith(typed)}
    names = {key: SWEDISH[key] if swedish else key.value for key in Key if key in fits}
    return [Suggestion(f"{before}{name}:", f"{name}:", key) for key, name in names.items()][:MOST]


def _values(
    before: str, name: str, key: Key, typed: str, *, quoted: bool, swedish: bool
) -> list[Suggestion]:
    # What was typed before the last comma is decided.
    decided, comma, rest = ("", "", typed) if quoted else typed.rpartition(",")
    wanted = plain(rest)
    exist = list(DAYS) if key in (Key.BEFORE, Key.AFTER) else choices_of(key)
    if key is Key.FROM:
        exist += _people(rest)
    fits = [choice for choice in exist if any(begins(each, wanted) for each in choice.spellings)]
    return [
        Suggestion(
            f"{before}{name}:{decided}{comma}{choice.written(swedish=swedish)} ",
            choice.written(swedish=swedish),
            key,
            choice,
        )
        for choice in fits[:MOST]
    ]


def _people(typed: str) -> list[Choice]:
    if len(typed.strip()) < _FEWEST_LETTERS:
        return []
    return [
        Choice(person.email, person.email, person.name, (person.name,))
        for person in people_like(typed, limit=MOST)
    ]
