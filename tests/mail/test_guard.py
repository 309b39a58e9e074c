from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from helpdesk.core import signing
from helpdesk.domain.correspondence.tokens import (
    Audience,
    header_mark,
    new_message_id,
    reply_address,
)
from helpdesk.mail.addresses import UNKNOWN_SENDER, OurMailbox, Ours
from helpdesk.mail.guard import MAIL_BOMB_PER_HOUR, Arrival, Outcome, Verdict, judge
from helpdesk.mail.parse import parse
from tests.conftest import SECRET, settings_for
from tests.mail.letters import letter

NOW = datetime(2026, 11, 24, 7, 41, tzinfo=UTC)
HELPDESK = OurMailbox(
    id=1,
    rank=0,
    name="helpdesk",
    active=True,
    addresses=("helpdesk@example.org", "support@example.org"),
    language="en",
    acknowledge=True,
    trust_reply_to=False,
    process="incident",
    queue_id=None,
)
OURS = Ours((HELPDESK,), frozenset(HELPDESK.addresses))

Judged = Callable[..., Verdict]


@pytest.fixture
def judged(tmp_path: Path) -> Judged:
    """Judge a letter with these headers; `around` changes what stands beside the mail."""
    signing.use(SECRET)
    settings = settings_for(tmp_path)

    def verdict(around: dict[str, object] | None = None, **headers: str) -> Verdict:
        arrival = Arrival(
            mail=parse(letter(date=NOW, **headers)),
            sender="eva@example.com",
            envelope_from="eva@example.com",
            mailbox=HELPDESK,
            ours=OURS,
            settings=settings,
            now=NOW,
            taken_lately=lambda: 0,
            acknowledged_lately=lambda: 0,
        )
        return judge(replace(arrival, **(around or {})))  # type: ignore[arg-type]

    return verdict


def test_an_ordinary_mail_meets_no_guard(judged: Judged) -> None:
    assert judged() == Verdict(Outcome.FILE)


def test_our_own_mail_coming_back_is_set_aside(judged: Judged) -> None:
    our_id = new_message_id(7, Audience.REQUESTER, "example.org")
    by_id = judged(Message_ID=f"<{our_id}>")
    by_mark = judged(X_Helpdesk_Mail=header_mark(our_id))
    by_address = judged({"sender": "helpdesk@example.org"})
    by_tag = judged({"sender": "support+anything@example.org"})
    for verdict in (by_id, by_mark, by_address, by_tag):
        assert verdict.outcome is Outcome.SET_ASIDE
        assert not verdict.absence
    assert by_mark.sign.startswith("X-Helpdesk-Mail: 7.r.")


def test_a_mark_that_we_did_not_sign_proves_nothing(judged: Judged) -> None:
    forged = f"7.r.{'0' * 16}.{'a' * 16}"
    assert judged(X_Helpdesk_Mail=forged).outcome is Outcome.FILE
    assert judged(Message_ID=f"<{forged}@example.org>").outcome is Outcome.FILE


@pytest.mark.parametrize(
    "headers",
    [
        {"Auto-Submitted": "auto-replied"},
        {"Auto-Submitted": "AUTO-REPLIED; owner-email=eva@example.com"},
        {"Auto-Submitted": "auto-replied (vacation)"},
        {"X-Autoreply": "yes"},
        {"subject": "Out of office: Re: [#7] The printer"},
    ],
)
def test_an_automatic_answer_is_set_aside(judged: Judged, headers: dict[str, str]) -> None:
    verdict = judged(None, **{name.replace("-", "_"): value for name, value in headers.items()})
    assert verdict.outcome is Outcome.SET_ASIDE
    assert verdict.absence


@pytest.mark.parametrize(
    ("headers", "sign"),
    [
        ({"Auto_Submitted": "auto-generated"}, "Auto-Submitted: auto-generated"),
        ({"Precedence": "Bulk"}, "Precedence: bulk"),
        ({"Precedence": "list"}, "Precedence: list"),
        ({"Precedence": "junk"}, "Precedence: junk"),
        ({"List_Id": "<news.example.com>"}, "List-Id"),
        ({"List_Unsubscribe": "<https://example.com/stop>"}, "List-Unsubscribe"),
    ],
)
def test_machines_and_lists_are_filed_quietly(
    judged: Judged, headers: dict[str, str], sign: str
) -> None:
    verdict = judged(None, **headers)
    assert (verdict.outcome, verdict.sign) == (Outcome.FILE_QUIETLY, sign)
    assert not verdict.silences


def test_a_person_who_says_so_is_no_machine(judged: Judged) -> None:
    assert judged(Auto_Submitted="no").outcome is Outcome.FILE
    assert not judged(Auto_Submitted="no").hushed
    assert not judged(Precedence="first-class").hushed


