from __future__ import annotations

import io
import os
import sys
from pathlib import Path

import pytest
from sqlalchemy import select

from helpdesk.core.config import Settings
from helpdesk.core.db import db, unit_of_work
from helpdesk.core.storage import storage
from helpdesk.domain.correspondence.models import InboundMail
from helpdesk.mail import ingest as door
from helpdesk.mail.ingest import ingest
from tests.mail.mailboxes import letter, letters
from tests.world import World

pytestmark = pytest.mark.one_database


def rows() -> list[InboundMail]:
    db.session.rollback()
    return list(db.session.scalars(select(InboundMail).order_by(InboundMail.id)))


def on_standard_input(monkeypatch: pytest.MonkeyPatch, raw: bytes) -> None:
    monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(raw)))


def files(folder: Path, mails: list[bytes]) -> Path:
    folder.mkdir(exist_ok=True)
    for number, raw in enumerate(mails):
        (folder / f"{number:04}.eml").write_bytes(raw)
    return folder


def test_a_mail_on_standard_input_is_kept_whole(
    world: World, settings: Settings, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture
) -> None:
    raw = letter(Return_Path="<eva@example.com>", Delivered_To="helpdesk+7@example.org")
    on_standard_input(monkeypatch, raw)

    assert ingest([], None, settings) == os.EX_OK

    (row,) = rows()
    assert storage().read(row.raw_sha256 or "") == raw
    assert (row.door, row.mailbox_id) == ("pipe", world.helpdesk_id)
    assert (row.envelope_from, row.envelope_to) == ("eva@example.com", "helpdesk+7@example.org")
    assert capsys.readouterr().out == "1 kept, 0 known already.\n"


def test_files_folders_and_mboxes_are_taken_whole(
    world: World, settings: Settings, tmp_path: Path
) -> None:
    folder = files(tmp_path / "folder", letters(3))
    single = tmp_path / "single.eml"
    single.write_bytes(letter("single"))
    mbox = tmp_path / "some.mbox"
    first, second = letter("m1").replace(b"\r\n", b"\n"), letter("m2").replace(b"\r\n", b"\n")
    line = b"From eva@example.com Tue Nov 24 07:40:00 2026\n"
    mbox.write_bytes(line + first + b"\n" + line + second)
    (tmp_path / "maildir" / "new").mkdir(parents=True)
    (tmp_path / "maildir" / "new" / "1.x").write_bytes(letter("maildir"))

    code = ingest([single, folder, mbox, tmp_path / "maildir"], "orders", settings)

    assert code == os.EX_OK
    assert [row.rfc_message_id for row in rows()] == [
        f"letter-{name}@example.com" for name in ("single", 1, 2, 3, "m1", "m2", "maildir")
    ]
    assert {row.mailbox_id for row in rows()} == {world.orders_id}


@pytest.mark.parametrize(
    ("headers", "expected"),
    [
        ({"To": "orders@example.org"}, "orders"),
        ({"To": "somebody@example.com", "Cc": "Orders <ORDERS+x@example.org>"}, "orders"),
        ({"To": "orders@example.org, helpdesk@example.org"}, "helpdesk"),
        ({"To": "helpdesk@example.org", "Delivered-To": "orders@example.org"}, "orders"),
        ({"To": "undisclosed-recipients:;"}, "helpdesk"),
    ],
)
def test_a_mail_says_itself_which_mailbox_it_is_for(
    world: World, settings: Settings, tmp_path: Path, headers: dict[str, str], expected: str
) -> None:
    (tmp_path / "mail.eml").write_bytes(letter(**headers))

    ingest([tmp_path / "mail.eml"], None, settings)

    ids = {"helpdesk": world.helpdesk_id, "orders": world.orders_id}
    assert [row.mailbox_id for row in rows()] == [ids[expected]]


def test_what_was_interrupted_can_be_repeated(
    world: World, settings: Settings, tmp_path: Path, capsys: pytest.CaptureFixture
) -> None:
    folder = files(tmp_path / "folder", letters(60))
    ingest([folder], None, settings)
    files(folder, letters(70))
    capsys.readouterr()

    assert ingest([folder], None, settings) == os.EX_OK

    assert capsys.readouterr().out == "10 kept, 60 known already.\n"
    assert len(rows()) == 70


def test_the_same_mail_twice_in_one_batch_is_one(
    world: World, settings: Settings, tmp_path: Path
) -> None:
    ingest([files(tmp_path / "folder", [letter(1), letter(1)])], None, settings)

    assert len(rows()) == 1


def test_each_fault_has_its_own_code(
    world: World,
    settings: Settings,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture,
) -> None:
    def told(paths: list[Path], mailbox: str | None = None) -> tuple[int, str]:
        code = ingest(paths, mailbox, settings, quiet=True)
        return code, capsys.readouterr().err

    mail = tmp_path / "mail.eml"
    mail.write_bytes(letter())
    (tmp_path / "empty").mkdir()
    missing = tmp_path / "missing.eml"

    assert told([missing]) == (os.EX_NOINPUT, f"There is no {missing}.\n")
    assert told([tmp_path / "empty"]) == (os.EX_DATAERR, "There is no mail in it.\n")
    assert told([mail], "nobody") == (
        os.EX_NOUSER,
        "There is no mailbox nobody. There are: helpdesk, orders.\n",
    )
    on_standard_input(monkeypatch, b"\n")
    assert told([])[0] == os.EX_DATAERR
    monkeypatch.setattr(sys.stdin, "isatty", lambda: True)
    assert told([])[0] == os.EX_USAGE
    assert rows() == []
    with unit_of_work():
        world.helpdesk.active = world.orders.active = False
    assert told([mail])[0] == os.EX_CONFIG
    assert told([mail], "orders")[0] == os.EX_OK


def test_a_mail_server_is_to_keep_the_mail_while_the_database_is_away(
    world: World, settings: Settings, tmp_path: Path, capsys: pytest.CaptureFixture
) -> None:
    (tmp_path / "mail.eml").write_bytes(letter())
    db.session.execute(db.text("ALTER TABLE inbound_mails RENAME TO away"))
    db.session.commit()

    assert ingest([tmp_path / "mail.eml"], None, settings) == os.EX_TEMPFAIL

    said = capsys.readouterr()
    assert said.err.startswith("Mail cannot be kept just now: ")
    assert said.out == ""


def test_a_mail_server_is_to_keep_the_mail_while_the_disk_refuses(
    world: World, settings: Settings, tmp_path: Path, capsys: pytest.CaptureFixture
) -> None:
    (tmp_path / "mail.eml").write_bytes(letter())
    kept = settings.data_dir / "files"
    kept.rmdir()
    kept.write_text("a file where the folder should be")

    assert ingest([tmp_path / "mail.eml"], None, settings) == os.EX_TEMPFAIL
    assert rows() == []


def test_what_was_read_before_an_error_is_kept(
    world: World, settings: Settings, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(door, "BATCH_MAILS", 2)
    folder = files(tmp_path / "folder", letters(3))
    # Linux answers with an error of the device when this is read from its beginning.
    unreadable = Path("/proc/self/mem")

    assert ingest([folder, unreadable], None, settings) == os.EX_IOERR

    assert len(rows()) == 3
