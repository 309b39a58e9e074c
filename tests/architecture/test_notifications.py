"""Every notification has its words in every form, and no words lie about unused."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from helpdesk.core import assets
from helpdesk.domain.correspondence.tokens import Audience
from helpdesk.domain.notifications.actions import announce
from helpdesk.domain.notifications.table import KINDS, NOTIFICATIONS, ON_REQUEST
from helpdesk.domain.reactions import REACTIONS

EMAIL = assets.TEMPLATES / "email"
PARTS = ("subject.txt", "body.txt", "body.html")
SHARED = {"layout.html", "layout.txt", "macros.html", "macros.txt"}

_TAG = re.compile(r"{[{%].*?[%}]}", re.DOTALL)
_MARKUP = re.compile(r"<[^>]*>")


def folders() -> set[str]:
    return {path.name for path in EMAIL.iterdir() if path.is_dir()}


def words() -> list[Path]:
    return sorted(path for path in EMAIL.rglob("*") if path.is_file())


def test_every_notification_has_a_folder_and_every_folder_a_notification() -> None:
    assert folders() == set(KINDS)


@pytest.mark.parametrize("name", sorted(KINDS))
def test_every_notification_has_its_words_in_every_form(name: str) -> None:
    assert {path.name for path in (EMAIL / name).iterdir()} == set(PARTS)
    for part in PARTS:
        assert (EMAIL / name / part).read_text(encoding="utf-8").strip()


def test_nothing_else_lies_among_the_words() -> None:
    assert {path.name for path in EMAIL.iterdir() if path.is_file()} == SHARED


def test_every_mail_to_an_agent_about_a_ticket_offers_both_ways_to_answer() -> None:
    internal = [row.name for row in NOTIFICATIONS if row.audience is Audience.INTERNAL]
    assert len(internal) >= 5
    for name in internal:
        assert "{{ reply_address }}" in (EMAIL / name / "body.txt").read_text(encoding="utf-8")
        page = (EMAIL / name / "body.html").read_text(encoding="utf-8")
        assert "{{ reply_link }}" in page
        # What a plain answer becomes stands in front of it.
        assert "becomes an internal note" in page


def test_a_name_is_used_once() -> None:
    names = [row.name for row in NOTIFICATIONS] + list(ON_REQUEST)
    assert len(names) == len(set(names)) == len(KINDS)


def test_every_name_says_what_happened_in_kebab_case() -> None:
    assert [name for name in KINDS if not re.fullmatch(r"[a-z]+(-[a-z]+)*", name)] == []


def test_every_event_of_the_table_wakes_the_announcement() -> None:
    assert {row.on for row in NOTIFICATIONS if announce not in REACTIONS[row.on]} == set()


@pytest.mark.parametrize("path", words(), ids=lambda path: str(path.relative_to(EMAIL)))
def test_words_for_people_stand_only_in_what_is_translated(path: Path) -> None:
    # What is left without tags and markup would be English in every language.
    text = path.read_text(encoding="utf-8")
    text = re.sub(r"{#.*?#}", "", text, flags=re.DOTALL)
    text = re.sub(r"<style>.*?</style>", "", text, flags=re.DOTALL)
    # One macro holds nothing but the declarations of a style.
    text = re.sub(r"{% macro font.*?endmacro %}", "", text, flags=re.DOTALL)
    left = _MARKUP.sub("", _TAG.sub("", text)).replace("&nbsp;", "")
    assert re.findall(r"[A-Za-zÅÄÖåäö]{2,}", left) == []


@pytest.mark.parametrize("name", sorted(KINDS))
def test_text_and_html_say_the_same(name: str) -> None:
    said = [
        set(re.findall(r"_\(\s*\"(.*?)\"", (EMAIL / name / part).read_text(encoding="utf-8")))
        for part in ("body.txt", "body.html")
    ]
    assert said[0] == said[1]


@pytest.mark.parametrize("name", sorted(KINDS))
def test_no_mail_shouts_or_blames(name: str) -> None:
    for part in PARTS:
        text = (EMAIL / name / part).read_text(encoding="utf-8")
        for said in re.findall(r"_\(\s*\"(.*?)\"", text):
            assert "!" not in said
            assert "please note" not in said.lower()
