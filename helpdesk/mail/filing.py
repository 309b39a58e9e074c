"""The file stage: a mail becomes a new ticket, or words on one that is there."""

from __future__ import annotations

from dataclasses import replace

from helpdesk.core.words import N_
from helpdesk.domain.accounts.models import Person
from helpdesk.domain.correspondence.ids import remember_ids
from helpdesk.domain.correspondence.models import IdSource, InboundState
from helpdesk.domain.intake import Intake, receive
from helpdesk.domain.processes import Standing
from helpdesk.domain.routing.queries import Placement, placement
from helpdesk.domain.routing.rules import Clues
from helpdesk.domain.tickets.actions import (
    Words,
    add_note,
    receive_answer,
    receive_from_supplier,
    reply,
    tell,
    watch,
    write_to_supplier,
)
from helpdesk.domain.tickets.models import Conversation, LinkKind, Message, Ticket
from helpdesk.domain.tickets.queries.suppliers import people_asked
from helpdesk.domain.tickets.rules import may_reopen
from helpdesk.mail.aside import turned_aside
from helpdesk.mail.guard import Outcome, Verdict
from helpdesk.mail.languages import language_of
from helpdesk.mail.letter import Around, Filed, Letter, Step, known, words_of
from helpdesk.mail.speech import own_words, speech_on
from helpdesk.mail.storable import storable
from helpdesk.mail.subjects import bare
from helpdesk.mail.thanks import merely_thanks
from helpdesk.mail.thread import Evidence, Thread, references_of, takes_part
from helpdesk.mail.trace import thread_step, trust_steps, verdict_steps
from helpdesk.mail.values import Address
from helpdesk.mail.voice import Voice


def set_aside(letter: Letter, verdict: Verdict, thread: Thread, around: Around) -> Filed:
    """Keep the mail out of the tickets; an absence notice is noted on the ticket it answers."""
    steps = [*verdict_steps(verdict), *trust_steps(letter, verdict)]
    ticket = thread.ticket if verdict.absence and thread.joins else None
    if ticket is not None:
        tell(
            ticket,
            "absence notice",
            facts={"from": letter.sender.address, "inbound": letter.inbound_id},
            now=around.now,
        )
        steps += [
            thread_step(thread),
            Step("file", N_("Noted on ticket #%(ticket)s"), {"ticket": ticket.number}),
        ]
    steps.append(Step("file", N_("Set aside: it is kept, and nobody was told")))
    return Filed(
        InboundState.SET_ASIDE,
        tuple(steps),
        reason=verdict.reason,
        ticket_id=ticket.id if ticket is not None else None,
    )


def join(letter: Letter, verdict: Verdict, thread: Thread, around: Around) -> Filed | None:
    """Put the mail on its ticket; None when that ticket is over and a new one has to follow it."""
    ticket = thread.ticket
    if ticket is None:
        return None
    thread = turned_aside(letter, thread)
    speech = speech_on(letter, ticket, thread)
    if speech.voice is Voice.ANSWER and _comes_too_late(letter, verdict, thread, ticket, around):
        return None
    sender = known(letter, letter.sender, now=around.now)
    words = words_of(letter, verified=speech.verified)
    if speech.voice is Voice.NOTE:
        message = _note(ticket, words, sender, around)
    elif thread.conversation is not None and speech.voice is Voice.SUPPLIER:
        message = receive_from_supplier(
            ticket,
            words,
            conversation=thread.conversation,
            wakes=verdict.outcome is not Outcome.FILE_QUIETLY,
            hushed=verdict.reason if verdict.silences else "",
            by=sender,
            now=around.now,
        )
    elif thread.conversation is not None and speech.voice is Voice.TO_SUPPLIER:
        message = write_to_supplier(
            ticket,
            replace(words, text=own_words(letter), newest="", html=None),
            conversation=thread.conversation,
            by=sender,
            now=around.now,
        )
    elif speech.voice is Voice.REPLY:
        message = _reply(letter, ticket, words, sender, around)
    else:
        brings = _brought(letter, thread)
        message = _answer(letter, verdict, ticket, words, sender, around, brings=brings)
    _remember(letter, ticket, conversation=thread.conversation)
    steps = (
        *verdict_steps(verdict),
        *trust_steps(letter, verdict),
        thread_step(thread),
        Step("file", speech.reason),
        Step("file", N_("Joined ticket #%(ticket)s"), {"ticket": ticket.number}),
    )
    return _filed(verdict, steps, ticket, message)


def route(letter: Letter, around: Around) -> Placement:
    """Where a new ticket belongs: the first rule that holds, else what the mailbox says."""
    clues = Clues(
        sender=letter.sender.address,
        recipients=letter.recipients,
        subject=letter.mail.subject,
        text=letter.mail.text,
        headers=letter.mail.headers,
    )
    return placement(
        clues,
        process=letter.mailbox.process,
        queue_id=letter.mailbox.queue_id,
        by=around.signposts,
    )


