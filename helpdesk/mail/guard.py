"""GUARDS: which mail is taken, and how; each guard is a sentence that is true when it bites."""

from __future__ import annotations

import re
from datetime import timedelta

from helpdesk.core.words import N_
from helpdesk.domain.correspondence.tokens import (
    MARK_HEADER,
    read_header_mark,
    read_message_id,
    read_reply_address,
)
from helpdesk.domain.correspondence.trusting import SPAM
from helpdesk.mail.addresses import UNKNOWN_SENDER, nobody_reads
from helpdesk.mail.crowds import (
    MAIL_BOMB_PER_HOUR,
    it_is_part_of_a_flood,
    many_strangers_write_alike,
)
from helpdesk.mail.loops import it_answers_our_automatic_mails, nobody_but_we_answered_ourselves
from helpdesk.mail.parse.addresses import address_list
from helpdesk.mail.spam import header_says_spam
from helpdesk.mail.values import Kind, ParsedMail
from helpdesk.mail.verdicts import Arrival, Guard, Outcome, Verdict

__all__ = ["GUARDS", "MAIL_BOMB_PER_HOUR", "Arrival", "Guard", "Outcome", "Verdict", "judge"]

_MANY = frozenset({"bulk", "list", "junk"})
# [MS-OXCMAIL] section 2.1.3.2.20: the values that speak of automatic answers; the others speak
# of receipts, which we never send.
_NO_ANSWERS = frozenset({"all", "autoreply", "oof"})


def it_is_our_own_mail_coming_back(arrival: Arrival) -> Verdict | None:
    """A mail of ours that somebody's forwarding, a list or a loop brought back."""
    mail = arrival.mail
    reason = N_("Our own mail came back")
    if mail.message_id and read_message_id(mail.message_id):
        return Verdict(Outcome.SET_ASIDE, reason, f"Message-ID: {mail.message_id}")
    for value in mail.all_headers(MARK_HEADER):
        if read_header_mark(value):
            return Verdict(Outcome.SET_ASIDE, reason, f"{MARK_HEADER}: {value.strip()}")
    if arrival.ours.holds(arrival.sender):
        return Verdict(Outcome.SET_ASIDE, reason, f"From: {arrival.sender}")
    # Lists and gateways make up a From and a Message-ID and leave the address for answers.
    for address in mail.answers_to:
        if read_reply_address(address.address):
            return Verdict(Outcome.SET_ASIDE, reason, f"Reply-To: {address.address}")
    return None


def it_reports_on_a_delivery(arrival: Arrival) -> Verdict | None:
    """A bounce, a delay, a receipt (RFC 3464, RFC 8098): it is about a mail of ours."""
    if arrival.mail.kind is Kind.BOUNCE:
        return Verdict(Outcome.REPORT, N_("A mail server says that a mail was not delivered"))
    if arrival.mail.kind is Kind.DELIVERY_REPORT:
        return Verdict(Outcome.REPORT, N_("A report about the delivery of a mail"))
    return None


def it_is_spam(arrival: Arrival) -> Verdict | None:
    """Our own mail server or our filter says so; what answers a mail of ours is let through."""
    if arrival.not_spam or arrival.answers_ours:
        return None
    came_through = arrival.came_through or arrival.mailbox
    sign = header_says_spam(arrival.mail, came_through.spam_header) or arrival.filter_sign
    return Verdict(Outcome.SET_ASIDE, SPAM, sign) if sign else None


def it_answers_by_itself(arrival: Arrival) -> Verdict | None:
    """An absence notice, or another answer that no person wrote (RFC 3834 section 5)."""
    said = _auto_submitted(arrival.mail)
    if arrival.mail.kind is not Kind.AUTO_REPLY and said != "auto-replied":
        return None
    sign = f"Auto-Submitted: {said}" if said != "no" else ""
    return Verdict(
        Outcome.SET_ASIDE, N_("An absence notice or other automatic answer"), sign, absence=True
    )


def it_was_sent_to_many(arrival: Arrival) -> Verdict | None:
    """A list or a bulk mailing (RFC 2369, RFC 2919, and the old Precedence)."""
    reason = N_("It was sent to many")
    precedence = arrival.mail.header("Precedence").strip().lower()
    if precedence in _MANY:
        return Verdict(Outcome.FILE_QUIETLY, reason, f"Precedence: {precedence}")
    for name, _ in arrival.mail.headers:
        if name.lower().startswith("list-"):
            return Verdict(Outcome.FILE_QUIETLY, reason, name)
    return None


def a_machine_sent_it(arrival: Arrival) -> Verdict | None:
    """Monitoring speaks this way, and is welcome; but a machine is not answered."""
    # RFC 3834 section 5: any value but "no" means that no person wrote it.
    said = _auto_submitted(arrival.mail)
    if said == "no" and not arrival.mail.auto_submitted:
        return None
    sign = f"Auto-Submitted: {said}" if said != "no" else ""
    return Verdict(Outcome.FILE_QUIETLY, N_("A machine sent it"), sign)


