"""Mentions: `@Name`, `@address` and `@function` in internal words, and whom they mean."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from sqlalchemy import select

from helpdesk.core.db import db
from helpdesk.domain.accounts.models import Function, Membership
from helpdesk.domain.accounts.permissions import Action
from helpdesk.domain.accounts.queries import functions, people_who_may

# A note calls for some people; whoever wants to reach a whole house writes a mail.
MOST_MENTIONED = 50
# An @ inside an address or behind a letter calls nobody.
_SIGN = re.compile(r"(?<![\w.+-])@(?=\w)")
# What goes on after a name: letters, or the rest of an address.
_GOES_ON = re.compile(r"[\w@]|[.-]\w")


@dataclass(frozen=True, slots=True)
class Mentionable:
    """Somebody, or a function, that can be mentioned: how it is written and whom it means.

    `spellings` are all that is understood, in small letters; `written` is the one to offer.
    `address` is that of a person, and `function` is there for everybody in one.
    """

    written: str
    address: str
    spellings: frozenset[str]
    person_ids: tuple[int, ...]
    function: Function | None = None


@dataclass(frozen=True, slots=True)
class Mentions:
    """What a text mentions: the words with their sign, as they stand there, and whom they mean."""

    words: tuple[str, ...] = ()
    person_ids: tuple[int, ...] = ()


def mentionable() -> Sequence[Mentionable]:
    """All who may see tickets, by name, and the functions that they work in.

    A first name is understood while only one person has it.
    """
    people = people_who_may(Action.SEE_TICKETS)
    names = [person.name.lower() for person in people]
    first_names = [name.partition(" ")[0] for name in names]
    found = [
        Mentionable(
            person.name if person.name and names.count(name) == 1 else person.email,
            person.email,
            frozenset(
                {person.email.lower(), name, *({first} if first_names.count(first) == 1 else ())}
                - {""}
            ),
            (person.id,),
        )
        for person, name, first in zip(people, names, first_names, strict=True)
    ]
    known = {person.id for person in people}
    members: dict[int, list[int]] = {}
    for function_id, person_id in db.session.execute(
        select(Membership.function_id, Membership.person_id).order_by(Membership.person_id)
    ):
        if person_id in known:
            members.setdefault(function_id, []).append(person_id)
    return [
        *found,
        *(
            Mentionable(
                each.key,
                "",
                frozenset({each.key.lower(), each.name_en.lower(), each.name_sv.lower()}),
                tuple(members[each.id]),
                function=each,
            )
            for each in functions()
            if each.id in members
        ),
    ]


def mentions_in(text: str) -> Mentions:
    """Whom a text mentions; asks nobody where there is no sign of it."""
    return mentions_of(text, mentionable()) if _SIGN.search(text) else Mentions()


def mentions_of(text: str, known: Sequence[Mentionable]) -> Mentions:
    """The judgement: the longest spelling behind each sign, and at most so many people."""
    by_spelling: dict[str, list[int]] = {}
    for each in known:
        for spelling in each.spellings:
            by_spelling.setdefault(spelling, []).extend(each.person_ids)
    lengths = sorted({len(spelling) for spelling in by_spelling}, reverse=True)
    words: dict[str, None] = {}
    person_ids: dict[int, None] = {}
    for sign in _SIGN.finditer(text):
        spelling = _spelling_at(text, sign.end(), lengths, by_spelling)
        if spelling:
            words[text[sign.start() : sign.end() + len(spelling)]] = None
            person_ids |= dict.fromkeys(by_spelling[spelling])
        if len(person_ids) >= MOST_MENTIONED:
            break
    return Mentions(tuple(words), tuple(person_ids)[:MOST_MENTIONED])


def _spelling_at(text: str, start: int, lengths: Sequence[int], known: Mapping[str, object]) -> str:
    for length in lengths:
        spelling = text[start : start + length].lower()
        if spelling in known and not _GOES_ON.match(text, start + length):
            return spelling
    return ""
