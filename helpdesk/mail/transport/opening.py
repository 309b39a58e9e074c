"""Opens a connection to the outgoing server: reached, encrypted, signed in."""

from __future__ import annotations

import smtplib
import ssl
from collections.abc import Callable
from urllib.parse import urlsplit

from helpdesk.core.config import Settings
from helpdesk.core.words import N_
from helpdesk.mail.grants import NoToken, token_by_name
from helpdesk.mail.grants.sasl import Bearer, mechanism_of
from helpdesk.mail.transport.faults import ServerFault, translated

# RFC 5321 section 4.5.3.2 allows minutes; a server of our own that needs more than this is ill,
# and other mail is waiting.
ANSWER_SECONDS = 30.0

Tell = Callable[[str, str], None]


def connected(
    settings: Settings, answer_seconds: float, tell: Tell = lambda tried, words: None
) -> smtplib.SMTP:
    """Signed in where the settings say so; each step that held is told. ServerFault otherwise."""
    smtp = _encrypted(settings, answer_seconds, tell)
    try:
        if settings.smtp_grant:
            smtp = _signed_in_by_token(smtp, settings, answer_seconds, tell)
        elif settings.smtp_username:
            password = settings.smtp_password.get_secret_value()
            with translated(ServerFault, _place(settings)):
                smtp.login(settings.smtp_username, password)
        if settings.smtp_username:
            tell(N_("Sign in"), settings.smtp_username)
    except BaseException:
        smtp.close()
        raise
    return smtp


def _signed_in_by_token(
    smtp: smtplib.SMTP, settings: Settings, answer_seconds: float, tell: Tell
) -> smtplib.SMTP:
    """With a token; where the server refuses it, once more over a new connection with a new one."""
    token = _token(settings)
    tell(N_("Get a token"), settings.smtp_grant)
    try:
        _show_token(smtp, settings, token)
    except ServerFault as fault:
        if not isinstance(fault.__cause__, smtplib.SMTPAuthenticationError):
            raise
        # A token may be ended before its time, for instance by a new password.
        other = _token(settings, instead_of=token)
        if other == token:
            raise
        smtp.close()
        smtp = _encrypted(settings, answer_seconds)
        try:
            _show_token(smtp, settings, other)
        except BaseException:
            smtp.close()
            raise
    return smtp


def _token(settings: Settings, *, instead_of: str | None = None) -> str:
    try:
        return token_by_name(settings.smtp_grant, instead_of=instead_of)
    except NoToken as error:
        raise ServerFault(f"{settings.smtp_grant}: {error}") from error


def _show_token(smtp: smtplib.SMTP, settings: Settings, token: str) -> None:
    offered = smtp.esmtp_features.get("auth", "").upper().split()
    bearer = Bearer(mechanism_of(offered), settings.smtp_username, token)
    try:
        with translated(ServerFault, _place(settings)):
            smtp.auth(bearer.mechanism, bearer.answer)
    except ServerFault as fault:
        raise ServerFault(bearer.in_words(str(fault))) from fault.__cause__


def _encrypted(
    settings: Settings, answer_seconds: float, tell: Tell = lambda tried, words: None
) -> smtplib.SMTP:
    place = _place(settings)
    with translated(ServerFault, place):
        smtp = _greeted(settings, answer_seconds)
    try:
        with translated(ServerFault, place):
            tell(N_("Connect"), place)
            if settings.smtp_security == "starttls":
                smtp.starttls(context=ssl.create_default_context())
                smtp.ehlo()
                tell(N_("Encrypt"), _cipher(smtp))
    except BaseException:
        smtp.close()
        raise
    return smtp


def _place(settings: Settings) -> str:
    return f"{settings.smtp_host}:{settings.smtp_port}"


def _greeted(settings: Settings, answer_seconds: float) -> smtplib.SMTP:
    # Told instead of looked up: the look-up of one's own name can hang with the name server.
    name = urlsplit(settings.base_url).hostname or "localhost"
    ours = f"[{name}]" if name.replace(".", "").isdecimal() else name
    if settings.smtp_security == "tls":
        smtp: smtplib.SMTP = smtplib.SMTP_SSL(
            settings.smtp_host,
            settings.smtp_port,
            local_hostname=ours,
            timeout=answer_seconds,
            context=ssl.create_default_context(),
        )
    else:
        smtp = smtplib.SMTP(
            settings.smtp_host, settings.smtp_port, local_hostname=ours, timeout=answer_seconds
        )
    try:
        smtp.ehlo_or_helo_if_needed()
    except BaseException:
        smtp.close()
        raise
    return smtp


def _cipher(smtp: smtplib.SMTP) -> str:
    return smtp.sock.version() or "" if isinstance(smtp.sock, ssl.SSLSocket) else ""