@pytest.mark.parametrize("wish", ["All", "OOF", "AutoReply", "DR, RN, AutoReply", "oof,dr"])
def test_a_wish_for_silence_is_granted(judged: Judged, wish: str) -> None:
    verdict = judged(X_Auto_Response_Suppress=wish)
    assert (verdict.outcome, verdict.hushed) == (Outcome.FILE, True)


@pytest.mark.parametrize("wish", ["DR", "RN, NRN", "None", "DR, RN"])
def test_a_wish_about_receipts_does_not_concern_us(judged: Judged, wish: str) -> None:
    assert not judged(X_Auto_Response_Suppress=wish).hushed


def test_the_null_sender_is_not_acknowledged(judged: Judged) -> None:
    assert judged({"envelope_from": ""}).hushed
    assert not judged({"envelope_from": None}).hushed
    # Where the door could not see it, the header says so.
    assert judged({"envelope_from": None}, Return_Path="<>").outcome is Outcome.FILE_QUIETLY


@pytest.mark.parametrize(
    ("sender", "hushed"),
    [
        ("no-reply@example.com", True),
        ("noreply+77@example.com", True),
        ("do_not_reply@example.com", True),
        ("MAILER-DAEMON@example.com", True),
        ("svara-inte@example.com", True),
        ("noreen@example.com", False),
        ("norep@example.com", False),
        ("bounce.house@example.com", False),
        ("the.postmaster@example.com", False),
    ],
)
def test_addresses_that_nobody_reads_are_not_acknowledged(
    judged: Judged, sender: str, hushed: bool
) -> None:
    assert judged({"sender": sender}).hushed is hushed


def test_an_old_mail_is_not_acknowledged(judged: Judged, tmp_path: Path) -> None:
    old, young = NOW - timedelta(hours=73), NOW - timedelta(hours=71)
    assert judged({"mail": parse(letter(date=old))}).hushed
    assert not judged({"mail": parse(letter(date=young))}).hushed
    assert not judged({"mail": parse(letter(Date=""))}).hushed


def test_a_mailbox_may_be_told_to_acknowledge_nothing(judged: Judged) -> None:
    verdict = judged({"mailbox": replace(HELPDESK, acknowledge=False)})
    assert (verdict.outcome, verdict.hushed) == (Outcome.FILE, True)


def test_a_sender_over_the_cap_is_not_acknowledged(judged: Judged) -> None:
    assert not judged({"acknowledged_lately": lambda: 4}).hushed
    assert judged({"acknowledged_lately": lambda: 5}).hushed


def test_a_flood_is_filed_quietly_and_wakes_nobody(judged: Judged) -> None:
    assert judged({"taken_lately": lambda: MAIL_BOMB_PER_HOUR - 1}) == Verdict(Outcome.FILE)
    verdict = judged({"taken_lately": lambda: MAIL_BOMB_PER_HOUR})
    assert (verdict.outcome, verdict.silences) == (Outcome.FILE_QUIETLY, True)


def test_our_own_mail_under_another_name_is_known_by_where_its_answers_go(judged: Judged) -> None:
    ours = reply_address("helpdesk@example.org", 7, Audience.REQUESTER, 17)
    verdict = judged({"sender": "list@lists.example"}, Reply_To=f"IT helpdesk <{ours}>")
    assert verdict.outcome is Outcome.SET_ASIDE
    assert verdict.sign == f"Reply-To: {ours}"
    forged = "helpdesk+7-r17-aaaaaaaaaaaaaaaa@example.org"
    assert judged(Reply_To=forged).outcome is Outcome.FILE


def test_a_crowd_of_strangers_is_filed_quietly_and_wakes_nobody(judged: Judged) -> None:
    verdict = judged({"crowd": lambda: "@flood.example"})
    assert (verdict.outcome, verdict.silences) == (Outcome.FILE_QUIETLY, True)
    assert verdict.sign == "@flood.example"


def test_a_mail_from_nobody_is_filed_quietly(judged: Judged) -> None:
    verdict = judged({"sender": UNKNOWN_SENDER.address})
    assert verdict.outcome is Outcome.FILE_QUIETLY


def test_the_strongest_sign_decides(judged: Judged) -> None:
    our_id = new_message_id(7, Audience.REQUESTER, "example.org")
    loop = judged({"envelope_from": ""}, Message_ID=f"<{our_id}>", Auto_Submitted="auto-generated")
    assert loop.reason == "Our own mail came back"
    both = judged({"acknowledged_lately": lambda: 99}, Auto_Submitted="auto-generated")
    assert both.outcome is Outcome.FILE_QUIETLY


def test_the_database_is_not_asked_about_what_a_header_decides(judged: Judged) -> None:
    def asked() -> int:
        raise AssertionError("asked")

    verdict = judged({"acknowledged_lately": asked, "taken_lately": asked}, Precedence="bulk")
    assert verdict.outcome is Outcome.FILE_QUIETLY
