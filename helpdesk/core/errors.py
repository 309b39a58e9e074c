"""Errors whose words are meant for the person who caused them."""

from __future__ import annotations


class HelpdeskError(Exception):
    """Something a person can mend; `words` say what, where and what to do next.

    `facts` fill the places of the words (`%(name)s`). Words that pages show are marked with N_ and
    translated there, with the facts; `str(error)` says the same in English.
    """

    def __init__(self, words: str = "", /, **facts: object) -> None:
        super().__init__(words % facts if facts else words)
        self.words = words
        self.facts = facts


class Refused(HelpdeskError):
    """A rule of the house says no, and why."""


class Forbidden(HelpdeskError):
    """The person may not do or see this."""


class NotFound(HelpdeskError):
    """There is no such thing, or not for this person."""


class Outdated(HelpdeskError):
    """Somebody else changed the ticket after the person had read it."""

    def __init__(self, seen: int, current: int) -> None:
        super().__init__("This ticket has changed since you opened it.")
        self.seen = seen
        self.current = current


class Invalid(HelpdeskError):
    """A value that was given is wrong; `field` names it."""

    def __init__(self, field: str, words: str, /, **facts: object) -> None:
        super().__init__(words, **facts)
        self.field = field

    def __str__(self) -> str:
        return f"{self.field}: {super().__str__()}"
