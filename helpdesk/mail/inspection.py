"""What others say of a mail: the spam filter and the virus scanner, asked before it is filed."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cache

from helpdesk.core.config import Settings
from helpdesk.core.db import db
from helpdesk.core.scanning import Scan, scanner_at
from helpdesk.domain.correspondence.arriving import envelopes_of
from helpdesk.mail.spam import Opinion, Rspamd
from helpdesk.mail.values import ParsedMail


@dataclass(frozen=True, slots=True)
class Findings:
    """What was found; nothing where nobody was asked."""

    opinion: Opinion = field(default_factory=Opinion)
    scan: Scan = field(default_factory=Scan)


NOTHING_FOUND = Findings()


def asks_others(settings: Settings) -> bool:
    """Whether anybody is to be asked, which takes time and is done outside of any transaction."""
    return bool(settings.rspamd_url) or settings.clamd is not None


def inspect(
    mails: Mapping[int, tuple[bytes, ParsedMail]], settings: Settings
) -> dict[int, Findings]:
    """The findings on some mails, by the id of their rows."""
    if not asks_others(settings):
        return {}
    envelopes = envelopes_of(mails) if settings.rspamd_url else {}
    # No transaction stays open while somebody else is waited for.
    db.session.rollback()
    return {
        inbound_id: Findings(
            _opinion(raw, envelopes.get(inbound_id, (None, None)), settings),
            _scan(mail, settings),
        )
        for inbound_id, (raw, mail) in mails.items()
    }


def _opinion(raw: bytes, envelope: tuple[str | None, str | None], settings: Settings) -> Opinion:
    if not settings.rspamd_url:
        return Opinion()
    filter_ = _filter(settings.rspamd_url, settings.rspamd_password.get_secret_value())
    return filter_.opinion_on(raw, envelope_from=envelope[0], envelope_to=envelope[1])


def _scan(mail: ParsedMail, settings: Settings) -> Scan:
    if settings.clamd is None or not mail.attachments:
        return Scan()
    files = {each.sha256: each.data for each in mail.attachments}
    return scanner_at(settings.clamd).look_at(files)


@cache
def _filter(url: str, password: str) -> Rspamd:
    return Rspamd(url, password)
