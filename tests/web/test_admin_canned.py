"""The administration's pages of canned replies."""

from __future__ import annotations

from datetime import datetime

import pytest
from flask.testing import FlaskClient

from helpdesk.core.db import db
from helpdesk.domain.replies.models import CannedReply
from tests.web.conftest import SignIn
from tests.web.tickets import a_ticket
from tests.world import World

pytestmark = pytest.mark.one_database

GIVEN = {"name": "Restart", "function": "0", "words_en": "Hello {{requester}}", "words_sv": ""}


@pytest.fixture
def admin(sign_in: SignIn, world: World) -> FlaskClient:
    return sign_in(world.admin_id)


def rows() -> list[CannedReply]:
    db.session.rollback()
    return list(db.session.scalars(db.select(CannedReply)))


def test_a_canned_reply_is_added_changed_and_deleted(
    admin: FlaskClient, world: World, now: datetime
) -> None:
    assert "No canned replies yet" in admin.get("/admin/canned-replies").text
    added = admin.post("/admin/canned-replies/new", data=GIVEN)
    assert added.status_code == 303
    row = rows()[0]
    page = admin.get("/admin/canned-replies").text
    assert "Restart" in page
    assert "Everybody" in page
    url = f"/admin/canned-replies/{row.id}"
    assert "Hello {{requester}}" in admin.get(url).text
    admin.post(url, data=GIVEN | {"function": str(world.desk_id), "words_sv": "Hej {{agent}}"})
    assert (rows()[0].function_id, rows()[0].words_sv) == (world.desk_id, "Hej {{agent}}")
    log = admin.get("/admin/changes").text
    assert "Words in Swedish" in log
    assert url in log
    assert admin.post(f"{url}/delete").status_code == 303
    assert rows() == []
    assert admin.get("/admin/changes").status_code == 200
    assert admin.get(url).status_code == 404


@pytest.mark.parametrize(
    ("values", "words"),
    [
        ({"words_en": "{{requestor}}"}, "Nothing fills “requestor”"),
        ({"words_en": " "}, "Write the words in at least one language."),
        ({"name": ""}, "Give the canned reply a name."),
    ],
)
def test_what_could_not_be_sent_is_not_saved(
    admin: FlaskClient, world: World, now: datetime, values: dict[str, str], words: str
) -> None:
    page = admin.post("/admin/canned-replies/new", data=GIVEN | values).text
    assert words in page
    assert rows() == []


def test_how_it_reads_is_shown_on_a_real_ticket_in_each_language_and_nothing_is_saved(
    admin: FlaskClient, world: World, now: datetime
) -> None:
    number = a_ticket(world, now)
    tried = GIVEN | {"try": "1", "ticket": str(number), "words_sv": "Hej {{requester}} {{number}}"}
    page = admin.post("/admin/canned-replies/new", data=tried).text
    assert '<pre class="canned-preview">Hello Eva Ek</pre>' in page
    assert f'<pre class="canned-preview">Hej Eva Ek #{number}</pre>' in page
    assert rows() == []
    missing = admin.post("/admin/canned-replies/new", data=tried | {"ticket": "999"}).text
    assert "There is no ticket with this number." in missing
    empty = admin.post("/admin/canned-replies/new", data=tried | {"ticket": ""}).text
    assert "Write the number of a ticket." in empty
