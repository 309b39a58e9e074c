"""Files that come with a form are looked at by the virus scanner, as those of mails are."""

from __future__ import annotations

import io
import re
from collections.abc import Iterator
from datetime import datetime
from pathlib import Path

import pytest
from flask.testing import FlaskClient
from sqlalchemy import event, select
from sqlalchemy.pool import Pool

from helpdesk.core.config import Settings
from helpdesk.core.db import db
from helpdesk.domain.correspondence.models import OutboundMail
from helpdesk.domain.notifications.letters import letters
from helpdesk.domain.tickets.models import Attachment
from tests.conftest import settings_for
from tests.peers.clamd import EICAR, FOUND, Clamd, running_clamd
from tests.web.conftest import SignIn
from tests.web.portal_stage import Stage, send
from tests.web.portal_stage import stage as stage
from tests.web.tickets import a_ticket
from tests.world import World

pytestmark = pytest.mark.one_database

WARNING = f"“invoice.pdf” is handed to nobody: the virus scanner found {FOUND} in it."


@pytest.fixture
def clamd() -> Iterator[Clamd]:
    with running_clamd() as peer:
        yield peer


@pytest.fixture
def settings(database: str, tmp_path: Path, clamd: Clamd) -> Settings:
    """An installation with a virus scanner."""
    return settings_for(tmp_path, database, clamd=str(clamd.place))


@pytest.fixture
def agnes(sign_in: SignIn, world: World) -> FlaskClient:
    return sign_in(world.agnes_id)


def upload(data: bytes, name: str = "invoice.pdf") -> tuple[io.BytesIO, str]:
    return io.BytesIO(data), name


def found() -> dict[str, tuple[int, str]]:
    """Id and finding of each attachment, by its name."""
    db.session.rollback()
    files = db.session.scalars(select(Attachment))
    return {file.filename: (file.id, file.infected_with) for file in files}


def test_what_the_scanner_finds_in_an_answer_is_kept_told_and_handed_to_nobody(
    stage: Stage, sign_in: SignIn, clamd: Clamd
) -> None:
    client, link = stage.app.test_client(), stage.link()
    files = [upload(EICAR), upload(b"harmless", "note.txt")]
    assert send(client, link, f"{link}/answer", text="See here.", files=files).status_code == 303
    with stage.inside():
        file_id, name = found()["invoice.pdf"]
        assert (name, found()["note.txt"][1]) == (FOUND, "")
    page = client.get(link).text
    assert WARNING in page
    assert f"Not handed out: the virus scanner found {FOUND}" in page
    desk = sign_in(stage.world.agnes_id)
    answer = desk.get(f"/desk/attachments/{file_id}/invoice.pdf")
    assert answer.status_code == 400
    assert EICAR not in answer.data
    assert clamd.scanned == [EICAR, b"harmless"]


def test_a_reply_leaves_without_what_the_scanner_found_and_the_agent_is_told(
    agnes: FlaskClient, world: World, now: datetime
) -> None:
    number = a_ticket(world, now)
    answer = agnes.post(
        f"/desk/tickets/{number}/reply",
        data={
            "reply-seen": "1",
            "reply-text": "See here.",
            "reply-files": [upload(EICAR), upload(b"harmless", "note.txt")],
        },
        follow_redirects=True,
    )
    assert WARNING in answer.text
    assert found()["invoice.pdf"][1] == FOUND
    to_eva = select(OutboundMail.id).where(OutboundMail.to_address == "eva@example.com")
    *_, mail = letters(db.session.scalars(to_eva.order_by(OutboundMail.id)).all())
    assert [file.filename for file in mail.enclosures] == ["note.txt"]  # type: ignore[union-attr]


def test_a_finding_stays_while_the_form_is_mended(
    agnes: FlaskClient, world: World, now: datetime, clamd: Clamd
) -> None:
    number = a_ticket(world, now)
    path = f"/desk/tickets/{number}/reply"
    refused = agnes.post(
        path, data={"reply-seen": "0", "reply-text": "", "reply-files": upload(EICAR)}
    )
    assert WARNING in refused.text
    mark = re.search(r'name="reply-carried" value="([^"]+)"', refused.text)
    assert mark
    agnes.post(path, data={"reply-seen": "1", "reply-text": "Here", "reply-carried": mark[1]})
    assert found()["invoice.pdf"][1] == FOUND
    assert len(clamd.scanned) == 1


def test_a_scanner_that_is_away_stops_no_form(stage: Stage, clamd: Clamd) -> None:
    clamd.drops = True
    client, link = stage.app.test_client(), stage.link()
    file = upload(EICAR)
    assert send(client, link, f"{link}/answer", text="See here.", files=file).status_code == 303
    with stage.inside():
        assert found()["invoice.pdf"][1] == ""


def test_no_connection_to_the_database_is_held_while_the_scanner_thinks(
    stage: Stage, clamd: Clamd
) -> None:
    client, link = stage.app.test_client(), stage.link()
    held, held_meanwhile = [0], []
    clamd.heard = lambda: held_meanwhile.append(sum(held))

    def taken(*_: object) -> None:
        held.append(1)

    def given_back(*_: object) -> None:
        held.append(-1)

    event.listen(Pool, "checkout", taken)
    event.listen(Pool, "checkin", given_back)
    try:
        send(client, link, f"{link}/answer", text="See here.", files=upload(b"harmless"))
    finally:
        event.remove(Pool, "checkout", taken)
        event.remove(Pool, "checkin", given_back)
    assert held_meanwhile == [0]
