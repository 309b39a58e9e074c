"""Guesses where one line of text belongs: by the rules that there are, and the services' names."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace

from helpdesk.core.stems import forms, tokens
from helpdesk.domain.routing.queries import Placement, placement
from helpdesk.domain.routing.rules import Clues
from helpdesk.domain.services.models import Service
from helpdesk.domain.services.queries import services


@dataclass(frozen=True, slots=True)
class Guess:
    """Where it would be placed, and between which services the words do not decide."""

    placement: Placement
    doubtful: tuple[Service, ...] = ()


def guess(text: str, *, sender: str, process: str, queue_id: int | None) -> Guess:
    """The first rule that holds, else the service whose name occurs; `process` is the usual one.

    Several services may be named as well; then it is for a person to choose. Refused as by
    `placement` where there is no queue.
    """
    clues = Clues(sender=sender, recipients=(), subject=text, text=text)
    found = placement(clues, process=process, queue_id=queue_id)
    if found.service is not None:
        return Guess(found)
    named = services_named(text, services())
    if len(named) == 1:
        return Guess(replace(found, service=named[0]))
    return Guess(found, tuple(named))


def services_named(text: str, known: Iterable[Service]) -> Sequence[Service]:
    """The services with all words of one of their names in the text.

    A name that is part of a longer one that is there as well does not count: `the e-mail archive`
    is about the archive, and not about e-mail too.
    """
    said = {form for word in tokens(text) for form in forms(word)}
    found: list[tuple[frozenset[str], Service]] = []
    for service in known:
        names = (frozenset(tokens(name)) for name in (service.name_en, service.name_sv))
        there = [
            words
            for words in names
            if words and all(not said.isdisjoint(forms(word)) for word in words)
        ]
        if there:
            found.append((max(there, key=len), service))
    return [service for words, service in found if not any(words < longer for longer, _ in found)]
