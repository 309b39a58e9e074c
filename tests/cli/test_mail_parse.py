from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest

from tests.cli.conftest import Command
from tests.mail.mailboxes import letter

KEYS = {
    *("path", "subject", "from", "reply_to", "to", "cc", "date", "message_id", "in_reply_to"),
    *("references", "text", "html", "reply_text", "attachments", "kind", "bounce"),
    *("auto_submitted", "warnings"),
}
MAILS = Path(__file__).parents[1] / "mails"

# Each is no mail that anybody should send.
STRANGE = {
    "nothing": b"",
    "zeros": b"\0" * 3000,
    "only a line end": b"\r\n",
    "every byte": bytes(range(256)) * 40,
    "a header without end": b"Subject: " + b"x" * 100_000,
    "a picture": b"\x89PNG\r\n\x1a\n" + bytes(range(256)),
    "an unknown charset": b"Content-Type: text/plain; charset=klingon\n\n\xff\xfe\xfd",
    "half characters": "Subject: \ud800\n\nx\udfff".encode("utf-8", "surrogatepass"),
    "endless boundaries": b"Content-Type: multipart/mixed; boundary=a\n\n" + b"--a\n" * 5000,
    "line ends of Unicode": "Subject: a\u2028b\u2029c\x85d\n\na\u2028b\u2029c\x85d\n".encode(),
}


def test_files_folders_mboxes_maildirs_and_a_pipe(command: Command) -> None:
    folder = command.folder
    (folder / "one.eml").write_bytes(letter("one"))
    (folder / "mails" / "deeper").mkdir(parents=True)
    (folder / "mails" / "a.eml").write_bytes(letter("a"))
    (folder / "mails" / "deeper" / "b.eml").write_bytes(letter("b"))
    (folder / "mails" / "notes.bin").write_bytes(b"\0\1\2")
    (folder / "Maildir" / "cur").mkdir(parents=True)
    (folder / "Maildir" / "new").mkdir()
    (folder / "Maildir" / "cur" / "1:2,S").write_bytes(letter("c"))
    line = b"From eva@example.com Tue Nov 24 07:40:00 2026\n"
    mails = [letter(name).replace(b"\r\n", b"\n") for name in ("d", "e")]
    (folder / "box.mbox").write_bytes(b"\n".join(line + mail for mail in mails))

    said = command("mail", "parse", "one.eml", "mails", "Maildir", "box.mbox")
    piped = command("mail", "parse", stdin=letter("piped"))

    assert (said.code, said.err) == (0, "")
    assert [(line["path"], line["subject"]) for line in said.lines] == [
        ("one.eml", "Letter one"),
        ("mails/a.eml", "Letter a"),
        ("mails/deeper/b.eml", "Letter b"),
        ("Maildir/cur/1:2,S", "Letter c"),
        ("box.mbox", "Letter d"),
        ("box.mbox", "Letter e"),
    ]
    assert [(line["path"], line["subject"]) for line in piped.lines] == [("-", "Letter piped")]
    assert all(set(line) == KEYS for line in said.lines + piped.lines)


def test_every_key_has_its_shape(command: Command) -> None:
    said = command("mail", "parse", str(MAILS))

    assert (said.code, said.err) == (0, "")
    assert len(said.lines) >= 50
    people = {"name", "address"}
    for line in said.lines:
        assert set(line) == KEYS
        for name in ("path", "subject", "text", "reply_text"):
            assert isinstance(line[name], str), line["path"]
        assert set(line["from"]) == people
        for name in ("reply_to", "to", "cc"):
            assert all(set(each) == people for each in line[name])
        assert isinstance(line["html"], str | None)
        assert line["kind"] in {"message", "auto_reply", "bounce", "delivery_report"}
        assert isinstance(line["auto_submitted"], bool)
        for file in line["attachments"]:
            assert set(file) == {
                *("filename", "content_type", "size", "inline", "content_id", "sha256")
            }
        if line["bounce"] is not None:
            assert set(line["bounce"]) == {
                *("recipient", "recipients", "status", "action", "diagnostic")
            }


@pytest.mark.parametrize("name", STRANGE)
def test_a_strange_mail_is_one_line_and_no_error(command: Command, name: str) -> None:
    (command.folder / "strange.eml").write_bytes(STRANGE[name])

    said = command("mail", "parse", "strange.eml")

    assert said.code == 0
    assert len(said.lines) == 1
    assert set(said.lines[0]) == KEYS


def test_a_path_that_cannot_be_read_does_not_stop_the_others(command: Command) -> None:
    (command.folder / "one.eml").write_bytes(letter("one"))

    said = command("mail", "parse", "missing.eml", "one.eml")

    assert said.code == 66
    assert said.err == "missing.eml: No such file or directory.\n"
    assert [line["subject"] for line in said.lines] == ["Letter one"]


def test_it_starts_quickly_and_without_what_it_does_not_need(command: Command) -> None:
    (command.folder / "one.eml").write_bytes(letter("one"))
    script = """
import json, sys, time
sys.argv = ["helpdesk", "mail", "parse", "one.eml"]
from helpdesk.cli import main
try:
    main()
finally:
    heavy = {"flask", "sqlalchemy", "werkzeug", "pydantic", "cryptography"} & set(sys.modules)
    sys.stderr.write(json.dumps([sorted(heavy), time.process_time()]))
"""
    done = subprocess.run(
        [sys.executable, "-c", script],
        cwd=command.folder,
        env={"PYTHONPATH": str(MAILS.parents[1])},
        capture_output=True,
        check=True,
        timeout=120,
    )
    heavy, seconds = json.loads(done.stderr)
    assert heavy == []
    # Of processor time, which a busy machine prolongs less.
    assert seconds < 2.5, "on a machine that does nothing else it takes a quarter of a second"
    assert json.loads(done.stdout)["subject"] == "Letter one"
