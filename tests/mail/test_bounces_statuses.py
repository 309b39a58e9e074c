from __future__ import annotations

import pytest

from helpdesk.mail.bounces.phrases import PHRASES
from helpdesk.mail.bounces.statuses import meant_status, named_status, status_of


@pytest.mark.parametrize(
    ("said", "status"),
    [
        ("550 user unknown", "5.1.1"),
        ("550 No such user here", "5.1.1"),
        ("552 mailbox is full", "5.2.2"),
        ("452 mailbox is full", "4.2.2"),
        ("550 account disabled", "5.2.1"),
        ("551 the user has moved", "5.1.6"),
        ("Host unknown", "5.1.2"),
        ("554 Relay access denied", "5.7.1"),
        ("550 blocked because of spam", "5.7.1"),
        ("552 message too large", "5.3.4"),
        ("retry timeout exceeded", "4.4.7"),
        ("Connection timed out", "4.4.1"),
        ("554 Too many hops", "5.4.6"),
        ("användaren finns inte", "5.1.1"),
        ("Das Postfach ist voll", "5.2.2"),
        ("utilisateur inconnu", "5.1.1"),
        ("nie istnieje", "5.1.1"),
        ("550 Unroutable sender address", "5.1.8"),
        ("malformed address: may not follow", "5.1.3"),
        ("571 No PTR", "5.7.1"),
        ("452 Insufficient system storage", "4.3.1"),
        ("host name lookup failure", "4.4.3"),
        ("Command died with status 2", "5.3.0"),
        ("550 User (maja@firma.example.org) unknown.", "5.1.1"),  # with a name between
        ("551 mailbox <maja@firma.example.org> is full", "5.2.2"),
        ("550 relaying to <maja@firma.example.org> prohibited by administrator", "5.7.1"),
        ("550 The mailbox of this name is invalid", "5.1.1"),  # or other words
        ("554 Your message to this host is rejected", "5.7.1"),
        ("550 address rejected: account closed", "5.2.1"),
        ("connect to mx1: No route to host", "4.4.1"),
        ("553 system config error", "5.3.5"),
        ("450 try later, the quota is used up", "4.2.2"),  # a thing and its fault, either way
        ("550 nobody works here by this name", "5.1.1"),
        ("550 message is 40 MB, at most 25 MB go", "5.3.4"),
        ("550 attachments are forbidden", "5.7.1"),
        ("Kontot är avstängt", "5.2.1"),
        ("La casella è piena", "5.2.2"),
        ("De ontvanger bestaat niet", "5.1.1"),
        ("550 Bruket har ingen sådan: adressaten är okänd", "5.1.1"),
        ("550 cuenta inexistente", "5.1.1"),
        ("Příjemce neexistuje", "5.1.1"),
        ("550 no working account", "5.1.1"),
        ("550 firma.example: this domain does not exist", "5.1.2"),
        ("550 domain firma.example does not exist", "5.1.2"),  # a host's name between
        ("the host name cannot be resolved", "5.1.2"),
        ("552 files of this content type are banned", "5.7.1"),
        ("Kvoten är överskriden", "5.2.2"),
        ("giving up on 192.0.2.1: 550 no such user", "5.1.1"),
        ("La taille de ce message dépasse la norme", "5.3.4"),
        ("550 konto är inte aktivt", "5.2.1"),
        ("we tried for 3 days", "4.4.7"),
        ("Servern svarar inte", "4.4.1"),
        ("lost connection with mx1 while sending", "4.4.2"),
        ("450 temporary problem of ours", "4.3.0"),
        ("554 rejected: 192.0.2.1 is listed at rbl", "5.7.1"),
        ("550 Helo command rejected: strange name", "5.7.1"),
        ("554 denied", "5.7.1"),
        ("550 what recipient?", "5.1.1"),  # few words that name somebody
        ("554 refused", "5.7.1"),
        ("550 this mail is good. The user is away; no fault is known", "5.0.0"),
        ("450 something else", "4.2.0"),
        ("554 something else", "5.0.0"),
        ("nothing that anybody knows", "5.0.0"),
    ],
)
def test_a_status_is_read_out_of_words_when_none_is_stated(said: str, status: str) -> None:
    assert status_of(None, said, "", "failed") == status


@pytest.mark.parametrize(
    ("stated", "said", "status"),
    [
        ("5.1.1", "550 5.7.1 blocked", "5.1.1"),  # a precise statement is believed
        ("5.0.0", "550 5.2.2 full", "5.2.2"),  # a vague one is refined by a code
        ("5.1.0", "550 (#5.1.1) gone", "5.1.1"),
        ("5.0.0", "550 user unknown", "5.0.0"),  # but never by words
        ("4.0.0", "mailbox is full", "4.0.0"),
        ("5.2.0", "550 user unknown", "5.2.0"),
        ("5.0.999", "unknown user", "5.0.999"),
        ("5.3.0", "450 4.2.2 later", "5.3.0"),  # nor across classes
        ("4.0.0", "", "4.0.0"),
    ],
)
def test_what_a_report_states_is_only_made_more_precise(
    stated: str, said: str, status: str
) -> None:
    assert status_of(stated, said, "", "failed") == status


def test_a_delay_is_never_permanent() -> None:
    assert status_of(None, "mailbox is full", "", "delayed") == "4.2.2"
    assert status_of(None, None, "", "delayed") == "4.0.0"


@pytest.mark.parametrize(
    "text", ["host [5.1.1.4] hung up", "version 5.5.2653.19", "1.5.1.1", "on 5.12.2024", ""]
)
def test_addresses_versions_and_dates_are_no_status(text: str) -> None:
    assert named_status(text) is None


def test_the_surest_place_of_a_code_wins() -> None:
    assert named_status("smtp 4.3.2 says 550 5.1.1 gone") == "5.1.1"
    assert named_status("said 550 sorry (#5.2.1)") == "5.2.1"


def test_the_phrases_are_as_they_are_compared() -> None:
    for status, phrases in PHRASES:
        for phrase in phrases:
            assert phrase, f"an empty phrase of {status} would mean every text"
            assert phrase == phrase.lower()
            assert meant_status(f"x {phrase} x") is not None


def test_no_phrase_stands_twice() -> None:
    phrases = [phrase for _, group in PHRASES for phrase in group]
    assert len(phrases) == len(set(phrases))
