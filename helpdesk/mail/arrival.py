"""What the guards look at beside a mail; the database is asked only when a guard asks."""

from __future__ import annotations

from datetime import timedelta
from functools import cache

from helpdesk.domain.accounts.queries import so_many_came_since
from helpdesk.domain.correspondence.arriving import taken_lately
from helpdesk.domain.correspondence.exchanges import sent_last, taken_last
from helpdesk.domain.correspondence.queries import sent_lately
from helpdesk.domain.correspondence.tokens import read_message_id, read_reply_address
from helpdesk.domain.tickets.queries.reading import newest_words
from helpdesk.mail.crowds import MAIL_BOMB_PER_HOUR
from helpdesk.mail.letter import Around, Letter
from helpdesk.mail.loops import IN_A_ROW, MOST_IN_VAIN
from helpdesk.mail.thread import references_of
from helpdesk.mail.verdicts import Arrival, Exchange

AN_HOUR = timedelta(hours=1)


def arrival_of(letter: Letter, around: Around) -> Arrival:
    """The mail as the guards see it."""
    person, since = letter.person, around.now - AN_HOUR

    def taken() -> int:
        # Nobody who is new here can have sent many.
        if person is None:
            return 0
        return taken_lately(letter.sender.address, since=since, at_most=MAIL_BOMB_PER_HOUR)

    def acknowledged() -> int:
        return sent_lately("received", person.email, since=since) if person is not None else 0

    def too_many_strangers() -> bool:
        if person is not None and person.created_at < since:
            return False
        most = around.settings.acknowledge_strangers_per_hour
        return not letter.sender_proven and so_many_came_since(most, since=since)

    def crowd() -> str:
        if person is not None and person.created_at < since:
            return ""
        return around.crowds.sign(
            letter.mailbox.id,
            letter.sender.address,
            letter.mail.subject,
            spared=around.ours.domains,
            now=around.now,
        )

    return Arrival(
        mail=letter.mail,
        sender=letter.sender.address,
        envelope_from=letter.envelope_from,
        mailbox=letter.mailbox,
        ours=around.ours,
        settings=around.settings,
        now=around.now,
        taken_lately=taken,
        acknowledged_lately=acknowledged,
        came_through=around.ours.mailbox(letter.came_through),
        answers_ours=answers_ours(letter),
        refuted_by=letter.authentication.server if letter.sender_refuted else "",
        filter_sign=letter.findings.opinion.sign,
        not_spam=letter.row.not_spam,
        too_many_strangers=too_many_strangers,
        crowd=crowd,
        exchange=_exchange(letter) if person is not None else None,
    )


def _exchange(letter: Letter) -> Exchange:
    address = letter.sender.address
    return Exchange(
        came_at=letter.kept_at,
        subject=letter.mail.subject,
        text=letter.mail.reply_text or letter.mail.text,
        sent=cache(lambda: sent_last(address, limit=MOST_IN_VAIN)),
        taken=lambda: taken_last(
            address, until=letter.kept_at, other_than=letter.inbound_id, limit=IN_A_ROW
        ),
        texts=newest_words,
    )


def answers_ours(letter: Letter) -> bool:
    """Whether it carries a mark that we signed: a reply address, or the id of a mail of ours."""
    return any(map(read_reply_address, letter.recipients)) or any(
        map(read_message_id, references_of(letter.mail))
    )