def open_new(
    letter: Letter, verdict: Verdict, thread: Thread, where: Placement, around: Around
) -> Filed:
    """Make a ticket of the mail; `thread` may name an earlier one, which it (perhaps) follows."""
    sender = known(letter, letter.sender, now=around.now)
    own_mark = thread.mark is not None and thread.mark.person_id == sender.id
    quiet = verdict.hushed or verdict.outcome is Outcome.FILE_QUIETLY
    intake = Intake(
        requester=sender,
        subject=storable(bare(letter.mail.subject)),
        words=words_of(letter, verified=own_mark or _believed_without_mark(letter)),
        placement=where,
        watchers=tuple(known(letter, each, now=around.now) for each in _may_follow(letter)),
        mailbox_id=letter.mailbox.id,
        language=sender.language
        or language_of(letter.mail.reply_text or letter.mail.text)
        or letter.mailbox.language,
        hushed=verdict.reason if quiet else "",
        follows=thread.ticket,
        link_kind=LinkKind.FOLLOWS if thread.joins else LinkKind.MAY_FOLLOW,
    )
    ticket, message = receive(intake, by=sender, now=around.now)
    _remember(letter, ticket)
    steps = [*verdict_steps(verdict), *trust_steps(letter, verdict), thread_step(thread)]
    if thread.joins:
        steps.append(
            Step(
                "thread",
                N_("Ticket #%(ticket)s is over, so a new one follows it"),
                {"ticket": thread.ticket_number or 0},
            )
        )
    steps += [
        Step("route", where.reason, {"rule": where.rule} if where.rule else {}),
        Step("file", N_("Became ticket #%(ticket)s"), {"ticket": ticket.number}),
    ]
    return replace(_filed(verdict, tuple(steps), ticket, message), opened_ticket=True)


def _believed_without_mark(letter: Letter) -> bool:
    if letter.agent_writes:
        return letter.sender_proven
    return not letter.sender_refuted


def _may_follow(letter: Letter) -> tuple[Address, ...]:
    # Whoever forges a From would have everybody written to whom he names beside it.
    return () if letter.sender_refuted else letter.followers


def _brought(letter: Letter, thread: Thread) -> tuple[Address, ...]:
    """Its Cc, as far as they may hear from now on what is said on a ticket that is there.

    A From that takes part in the ticket is not enough, since anybody can write it: a mark of ours
    shows that the mail answers ours, a server that we believe that the From is genuine.
    """
    if letter.sender_refuted:
        return ()
    proven = thread.mark is not None or letter.sender_proven
    return letter.followers if proven or thread.evidence is Evidence.BY_HAND else ()


def _merely_thanks(letter: Letter) -> bool:
    newest = letter.mail.reply_text or letter.mail.text
    return merely_thanks(newest, has_files=any(not f.inline for f in letter.mail.attachments))


def _comes_too_late(
    letter: Letter, verdict: Verdict, thread: Thread, ticket: Ticket, around: Around
) -> bool:
    if ticket.state_spec.standing is not Standing.DONE or thread.evidence is Evidence.BY_HAND:
        return False
    # Neither a machine nor a thank-you makes work, however late it comes.
    if verdict.outcome is Outcome.FILE_QUIETLY or _merely_thanks(letter):
        return False
    return not _can_be_reopened(ticket, around)


def _can_be_reopened(ticket: Ticket, around: Around) -> bool:
    days = around.settings.reopen_days
    return ticket.state in ticket.process_spec.on_answer and may_reopen(
        ticket.resolved_at, now=around.now, days=days
    )


def _answer(
    letter: Letter,
    verdict: Verdict,
    ticket: Ticket,
    words: Words,
    sender: Person,
    around: Around,
    *,
    brings: tuple[Address, ...],
) -> Message:
    if takes_part(letter.person, ticket):
        # Only an agent lets a supplier read what the requester reads.
        suppliers = people_asked(ticket) if brings else frozenset()
        for follower in brings:
            person = known(letter, follower, now=around.now)
            if person.id not in suppliers:
                watch(ticket, person=person, by=sender, now=around.now)
    reopens = verdict.outcome is not Outcome.FILE_QUIETLY
    if ticket.state_spec.standing is Standing.DONE:
        reopens = reopens and not _merely_thanks(letter) and _can_be_reopened(ticket, around)
    return receive_answer(
        ticket,
        words,
        reopens=reopens,
        hushed=verdict.reason if verdict.silences else "",
        by=sender,
        now=around.now,
    )


def _reply(letter: Letter, ticket: Ticket, words: Words, sender: Person, around: Around) -> Message:
    # Only the newest words go out: below them stands the internal mail that the agent answered,
    # and the HTML cannot be cut as surely. All of it stays in the original.
    own = replace(words, text=own_words(letter), newest="", html=None)
    cc = [known(letter, follower, now=around.now) for follower in letter.followers]
    return reply(ticket, own, cc=cc, by=sender, now=around.now)


def _note(ticket: Ticket, words: Words, sender: Person, around: Around) -> Message:
    if not words.text.strip() and not words.files:
        words = replace(words, text=words.text or "–")
    return add_note(ticket, words, by=sender, now=around.now)


def _remember(letter: Letter, ticket: Ticket, *, conversation: Conversation | None = None) -> None:
    mail = letter.mail
    remember_ids(
        ticket.id,
        {
            IdSource.TAKEN: (storable(mail.message_id or ""),),
            IdSource.REFERENCED: [storable(each) for each in references_of(mail)],
        },
        conversation_id=conversation.id if conversation is not None else None,
    )


def _filed(verdict: Verdict, steps: tuple[Step, ...], ticket: Ticket, message: Message) -> Filed:
    quietly = verdict.outcome is Outcome.FILE_QUIETLY
    return Filed(
        InboundState.QUIETLY if quietly else InboundState.FILED,
        steps,
        reason=verdict.reason,
        ticket_id=ticket.id,
        message_id=message.id,
    )
