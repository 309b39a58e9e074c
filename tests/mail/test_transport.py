"""The way out: encrypted, signed in, and checked without sending anything."""

from __future__ import annotations

from pathlib import Path

import pytest

from helpdesk.core.config import Settings
from helpdesk.mail.compose import Mail
from helpdesk.mail.transport import (
    ConnectionLost,
    HungUp,
    MailRefused,
    ServerFault,
    SmtpWay,
    check,
    open_way,
)
from tests.conftest import settings_for
from tests.peers.certificate import Certificate, make_certificate
from tests.peers.postgresql import free_port
from tests.peers.smtp import Manner, smtp_sink

A_MAIL = Mail("desk@example.org", "eva@example.com", b"Subject: x\r\n\r\nwords\r\n", False, False)


@pytest.fixture
def certificate(tmp_path: Path) -> Certificate:
    return make_certificate(tmp_path)


def towards(folder: Path, port: int, **more: str) -> Settings:
    more = {"smtp_host": "127.0.0.1", "smtp_security": "none"} | more
    return settings_for(folder, smtp_port=str(port), **more)


@pytest.mark.parametrize("security", ["starttls", "tls"])
def test_mail_leaves_encrypted_and_signed_in(
    tmp_path: Path, certificate: Certificate, monkeypatch: pytest.MonkeyPatch, security: str
) -> None:
    monkeypatch.setenv("SSL_CERT_FILE", str(certificate.cert))
    login = ("desk", "a password")
    with smtp_sink(certificate=certificate, login=login, tls_at_once=security == "tls") as sink:
        settings = towards(
            tmp_path,
            sink.port,
            smtp_security=security,
            smtp_username=login[0],
            smtp_password=login[1],
        )
        way = open_way(settings)
        way.send(A_MAIL)
        way.close()
        assert [(mail.user, mail.encrypted) for mail in sink.mails] == [("desk", True)]
        steps = check(settings)
        assert all(step.held for step in steps)
        assert [step.tried for step in steps][-1] == "Sign in"
        assert len(sink.mails) == 1


@pytest.mark.parametrize("security", ["starttls", "tls"])
def test_a_certificate_that_nobody_vouches_for_is_not_taken(
    tmp_path: Path, certificate: Certificate, security: str
) -> None:
    with smtp_sink(certificate=certificate, tls_at_once=security == "tls") as sink:
        settings = towards(tmp_path, sink.port, smtp_security=security)
        with pytest.raises(ServerFault, match="CERTIFICATE_VERIFY_FAILED"):
            open_way(settings)
        last = check(settings)[-1]
        assert not last.held
        assert "CERTIFICATE_VERIFY_FAILED" in last.words
        assert last.tried == ("Encrypt" if security == "starttls" else "Connect")


def test_a_server_without_encryption_gets_nothing_when_it_is_asked_for(tmp_path: Path) -> None:
    with smtp_sink() as sink:
        settings = towards(tmp_path, sink.port, smtp_security="starttls")
        with pytest.raises(ServerFault, match="STARTTLS"):
            open_way(settings)
        assert [(step.tried, step.held) for step in check(settings)] == [
            ("Connect", True),
            ("Encrypt", False),
        ]


def test_a_wrong_password_is_told_in_the_servers_words(
    tmp_path: Path, certificate: Certificate, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SSL_CERT_FILE", str(certificate.cert))
    with smtp_sink(certificate=certificate, login=("desk", "right")) as sink:
        settings = towards(
            tmp_path,
            sink.port,
            smtp_security="starttls",
            smtp_username="desk",
            smtp_password="wrong",
        )
        last = check(settings)[-1]
        assert (last.tried, last.held) == ("Sign in", False)
        assert "535" in last.words
        assert "wrong" not in last.words


def test_nobody_at_the_port_is_a_fault_that_names_the_place(tmp_path: Path) -> None:
    port = free_port()
    with pytest.raises(ServerFault, match=f"127.0.0.1:{port}: .*refused"):
        open_way(towards(tmp_path, port))


def test_without_a_server_mail_is_captured_and_the_check_says_so(tmp_path: Path) -> None:
    (step,) = check(settings_for(tmp_path))
    assert step.held
    assert "HELPDESK_SMTP_HOST" in step.words


def test_a_refusal_leaves_the_connection_fit_for_the_next_mail(tmp_path: Path) -> None:
    with smtp_sink() as sink:
        sink.unknown.add("eva@example.com")
        way = open_way(towards(tmp_path, sink.port))
        with pytest.raises(MailRefused) as refused:
            way.send(A_MAIL)
        assert (refused.value.stage, refused.value.code) == ("rcpt", 550)
        assert not refused.value.for_now
        sink.unknown.clear()
        way.send(A_MAIL)
        way.close()
        assert len(sink.mails) == 1


def test_silence_and_a_closed_door_are_told_apart(tmp_path: Path) -> None:
    with smtp_sink() as sink:
        sink.manner = Manner.BUSY
        with pytest.raises(HungUp, match="421"):
            open_way(towards(tmp_path, sink.port)).send(A_MAIL)
        for manner, silent in ((Manner.HANG, True), (Manner.DROP, False)):
            sink.manner = manner
            way = SmtpWay(towards(tmp_path, sink.port), answer_seconds=0.5)
            with pytest.raises(ConnectionLost) as lost:
                way.send(A_MAIL)
            way.close()
            assert lost.value.silent is silent


def test_an_address_that_the_server_cannot_write_is_refused_in_words(tmp_path: Path) -> None:
    mail = Mail("desk@example.org", "åke@example.com", A_MAIL.raw, True, False)
    with smtp_sink() as sink:
        way = SmtpWay(towards(tmp_path, sink.port), answer_seconds=5)
        del way._smtp.esmtp_features["smtputf8"]
        with pytest.raises(MailRefused, match="letters beyond ASCII") as refused:
            way.send(mail)
        assert not refused.value.for_now
        assert not refused.value.for_the_sender
        way.close()
        assert sink.mails == []
