"""The lines of a ticket's history in the reader's language."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field

from flask_babel import gettext as _

from helpdesk.core.words import N_
from helpdesk.domain.accounts.models import Person
from helpdesk.domain.processes import PROCESSES
from helpdesk.domain.services.models import Service
from helpdesk.domain.tickets.models import Queue, TicketEvent
from helpdesk.web.desk.history_mail import MAIL_ICONS, MAIL_SENTENCES
from helpdesk.web.desk.history_moving import MOVING_ICONS, MOVING_SENTENCES
from helpdesk.web.desk.history_notices import NOTICE_ICONS, notice_words
from helpdesk.web.filters import local_name


@dataclass(frozen=True, slots=True)
class Names:
    """Whom and what the facts of events name, read once for all of them."""

    people: Mapping[int, Person] = field(default_factory=dict)
    queues: Mapping[int, Queue] = field(default_factory=dict)
    services: Mapping[int, Service] = field(default_factory=dict)

    def person(self, person_id: int | None) -> str:
        """The name, or what is said of somebody who is nobody or unknown."""
        if person_id is None:
            return _("nobody")
        person = self.people.get(person_id)
        return person.display_name if person else _("somebody")

    def queue(self, queue_id: int | None) -> str:
        """The queue in the reader's language."""
        return local_name(self.queues.get(queue_id or 0)) or "–"

    def service(self, service_id: int | None) -> str:
        """The service in the reader's language."""
        return local_name(self.services.get(service_id or 0)) or "–"


def people_named(events: Iterable[TicketEvent]) -> set[int]:
    """The ids of the people whom the facts of these events name."""
    found: set[int] = set()
    for event in events:
        facts = event.facts
        if event.kind == "assigned":
            found |= {person for person in (facts["from"], facts["to"]) if person}
        elif event.kind in ("watched", "unwatched"):
            found.add(facts["person"])
    return found


def event_words(event: TicketEvent, names: Names) -> str:
    """What happened as a sentence, and who did it where that is not the system."""
    words = _SENTENCES.get(event.kind, _unknown)(event, names)
    if event.by is None or event.kind in _SAY_WHO:
        return words
    return _("%(what)s by %(who)s", what=words, who=event.by.display_name)


def icon_of(event: TicketEvent) -> str:
    """The symbol that stands before the line."""
    return _ICONS.get(event.kind, "history")


def _who(event: TicketEvent) -> str:
    return event.by.display_name if event.by else _("The system")


def _opened(event: TicketEvent, names: Names) -> str:
    facts, who = event.facts, _who(event)
    rule = str(facts.get("reason", ""))
    if facts.get("channel") == "web" and event.by is not None and not rule:
        return _(
            "Registered by %(who)s in the queue %(queue)s",
            who=who,
            queue=names.queue(facts.get("queue")),
        )
    if facts.get("channel") == "phone":
        return _("Registered by %(who)s for somebody who called or came by", who=who)
    if rule:
        return _("Received, and placed by the rule “%(rule)s”", rule=rule)
    return _("Received in the queue %(queue)s", queue=names.queue(facts.get("queue")))


def _written_first(event: TicketEvent, names: Names) -> str:
    return _("%(who)s wrote first", who=_who(event))


def _answered(event: TicketEvent, names: Names) -> str:
    if event.by is None:
        return _("An answer came")
    return _("%(who)s answered", who=_who(event))


def _replied(event: TicketEvent, names: Names) -> str:
    return _("%(who)s sent a reply", who=_who(event))


def _withdrawn(event: TicketEvent, names: Names) -> str:
    return _("%(who)s took back a reply before it left", who=_who(event))


def _noted(event: TicketEvent, names: Names) -> str:
    return _("%(who)s wrote a note", who=_who(event))


def _unregistered(event: TicketEvent, names: Names) -> str:
    return _("Registered by mistake, and taken back")


def _asked_supplier(event: TicketEvent, names: Names) -> str:
    return _("%(who)s wrote to a supplier", who=_who(event))


def _supplier_answered(event: TicketEvent, names: Names) -> str:
    return _("%(who)s answered, as a supplier", who=_who(event))


def _moved(event: TicketEvent, names: Names) -> str:
    source, target = event.facts["from"], event.facts["to"]
    # The process may have changed since, so any that knows the state gives it its name.
    label = {state.name: state.label for process in PROCESSES.values() for state in process.states}
    return _(
        "State %(before)s → %(after)s",
        before=_(label.get(source, source)),
        after=_(label.get(target, target)),
    )


def _assigned(event: TicketEvent, names: Names) -> str:
    before, after = event.facts["from"], event.facts["to"]
    because = str(event.facts.get("because"))
    if because in _BECAUSE:
        to_nobody, to_somebody = _BECAUSE[because]
        words = to_nobody if after is None else to_somebody
        return _(words, who=names.person(before), other=names.person(after))
    if after is None:
        return _("%(who)s is no longer responsible", who=names.person(before))
    if event.by is not None and event.by.id == after:
        return _("Taken")
    return _("Assigned to %(who)s", who=names.person(after))


