from __future__ import annotations

import json
from pathlib import Path

import pytest

from helpdesk.mail.parse import as_json, parse

SITUATIONS = sorted((Path(__file__).parent.parent / "mails" / "parsing").glob("*.eml"))
CONTRACT = {
    "path", "subject", "from", "reply_to", "to", "cc", "date", "message_id", "in_reply_to",
    "references", "text", "html", "reply_text", "attachments", "kind", "bounce", "auto_submitted",
    "warnings",
}  # fmt: skip


@pytest.mark.parametrize("mail", SITUATIONS, ids=lambda path: path.stem)
def test_a_strange_mail_is_read_as_its_neighbour_says(mail: Path) -> None:
    expected = json.loads(mail.with_suffix(".json").read_text(encoding="utf-8"))

    read = as_json(parse(mail.read_bytes()), str(mail))

    assert {key: read[key] for key in expected} == expected
    assert read.keys() == CONTRACT


def test_every_strange_mail_has_a_neighbour_and_there_are_many() -> None:
    assert len(SITUATIONS) >= 40
    assert all(mail.with_suffix(".json").exists() for mail in SITUATIONS)