def nobody_is_named_as_sender(arrival: Arrival) -> Verdict | None:
    """There is nobody to answer, but somebody may still have a problem."""
    if arrival.sender != UNKNOWN_SENDER.address:
        return None
    return Verdict(Outcome.FILE_QUIETLY, N_("It does not say who sent it"))


def it_wants_no_automatic_answer(arrival: Arrival) -> Verdict | None:
    """Exchange's way to say that an acknowledgement is not wanted."""
    wish = arrival.mail.header("X-Auto-Response-Suppress")
    if _NO_ANSWERS.isdisjoint(value.strip().lower() for value in wish.split(",")):
        return None
    return _hushed(N_("It asks for no automatic answer"), f"X-Auto-Response-Suppress: {wish}")


def its_envelope_has_no_sender(arrival: Arrival) -> Verdict | None:
    """RFC 5321 section 4.5.5: what comes from the null sender is never answered automatically."""
    if arrival.envelope_from != "":
        return None
    return _hushed(N_("Its envelope has no sender"), "<>")


def nobody_reads_answers(arrival: Arrival) -> Verdict | None:
    """Addresses like no-reply and mailer-daemon."""
    if not nobody_reads(arrival.sender):
        return None
    return _hushed(N_("Nobody reads what is sent to its sender"), arrival.sender)


def its_sender_is_not_genuine(arrival: Arrival) -> Verdict | None:
    """A server that we believe says so: whoever is named there did not write to us."""
    if not arrival.refuted_by:
        return None
    return _hushed(N_("Its From is not genuine, as a server says"), arrival.refuted_by)


def it_names_several_senders(arrival: Arrival) -> Verdict | None:
    """RFC 5322 section 3.6.2 allows it, and nobody can say who of them wrote."""
    froms = arrival.mail.all_headers("From")
    if sum(value.count("@") for value in froms) < 2:
        return None
    named = {each.address.lower() for value in froms for each in address_list(value)}
    if len(named) < 2:
        return None
    return _hushed(N_("It names several senders"), ", ".join(sorted(named)))


def it_is_old(arrival: Arrival) -> Verdict | None:
    """An acknowledgement of last week's mail would only confuse."""
    oldest = arrival.now - timedelta(hours=arrival.settings.acknowledge_max_age_hours)
    if arrival.mail.date is None or arrival.mail.date >= oldest:
        return None
    return _hushed(N_("It is too old to be acknowledged"), f"{arrival.mail.date:%Y-%m-%d}")


def the_mailbox_does_not_acknowledge(arrival: Arrival) -> Verdict | None:
    """Somebody decided so for all mail that comes this way."""
    if arrival.mailbox.acknowledge:
        return None
    return _hushed(N_("The mailbox sends no acknowledgements"), arrival.mailbox.name)


def the_sender_was_answered_enough(arrival: Arrival) -> Verdict | None:
    """A cap ends every loop that no other sign gave away."""
    if arrival.acknowledged_lately() < arrival.settings.acknowledge_cap_per_hour:
        return None
    return _hushed(N_("The sender has had enough acknowledgements within an hour"))


def too_many_are_new(arrival: Arrival) -> Verdict | None:
    """Forged senders are new ones; nobody is to be mailed by us because a flood names them."""
    if not arrival.too_many_strangers():
        return None
    return _hushed(N_("Too many people wrote for the first time within an hour"))


# In the order of their strength: the first that bites decides. The last ones ask the database.
GUARDS: tuple[Guard, ...] = (
    it_is_our_own_mail_coming_back,
    it_reports_on_a_delivery,
    it_is_spam,
    it_answers_by_itself,
    it_was_sent_to_many,
    a_machine_sent_it,
    nobody_is_named_as_sender,
    it_is_part_of_a_flood,
    many_strangers_write_alike,
    it_answers_our_automatic_mails,
    it_wants_no_automatic_answer,
    its_envelope_has_no_sender,
    nobody_reads_answers,
    its_sender_is_not_genuine,
    it_names_several_senders,
    it_is_old,
    the_mailbox_does_not_acknowledge,
    the_sender_was_answered_enough,
    nobody_but_we_answered_ourselves,
    too_many_are_new,
)


def judge(arrival: Arrival) -> Verdict:
    """The verdict of the first guard that bites; a mail that none objects to is filed."""
    verdicts = (guard(arrival) for guard in GUARDS)
    return next((verdict for verdict in verdicts if verdict is not None), Verdict(Outcome.FILE))


def _hushed(reason: str, sign: str = "") -> Verdict:
    return Verdict(Outcome.FILE, reason, sign, hushed=True)


def _auto_submitted(mail: ParsedMail) -> str:
    # The value may be followed by parameters, and in practice by a comment.
    words = re.split(r"[;\s(]", mail.header("Auto-Submitted").strip().lower(), maxsplit=1)
    return words[0] or "no"
