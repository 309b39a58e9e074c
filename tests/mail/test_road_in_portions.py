"""Mails that share a commit: cheaply, and as independent of each other as if each had its own."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from sqlalchemy import event, func, select

from helpdesk.core.db import db
from helpdesk.core.storage import storage
from helpdesk.domain.accounts.models import Person
from helpdesk.domain.correspondence.models import InboundState
from helpdesk.mail.portions import TOGETHER, TOGETHER_BYTES
from tests.mail.letters import Road, letter, mail_row, messages, outbox, tickets

# What a mail from somebody new may cost, when it is one of a portion: the statements that write
# its rows (person, address, ticket, message, history, search, acknowledgement, two Message-IDs, the
# mail itself), and two questions: for its thread, and how many new people came lately.
MOST_STATEMENTS_A_MAIL = 12
# And what a portion costs, however many mails it has.
MOST_STATEMENTS_A_PORTION = 16


class Spent:
    """What was asked of the database."""

    def __init__(self) -> None:
        self.statements: list[str] = []
        self.commits = 0


@contextmanager
def spent() -> Iterator[Spent]:
    """Count what happens in the block."""
    found = Spent()

    def said(_connection: Any, _cursor: Any, statement: str, *_: Any) -> None:
        if not statement.startswith(("BEGIN", "PRAGMA")):
            found.statements.append(statement)

    def committed(_connection: Any) -> None:
        found.commits += 1

    engine = db.engine
    event.listen(engine, "before_cursor_execute", said)
    event.listen(engine, "commit", committed)
    try:
        yield found
    finally:
        event.remove(engine, "before_cursor_execute", said)
        event.remove(engine, "commit", committed)


def strangers(road: Road, count: int, start: int = 0) -> list[int]:
    return [
        road.keep(letter(f"p{number}@example.com", f"Number {number}"))
        for number in range(start, start + count)
    ]


def test_an_ordinary_mail_costs_few_statements_and_a_part_of_a_commit(road: Road) -> None:
    strangers(road, 1)
    # Statements are put together once, and whatever a first mail finds out is found out.
    road.file()
    strangers(road, TOGETHER, start=1)
    with spent() as full:
        assert road.file() == TOGETHER
    strangers(road, 2, start=100)
    with spent() as two:
        assert road.file() == 2
    assert (full.commits, two.commits) == (1, 1)
    each = (len(full.statements) - len(two.statements)) / (TOGETHER - 2)
    assert each <= MOST_STATEMENTS_A_MAIL, Counter(full.statements).most_common(15)
    once = len(two.statements) - 2 * each
    assert once <= MOST_STATEMENTS_A_PORTION, Counter(two.statements).most_common()


def test_more_mails_than_a_portion_have_a_commit_for_each_portion(road: Road) -> None:
    strangers(road, TOGETHER + 3)
    with spent() as found:
        assert road.file() == TOGETHER + 3
    assert found.commits == 2


def test_many_bytes_are_a_portion_of_their_own(road: Road) -> None:
    for number in range(3):
        files = {"large.bin": bytes([number]) * (TOGETHER_BYTES // 2)}
        road.keep(letter(f"p{number}@example.com", files=files))
    with spent() as found:
        assert road.file() == 3
    assert found.commits == 3


def test_what_goes_wrong_with_one_mail_is_written_on_that_mail_alone(road: Road) -> None:
    before = strangers(road, 3)
    broken = road.keep(letter("bo@example.com"))
    after = strangers(road, 3, start=3)
    storage().path_of(mail_row(broken).raw_sha256 or "").unlink()
    assert road.file() == 7
    assert {mail_row(each).state for each in before + after} == {InboundState.FILED.value}
    assert {mail_row(each).attempts for each in before + after} == {0}
    assert (mail_row(broken).state, mail_row(broken).attempts) == (InboundState.WAITING.value, 1)
    assert len(tickets()) == len(messages()) == len(outbox()) == 6


def test_a_mail_that_failed_before_takes_no_other_along(road: Road) -> None:
    broken = road.keep(letter("bo@example.com"))
    storage().path_of(mail_row(broken).raw_sha256 or "").unlink()
    road.file()
    mail_row(broken).due_at = mail_row(broken).kept_at
    db.session.commit()
    strangers(road, 4)
    with spent() as found:
        road.file()
    # One for the four, and one that writes the second fault down.
    assert found.commits == 2
    assert mail_row(broken).attempts == 2


def test_an_answer_finds_the_original_that_it_shares_a_commit_with(road: Road) -> None:
    original = road.keep(letter("eva@example.com", Message_ID="<first@example.com>"))
    strangers(road, 2)
    answer = road.keep(letter("eva@example.com", "Re: it", In_Reply_To="<first@example.com>"))
    with spent() as found:
        assert road.file() == 4
    assert found.commits == 1
    assert mail_row(answer).ticket_id == mail_row(original).ticket_id is not None
    assert len(tickets()) == 3


def test_somebody_new_who_writes_twice_at_once_is_one_person(road: Road) -> None:
    for number in range(3):
        road.keep(letter("Nils Ny <nils@example.com>", f"Number {number}", Cc="bo@example.com"))
    road.keep(letter("bo@example.com", "From Bo himself"))
    assert road.file() == 4
    for address in ("nils@example.com", "bo@example.com"):
        wanted = select(func.count()).where(Person.email == address)
        assert db.session.scalar(wanted) == 1


def test_copies_that_share_a_commit_are_one_ticket(road: Road) -> None:
    raw = letter("eva@example.com", Auto_Submitted="auto-generated")
    rows = [road.keep(raw, mailbox=mailbox) for mailbox in ("helpdesk", "orders", "helpdesk")]
    with spent() as found:
        assert road.file() == 3
    assert found.commits == 1
    assert [mail_row(each).state for each in rows] == [
        InboundState.QUIETLY.value,
        InboundState.COPY.value,
        InboundState.COPY.value,
    ]
    assert len(tickets()) == len(messages()) == 1
