"""The values that keys of a search may have: states, processes, people, days; and who fits."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta, tzinfo
from functools import cache

from flask_babel import force_locale, gettext

from helpdesk.core.words import N_
from helpdesk.domain.processes import PROCESSES, Standing

_SEPARATORS = re.compile(r"[\s_-]+")


@dataclass(frozen=True, slots=True)
class Choice:
    """A value that exists: how it is written in each language, what it means, what it stands for.

    `means` is marked for translation or a name of somebody's own; `stands_for` are the values of
    the column that it is true of.
    """

    en: str
    sv: str
    means: str = ""
    also: tuple[str, ...] = ()
    stands_for: tuple[object, ...] = ()
    # Only for names of somebody's own, which no catalogue translates.
    means_sv: str = ""

    def written(self, *, swedish: bool) -> str:
        """The value as it is written in a query: quoted where it has to be."""
        name = self.sv if swedish else self.en
        return f'"{name}"' if re.search(r"[\s,]", name) else name

    @property
    def spellings(self) -> tuple[str, ...]:
        """All that is understood as this value."""
        return tuple(plain(each) for each in (self.en, self.sv, *self.also))


def plain(text: str) -> str:
    """As values are compared: NFC, without case, and a hyphen is as good as a blank."""
    return _SEPARATORS.sub(" ", unicodedata.normalize("NFC", text).casefold()).strip()


def fitting(value: str, choices: Iterable[Choice]) -> list[Choice]:
    """The choices that are meant by a value: exactly that, else what begins so."""
    wanted = plain(value)
    known = list(choices)
    exactly = [choice for choice in known if wanted in choice.spellings]
    if exactly or not wanted:
        return exactly
    return [choice for choice in known if any(begins(each, wanted) for each in choice.spellings)]


def begins(spelling: str, wanted: str) -> bool:
    """Whether a name, or a word of it, begins so."""
    return spelling.startswith(wanted) or f" {wanted}" in spelling


# What people ask for, beside the states that processes have.
_UNFINISHED = (Standing.OPEN.value, Standing.WAITING.value)
STANDINGS = (
    Choice("open", "öppet", N_("somebody of ours is to act"), ("öppen", "öppna"), ("open",)),
    Choice("waiting", "väntar", N_("somebody else is awaited"), ("väntande",), ("waiting",)),
    Choice("done", "klart", N_("over, however it ended"), ("klar", "klara"), ("done",)),
    Choice(
        "unfinished", "pågår", N_("open or waiting"), ("pågående", "ongoing", "oklart"), _UNFINISHED
    ),
)
_STATES_SWEDISH: Mapping[str, str] = {
    "new": "nytt",
    "approval": "godkännande",
    "supplier": "leverantör",
    "resolved": "löst",
    "closed": "stängt",
    "declined": "avslaget",
}

PRIORITIES = (
    Choice("1", "1", N_("Priority 1, critical"), ("critical", "kritisk"), (1,)),
    Choice("2", "2", N_("Priority 2, high"), ("high", "hög"), (2,)),
    Choice("3", "3", N_("Priority 3, normal"), ("normal",), (3,)),
    Choice("4", "4", N_("Priority 4, low"), ("low", "låg"), (4,)),
)

ATTACHMENT, NOTE = "attachment", "note"
PARTS = (
    Choice(ATTACHMENT, "bilaga", N_("a file"), ("file", "attachments", "fil", "bilagor")),
    Choice(NOTE, "anteckning", N_("an internal note"), ("notes", "anteckningar")),
)

MYSELF, NOBODY = "me", "nobody"
ASSIGNEES = (
    Choice(MYSELF, "mig", N_("assigned to you"), ("mine", "jag", "min", "mina")),
    Choice(NOBODY, "ingen", N_("nobody has taken it"), ("none", "unassigned", "otilldelad")),
)


def states() -> list[Choice]:
    """The states of all processes that are not told by the word of their standing alone."""
    found: dict[str, Choice] = {}
    taken = {choice.en for choice in STANDINGS}
    for process in PROCESSES.values():
        for state in process.states:
            if state.name in taken or state.name in found:
                continue
            found[state.name] = Choice(
                state.name,
                _STATES_SWEDISH.get(state.name, _in_swedish(state.label)),
                state.label,
                (state.label, _in_swedish(state.label)),
                (state.name,),
            )
    return list(found.values())


def processes() -> list[Choice]:
    """The processes, by their names and labels."""
    return [
        Choice(
            process.name,
            _in_swedish(process.label).lower(),
            process.label,
            (process.label,),
            (process.name,),
        )
        for process in PROCESSES.values()
    ]


def _in_swedish(label: str) -> str:
    # A query that an agent sends to a colleague has to mean the same to both.
    with force_locale("sv"):
        return str(gettext(label))


DAYS: Sequence[Choice] = (
    Choice("today", "idag", also=("i dag",)),
    Choice("yesterday", "igår", also=("i går",)),
)
_DATE = re.compile(r"(\d{4})(?:-(\d{1,2})(?:-(\d{1,2}))?)?\Z")
_AGO = re.compile(r"(\d{1,4})(d|w|v|m|y|å)\Z")
_DAYS_OF: Mapping[str, int] = {"d": 1, "w": 7, "v": 7, "m": 30, "y": 365, "å": 365}


def start_of(value: str, *, now: datetime, zone: tzinfo) -> datetime | None:
    """When the day begins that a value means, where the reader is; None if it means none.

    `2026-01-31`, `2026-01` and `2026` (their first day), `today`, `yesterday`, `7d`, `2w`, `6m`.
    """
    wanted = value.strip().lower()
    today = now.astimezone(zone).date()
    day: date | None = None
    try:
        if (found := _DATE.match(wanted)) is not None:
            day = date(int(found[1]), int(found[2] or 1), int(found[3] or 1))
        elif (found := _AGO.match(wanted)) is not None:
            day = today - timedelta(days=int(found[1]) * _DAYS_OF[found[2]])
        elif known := fitting(wanted, DAYS):
            day = today - timedelta(days=DAYS.index(known[0]))
        if day is None:
            return None
        return datetime(day.year, day.month, day.day, tzinfo=zone)
    except (ValueError, OverflowError):
        return None


@cache
def spellings_of(word: str) -> tuple[str, ...]:
    """A word in the letter cases of names: SQLite compares only the letters of ASCII without it."""
    return tuple(sorted({word, word.lower(), word.capitalize(), word.upper()}))
