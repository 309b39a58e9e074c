from __future__ import annotations

import io
from pathlib import Path
from types import SimpleNamespace

import pytest

from helpdesk.mail.mailfiles import raw_mails

ONE = b"From: a@example.org\nSubject: one\n\nBody one\n"
TWO = b"From: b@example.org\nSubject: two\n\nBody two\n"
LINE = b"From a@example.org Mon Feb  3 10:00:00 2025\n"


def test_a_file_is_one_mail_under_its_own_path(tmp_path: Path) -> None:
    mail = tmp_path / "one.eml"
    mail.write_bytes(ONE)

    assert list(raw_mails([mail])) == [(str(mail), ONE)]


def test_an_mbox_gives_each_of_its_mails_under_its_own_path(tmp_path: Path) -> None:
    box = tmp_path / "inbox"
    box.write_bytes(LINE + ONE + b"\n" + LINE + TWO + b"\n")

    assert [(path, raw.rstrip() + b"\n") for path, raw in raw_mails([box])] == [
        (str(box), ONE),
        (str(box), TWO),
    ]


def test_words_that_begin_with_from_do_not_cut_a_mail_in_two(tmp_path: Path) -> None:
    mail = ONE + b"\nFrom here on it is easy.\n\n>From Monday to Friday\n"
    box = tmp_path / "box.mbox"
    box.write_bytes(LINE + mail)

    ((_, raw),) = raw_mails([box])
    assert raw == mail.replace(b">From", b"From")


def test_an_mbox_line_inside_an_eml_file_cuts_nothing(tmp_path: Path) -> None:
    mail = tmp_path / "one.eml"
    mail.write_bytes(LINE + ONE + b"\n" + LINE + TWO)

    assert len(list(raw_mails([mail]))) == 1


def test_a_maildir_gives_what_is_new_and_what_was_seen_but_nothing_unfinished(
    tmp_path: Path,
) -> None:
    for folder, name in (("cur", "1.a:2,S"), ("new", "2.b"), ("tmp", "3.c")):
        (tmp_path / folder).mkdir()
        (tmp_path / folder / name).write_bytes(ONE)

    assert [Path(path).name for path, _ in raw_mails([tmp_path])] == ["1.a:2,S", "2.b"]


def test_a_folder_gives_the_mails_in_it_and_below_it_and_leaves_the_rest(tmp_path: Path) -> None:
    (tmp_path / "below").mkdir()
    (tmp_path / "below" / "b.eml").write_bytes(TWO)
    (tmp_path / "a.eml").write_bytes(b"no header at all")
    (tmp_path / "00017.abc").write_bytes(ONE)
    (tmp_path / "notes.json").write_text('{"a": 1}')
    (tmp_path / ".hidden").write_bytes(ONE)

    names = [str(Path(path).relative_to(tmp_path)) for path, _ in raw_mails([str(tmp_path)])]
    assert names == ["00017.abc", "a.eml", "below/b.eml"]


@pytest.mark.parametrize("paths", [[], ["-"]])
def test_without_a_path_standard_input_is_read(
    paths: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("sys.stdin", SimpleNamespace(buffer=io.BytesIO(ONE)))

    assert list(raw_mails(paths)) == [("-", ONE)]


def test_a_path_that_is_not_there_is_said(tmp_path: Path) -> None:
    with pytest.raises(FileNotFoundError):
        list(raw_mails([tmp_path / "gone.eml"]))
