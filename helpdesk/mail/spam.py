"""Is it spam? What our own mail server wrote into the header, and what Rspamd answers."""

from __future__ import annotations

import http.client
import json
import logging
import time
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit

from helpdesk.core.errors import Invalid
from helpdesk.core.words import N_
from helpdesk.domain.correspondence.trusting import spam_sign
from helpdesk.mail.values import ParsedMail

log = logging.getLogger(__name__)

SECONDS = 5.0
# A filter that let us wait in vain is left alone for so long; mail goes on without it meanwhile.
REST_SECONDS = 60.0
_LONGEST_ANSWER = 1024 * 1024

# What Rspamd would do with spam; "greylist" and "soft reject" only ask to come again, and the mail
# has come already (https://rspamd.com/doc/faq.html: actions).
_SPAM_ACTIONS = frozenset({"reject", "add header", "rewrite subject", "quarantine"})
# What a header of HTTP may hold of an address.
_PRINTABLE = frozenset(map(chr, range(0x21, 0x7F)))


class FilterAway(Exception):
    """Rspamd gave no verdict; the words say why: marked, or exactly the other side's.

    `slow` when time was lost with waiting.
    """

    def __init__(self, words: str, *, slow: bool = False) -> None:
        super().__init__(words)
        self.slow = slow


@dataclass(frozen=True, slots=True)
class Opinion:
    """What Rspamd thinks: `sign` says it in its words, "" when it is no spam; `away` why nothing.

    The reason in `away` is in marked words.
    """

    sign: str = ""
    away: str = ""


def header_says_spam(mail: ParsedMail, wanted: str) -> str:
    """The header by which our mail server calls the mail spam, as it stands; "" where none does.

    Only the topmost of that name counts: what stands below may be the sender's.
    """
    try:
        sign = spam_sign(wanted)
    except Invalid:
        # What an older version or another program wrote must not stop mail.
        return ""
    if sign is None:
        return ""
    value = mail.header(sign.header)
    return f"{sign.header}: {value.strip()}" if value and sign.is_in(value) else ""


class Rspamd:
    """The filter at one address, as this process knows it: whether it is worth asking now."""

    def __init__(self, url: str, password: str = "", *, seconds: float = SECONDS) -> None:
        self.url = url
        self.password = password
        self.seconds = seconds
        self._asked_again_at = 0.0

    def opinion_on(
        self, raw: bytes, *, envelope_from: str | None = None, envelope_to: str | None = None
    ) -> Opinion:
        """What it thinks of a mail; never raises, and takes hardly longer than `seconds`."""
        if time.monotonic() < self._asked_again_at:
            return Opinion(away=N_("it did not answer a moment ago"))
        headers = {"Content-Type": "application/octet-stream"}
        if self.password:
            headers["Password"] = self.password
        for name, address in (("From", envelope_from), ("Rcpt", envelope_to)):
            if address and _PRINTABLE.issuperset(address):
                headers[name] = address
        try:
            seconds = self.seconds
            return _read(_talked(self.url, "POST", "/checkv2", raw, headers, seconds=seconds))
        except FilterAway as error:
            log.warning("Rspamd gave no verdict: %s", error)
            if error.slow:
                self._asked_again_at = time.monotonic() + REST_SECONDS
            return Opinion(away=str(error))


def greet_rspamd(url: str) -> str:
    """ "" when Rspamd is there, otherwise why not, in marked words."""
    try:
        _talked(url, "GET", "/ping", b"", {}, seconds=1.0)
    except FilterAway as error:
        return str(error)
    return ""


def _read(body: bytes) -> Opinion:
    try:
        answer: Any = json.loads(body)
        action = str(answer["action"]).lower()
        score, limit = float(answer.get("score", 0)), float(answer.get("required_score", 0))
    except (AttributeError, KeyError, TypeError, ValueError):
        raise FilterAway(N_("an answer that cannot be read")) from None
    if action not in _SPAM_ACTIONS:
        return Opinion()
    return Opinion(sign=f"Rspamd: {action} ({score:g} / {limit:g})")


def _talked(
    url: str, method: str, path: str, body: bytes, headers: Mapping[str, str], *, seconds: float
) -> bytes:
    # Not urllib: it would ask a proxy of the surroundings about a program on this machine.
    parts = urlsplit(url)
    kind = http.client.HTTPSConnection if parts.scheme == "https" else http.client.HTTPConnection
    connection = kind(parts.hostname or "", parts.port, timeout=seconds)
    until = time.monotonic() + seconds
    try:
        connection.request(method, f"{parts.path}{path}", body=body, headers=dict(headers))
        response = connection.getresponse()
        answer = b""
        while len(answer) < _LONGEST_ANSWER and (more := response.read1(64 * 1024)):
            answer += more
            if time.monotonic() > until:
                raise TimeoutError
        if response.status != http.client.OK:
            raise FilterAway(f"{response.status} {response.reason}")
        return answer
    except TimeoutError:
        raise FilterAway(N_("no answer in time"), slow=True) from None
    except (OSError, http.client.HTTPException, ValueError) as error:
        raise FilterAway(
            getattr(error, "strerror", None) or str(error) or type(error).__name__
        ) from None
    finally:
        connection.close()