def _placed(event: TicketEvent, names: Names) -> str:
    facts, parts = event.facts, []
    if "process" in facts:
        before, after = (_process(name) for name in facts["process"])
        parts.append(_("Process %(before)s → %(after)s", before=before, after=after))
    if "queue" in facts:
        before, after = (names.queue(each) for each in facts["queue"])
        parts.append(_("Queue %(before)s → %(after)s", before=before, after=after))
    if "service" in facts:
        before, after = (names.service(each) for each in facts["service"])
        parts.append(_("Service %(before)s → %(after)s", before=before, after=after))
    return ", ".join(parts) or _("Placed anew")


def _process(name: str) -> str:
    return _(PROCESSES[name].label) if name in PROCESSES else name


def _prioritised(event: TicketEvent, names: Names) -> str:
    before, after = event.facts["from"], event.facts["to"]
    if before == after:
        return _("Impact or urgency changed; the priority is still %(level)s", level=after)
    return _("Priority %(before)s → %(after)s", before=before, after=after)


def _renamed(event: TicketEvent, names: Names) -> str:
    return _("Subject changed from “%(before)s”", before=event.facts["from"])


def _watched(event: TicketEvent, names: Names) -> str:
    return _("%(who)s follows the ticket", who=names.person(event.facts["person"]))


def _unwatched(event: TicketEvent, names: Names) -> str:
    return _("%(who)s no longer follows the ticket", who=names.person(event.facts["person"]))


def _linked(event: TicketEvent, names: Names) -> str:
    other, kind = event.facts["other"], str(event.facts["kind"])
    return link_words(kind.removesuffix(" of"), other, stands=not kind.endswith(" of"))


def link_words(kind: str, number: int, *, stands: bool) -> str:
    """A link in words; `stands` when it is this ticket that stands in the kind to the other."""
    return _(_LINKS.get((kind, stands), _LINKS["related", True]), number=number)


def _unlinked(event: TicketEvent, names: Names) -> str:
    return _("No longer: %(what)s", what=_linked(event, names))


def _notice(event: TicketEvent, names: Names) -> str:
    return notice_words(event)


def _kept_private(event: TicketEvent, names: Names) -> str:
    return _("Kept from the requester’s colleagues")


def _shown_to_unit(event: TicketEvent, names: Names) -> str:
    return _("Shown to the requester’s colleagues")


def _unknown(event: TicketEvent, names: Names) -> str:
    return event.kind.capitalize()


_SENTENCES: Mapping[str, Callable[[TicketEvent, Names], str]] = {
    "opened": _opened,
    "written first": _written_first,
    "answer received": _answered,
    "reply sent": _replied,
    "reply withdrawn": _withdrawn,
    "note added": _noted,
    "registration undone": _unregistered,
    "supplier asked": _asked_supplier,
    "supplier answered": _supplier_answered,
    "moved": _moved,
    "assigned": _assigned,
    "placed": _placed,
    "prioritised": _prioritised,
    "renamed": _renamed,
    "watched": _watched,
    "unwatched": _unwatched,
    "linked": _linked,
    "unlinked": _unlinked,
    **MOVING_SENTENCES,
    **MAIL_SENTENCES,
    **dict.fromkeys(NOTICE_ICONS, _notice),
    "kept private": _kept_private,
    "shown to unit": _shown_to_unit,
}

# These sentences name who did it, or say what somebody outside did.
_SAY_WHO = frozenset(
    {
        *("opened", "written first", "answer received", "reply sent", "reply withdrawn"),
        *("note added", "absence notice"),
        *("supplier asked", "supplier answered"),
    }
)

_ICONS: Mapping[str, str] = {
    "opened": "mail",
    "written first": "send",
    "reply withdrawn": "undo",
    "assigned": "person",
    "placed": "move",
    "prioritised": "flag",
    "renamed": "pencil",
    "watched": "eye",
    "unwatched": "eye",
    "linked": "link",
    "unlinked": "link",
    **MOVING_ICONS,
    **MAIL_ICONS,
    "kept private": "lock",
    "shown to unit": "people",
    **NOTICE_ICONS,
}

# Why tickets were handed over (`handing_over.Reason`): words without and with somebody new.
_BECAUSE: Mapping[str, tuple[str, str]] = {
    "left": (
        N_("%(who)s has left, so anybody can take it"),
        N_("Handed over to %(other)s, because %(who)s has left"),
    ),
    "away": (
        N_("%(who)s is away, so anybody can take it"),
        N_("Handed over to %(other)s, because %(who)s is away"),
    ),
}

# (kind, whether this ticket stands in it to the other) -> words.
_LINKS: Mapping[tuple[str, bool], str] = {
    ("follows", True): N_("Follows #%(number)s"),
    ("follows", False): N_("Followed by #%(number)s"),
    ("may follow", True): N_("May belong to #%(number)s"),
    ("may follow", False): N_("#%(number)s may belong to this"),
    ("related", True): N_("Related to #%(number)s"),
    ("related", False): N_("Related to #%(number)s"),
    ("duplicate", True): N_("Duplicate of #%(number)s"),
    ("duplicate", False): N_("#%(number)s is a duplicate of this"),
    ("child", True): N_("Part of #%(number)s"),
    ("child", False): N_("#%(number)s is a part of this"),
    ("caused", True): N_("Caused by #%(number)s"),
    ("caused", False): N_("Cause of #%(number)s"),
    ("split", True): N_("Split off from #%(number)s"),
    ("split", False): N_("#%(number)s was split off from this"),
}
