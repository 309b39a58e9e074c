"""A conversation as the ticket page shows it: messages, the history between them, what is folded.

However long it is, only the first message and the newest are read; what lies between is fetched
when somebody asks for it.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from helpdesk.domain.tickets.models import TicketEvent
from helpdesk.domain.tickets.queries import Spoken
from helpdesk.web.desk.history import Names, event_words, icon_of
from helpdesk.web.desk.messages import ShownMessage

# More than this many messages, and the middle of the conversation folds.
FEW_MESSAGES = 8
# The newest stay open.
OPEN_MESSAGES = 4
# Besides the first so many are on the page, most of them as one line.
NEWEST_MESSAGES = 12
# So many are fetched at once of those before.
PORTION = 40


@dataclass(frozen=True, slots=True)
class ShownEvent:
    """A line of the history as the macros read it."""

    words: str
    at: object
    icon: str


@dataclass(frozen=True, slots=True)
class Gap:
    """So many messages are left out here, all of them before the message with this id."""

    count: int
    before: int


@dataclass(frozen=True, slots=True)
class Part:
    """A message, the lines of history between two messages, or a gap."""

    message: ShownMessage | None = None
    folded: bool = False
    events: Sequence[ShownEvent] = ()
    gap: Gap | None = None


def parts_of(
    said: Sequence[Spoken],
    shown: Mapping[int, ShownMessage],
    lines: Sequence[TicketEvent],
    names: Names,
    *,
    opened: frozenset[int] = frozenset(),
    portion: bool = False,
) -> list[Part]:
    """Messages and lines of history in the order in which they came.

    Messages in `opened` are not folded; of a `portion` of earlier ones all others are.
    """
    parts: list[Part] = []
    waiting = list(said)
    between: list[ShownEvent] = []
    # A portion begins after the first message, which is on the page already.
    last_place = 1 if portion else 0

    def put(spoken: Spoken) -> None:
        nonlocal last_place, between
        message_id = spoken.message.id
        # Lines of history are read from a message on, so those before a gap lie before it.
        if between:
            parts.append(Part(events=between))
            between = []
        left_out = spoken.place - last_place - 1
        if left_out > 0:
            parts.append(Part(gap=Gap(left_out, message_id)))
        message = shown[message_id]
        stays = message_id in opened or message.is_trouble
        folds = portion or _is_folded(spoken.place, spoken.total)
        parts.append(Part(message, folded=folds and not stays))
        last_place = spoken.place

    # What was said on a ticket that goes on here has its line there, and its place by its time.
    here = {line.message_id for line in lines}
    for line in lines:
        while (
            waiting
            and waiting[0].message.id not in here
            and waiting[0].message.written_at <= line.at
        ):
            put(waiting.pop(0))
        if line.message_id is not None and line.message_id in shown:
            # What has no line here, because it stands alone among what is left out, comes first.
            while waiting and waiting[0].message.id <= line.message_id:
                put(waiting.pop(0))
        if line.message_id is None or line.kind == "opened":
            between.append(ShownEvent(event_words(line, names), line.at, icon_of(line)))
    # What has no line of its own is still shown.
    for spoken in waiting:
        put(spoken)
    return parts + ([Part(events=between)] if between else [])


def _is_folded(place: int, total: int) -> bool:
    return total > FEW_MESSAGES and 1 < place <= total - OPEN_MESSAGES
