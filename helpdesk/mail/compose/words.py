"""The words of a mail: templates/email/<notification>/, in the reader's language and local time."""

from __future__ import annotations

import logging
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from types import SimpleNamespace
from typing import Any
from urllib.parse import quote
from zoneinfo import ZoneInfo

from babel.dates import format_datetime
from flask import current_app
from flask_babel import force_locale, gettext

from helpdesk.core.config import Settings
from helpdesk.core.said import said
from helpdesk.domain.correspondence.tokens import Audience, follow_token, reply_address
from helpdesk.domain.notifications.letters import Letter
from helpdesk.domain.tickets.actions.opening import NO_SUBJECT
from helpdesk.mail.compose.fields import one_line, repeated, thread_subject
from helpdesk.mail.compose.own import own_words, paint

log = logging.getLogger(__name__)

LANGUAGES = ("en", "sv")
# UI.md: "Tue 24 Nov 08:41", "tis 24 nov. 08:41".
TIME_FORMAT = "EEE d MMM HH:mm"
DESK_PAGE = "/desk/tickets/{number}"
# Where one says which mails one wants.
CHOOSE_PAGE = "/me#mail"


@dataclass(frozen=True, slots=True)
class Words:
    """What a mail says; where only plain words could be made, `html` is None and `remark` why."""

    subject: str
    text: str
    html: str | None
    remark: str = ""


def render(template: str, language: str, **values: Any) -> str:
    """A template of the application in a language, outside any request."""
    with force_locale(language):
        return current_app.jinja_env.get_template(template).render(lang=language, **values)


def words_of(letter: Letter, settings: Settings, *, attached: bool = True) -> Words:
    """The words of a letter. A broken template costs its form, never the words themselves."""
    language = letter.language if letter.language in LANGUAGES else settings.default_language
    broken: list[str] = []

    def attempt(make: Callable[[], str]) -> str | None:
        try:
            return make()
        except Exception as error:
            log.exception("The words of %s could not be made", letter.notification)
            broken.append(f"{type(error).__name__}: {error}")
            return None

    with force_locale(language):
        values = _values(letter, settings, language, attached=attached)
        own = values["own"] = own_words(letter, language, values)

        def part(name: str) -> str:
            template = f"email/{letter.notification}/{name}"
            return current_app.jinja_env.get_template(template).render(values)

        subject = attempt(lambda: one_line(own.get("subject") or part("subject.txt")))
        text = attempt(lambda: part("body.txt").strip() + "\n")
        html = attempt(lambda: part("body.html").strip() + "\n") if text is not None else None
    return Words(
        subject or values["thread"],
        text or _plain(letter, values),
        html,
        f"Sent in plain words: {broken[0]}" if broken else "",
    )


def our_words(letter: Letter, settings: Settings, language: str) -> dict[str, str]:
    """What we would say in the parts that an installation may write anew; for who writes them."""
    with force_locale(language):
        values = _values(letter, settings, language, attached=True)
        templates = current_app.jinja_env
        subject = templates.get_template(f"email/{letter.notification}/subject.txt")
        body = templates.get_template(f"email/{letter.notification}/body.txt")
        context = body.new_context(values)
        return {
            "subject": one_line(subject.render(values)),
            **{
                part: "".join(body.blocks[part](context)).strip()
                for part in ("first_line", "expected")
            },
        }


def page_of(letter: Letter, settings: Settings) -> str:
    """Where the reader goes: the desk for those who work there, else a signed link of their own."""
    if letter.topic is None:
        # What was written without knowing where we are found is a path of ours.
        ours = settings.base_url if letter.link.startswith("/") else ""
        return ours + letter.link
    if letter.audience is Audience.SUPPLIER:
        # A supplier has no page here.
        return ""
    if letter.audience is Audience.INTERNAL:
        return settings.base_url + DESK_PAGE.format(number=letter.topic.number)
    return f"{settings.base_url}/follow/{follow_token(letter.topic.number, letter.person_id)}"


def local_time(at: datetime, letter: Letter, settings: Settings, language: str) -> str:
    """An instant as the reader is used to see it, in the reader's time zone."""
    zone = ZoneInfo(letter.time_zone) if letter.time_zone else settings.time_zone
    return format_datetime(at, TIME_FORMAT, tzinfo=zone, locale=language)


def _values(letter: Letter, settings: Settings, language: str, *, attached: bool) -> dict[str, Any]:
    """All that the templates may speak of."""
    topic = letter.topic
    stem = gettext(NO_SUBJECT) if topic and topic.stem == NO_SUBJECT else topic and topic.stem
    subject = topic.subject if topic else ""
    if letter.notification == "received":
        stem, subject = repeated(stem or ""), repeated(subject)
    return {
        "lang": language,
        "brand": SimpleNamespace(name=letter.look.name or letter.mailbox.name),
        "paint": paint(letter.look),
        "letter": letter,
        "ticket": topic,
        "subject": subject,
        "thread": thread_subject(stem or "", topic.number, answers=bool(letter.references))
        if topic
        else letter.mailbox.name,
        "tag": f"[#{topic.number}]" if topic else "",
        "by": letter.by.display_name if letter.by else "",
        "requester": topic.requester.display_name if topic else "",
        "to_requester": letter.to_requester,
        "standing": topic.standing if topic else "",
        "words": letter.words,
        "signature": letter.signature,
        "files": letter.enclosures,
        "attached": attached,
        "link": page_of(letter, settings),
        "link_days": settings.link_days,
        "facts": letter.facts,
        "at_words": lambda at: local_time(datetime.fromisoformat(at), letter, settings, language),
        "reply_address": (answering := _reply_address(letter)),
        "reply_link": _mailto(answering, letter),
        "older": [
            SimpleNamespace(
                who=earlier.who,
                at_words=local_time(earlier.at, letter, settings, language),
                words=earlier.words,
            )
            for earlier in letter.older
        ],
        "why": gettext(letter.kind.why),
        "choose_link": settings.base_url + CHOOSE_PAGE if letter.kind.choosable else "",
        "said": said,
    }


def _reply_address(letter: Letter) -> str:
    """The agent's own signed address by which an answer leaves the house, or ''.

    It goes to whoever the mail tells of: the requester, or the supplier and nobody else.
    """
    if letter.topic is None or letter.audience is not Audience.INTERNAL:
        return ""
    if not letter.plus_addressing:
        return ""
    goes_to = Audience.SUPPLIER if letter.conversation_id else Audience.REQUESTER
    return reply_address(
        letter.mailbox.address,
        letter.topic.number,
        goes_to,
        letter.person_id,
        letter.conversation_id,
    )


def _mailto(address: str, letter: Letter) -> str:
    """A link that begins a mail in the ticket's thread (RFC 6068)."""
    if not address or letter.topic is None:
        return ""
    subject = thread_subject(letter.topic.stem, letter.topic.number, answers=True)
    return f"mailto:{quote(address, safe='@')}?subject={quote(subject, safe='')}"


def _plain(letter: Letter, values: dict[str, Any]) -> str:
    """The last resort, without template and translation: the words as they were written."""
    lines = [letter.words.strip(), letter.signature, values["link"]]
    if letter.topic is not None:
        lines.insert(0, f"#{letter.topic.number}: {one_line(letter.topic.subject)}")
    return "\n\n".join(line for line in lines if line) + f"\n\n-- \n{letter.mailbox.name}\n"
