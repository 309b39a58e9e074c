"""Sign-ins: set up by an administrator, agreed to in a browser, used by mailboxes, never shown."""

from __future__ import annotations

import http.client
from datetime import UTC, datetime, timedelta
from urllib.parse import parse_qs, urlsplit

import pytest
from flask.testing import FlaskClient
from sqlalchemy import select
from werkzeug.test import TestResponse

from helpdesk.core import clock
from helpdesk.core.config import Settings
from helpdesk.core.db import db, unit_of_work
from helpdesk.core.signing import unseal
from helpdesk.domain.configuration.models import ConfigurationChange
from helpdesk.domain.correspondence.models import Mailbox, MailGrant, OldMail
from helpdesk.mail.fetch import poll
from helpdesk.mail.grants import access_token
from tests.mail.grants.signing_in import a_connected_grant, a_grant, grant_row
from tests.mail.mailboxes import imap_mailbox, letters, mailbox_of
from tests.peers.authority import CLIENT_ID, CLIENT_SECRET, Authority, Mood
from tests.peers.dovecot import Dovecot
from tests.web.admin_forms import fields_of, send
from tests.web.conftest import SignIn
from tests.world import World

pytestmark = pytest.mark.one_database

NEW = "/admin/sign-ins/new?provider="


@pytest.fixture
def admin(sign_in: SignIn, world: World) -> FlaskClient:
    return sign_in(world.admin_id)


def the_grant() -> MailGrant:
    db.session.rollback()
    return db.session.scalars(select(MailGrant)).one()


def changes() -> list[ConfigurationChange]:
    db.session.rollback()
    return list(db.session.scalars(select(ConfigurationChange).order_by(ConfigurationChange.id)))


def added(admin: FlaskClient, desk: Authority, **more: object) -> TestResponse:
    given = {
        "name": "Office",
        "flow": "authorization code",
        "token_url": desk.token_url,
        "authorize_url": desk.authorize_url,
        "scope": "mail offline",
        "client_id": CLIENT_ID,
        "client_secret": CLIENT_SECRET,
    }
    return send(admin, f"{NEW}other", **(given | more))


def sent_to_the_provider(admin: FlaskClient, grant_id: int) -> str:
    """The address that the browser is sent to."""
    answer = admin.get(f"/admin/sign-ins/{grant_id}/connect")
    assert answer.status_code == 302
    return answer.headers["Location"]


def agreed_at(url: str) -> str:
    """What a person's browser does at the provider; where it is sent back to."""
    place = urlsplit(url)
    assert place.hostname is not None
    connection = http.client.HTTPConnection(place.hostname, place.port, timeout=10)
    connection.request("GET", f"{place.path}?{place.query}")
    answer = connection.getresponse()
    back = answer.getheader("Location") or ""
    connection.close()
    return back


def path_of(url: str) -> str:
    place = urlsplit(url)
    return f"{place.path}?{place.query}"


def test_a_person_agrees_in_a_browser_and_mail_is_fetched(
    admin: FlaskClient,
    world: World,
    settings: Settings,
    dovecot: Dovecot,
    desk: Authority,
    user: str,
) -> None:
    assert "The sign-in is there." in added(admin, desk).text
    grant = the_grant()
    page = admin.get(f"/admin/sign-ins/{grant.id}")
    assert "Nobody has agreed yet" in page.text
    assert f"{settings.base_url}/admin/sign-ins/connected" in page.text

    url = sent_to_the_provider(admin, grant.id)
    asked = {name: values[0] for name, values in parse_qs(urlsplit(url).query).items()}
    assert url.startswith(desk.authorize_url)
    assert asked["response_type"] == "code"
    assert asked["client_id"] == CLIENT_ID
    assert asked["scope"] == "mail offline"
    assert asked["code_challenge_method"] == "S256"
    assert asked["redirect_uri"] == f"{settings.base_url}/admin/sign-ins/connected"
    assert CLIENT_SECRET not in url
    back = agreed_at(url)
    assert back.startswith(f"{settings.base_url}/admin/sign-ins/connected?")
    page = admin.get(path_of(back), follow_redirects=True)

    assert "Connected. Mailboxes that sign in by it try again at once." in page.text
    assert desk.asked[-1]["code_verifier"]
    row = the_grant()
    assert row.is_connected
    dovecot.put(user, letters(2))
    mailbox = imap_mailbox(
        dovecot, user, grant_id=row.id, sealed_password=None, old_mail=OldMail.EVERYTHING
    )
    assert poll(mailbox, settings).kept == 2
    # An hour later, and after a restart, the refresh token does it alone.
    refresh_token = unseal(the_grant().sealed_refresh_token or "")
    with clock.stopped_at(datetime.now(UTC) + timedelta(hours=1)):
        poll(mailbox, settings)
    assert desk.asked[-1]["refresh_token"] == refresh_token
    assert [change.what for change in changes()] == ["added", "connected"]
    assert changes()[-1].by_id == world.admin_id


def test_an_answer_is_taken_only_by_the_browser_that_asked_and_only_once(
    admin: FlaskClient, world: World, sign_in: SignIn, desk: Authority
) -> None:
    added(admin, desk)
    grant = the_grant().id
    back = path_of(agreed_at(sent_to_the_provider(admin, grant)))
    words = "This answer was not asked for from here"

    other = sign_in(world.admin_id)
    assert words in other.get(back, follow_redirects=True).text
    forged = back.replace("state=", "state=x")
    assert words in admin.get(forged, follow_redirects=True).text
    # A wrong answer ends the asking, so that nobody can try one after the other.
    assert words in admin.get(back, follow_redirects=True).text
    assert not the_grant().is_connected
    assert [asked for asked in desk.asked if asked.get("code")] == []


def test_an_answer_that_comes_too_late_is_not_taken(
    admin: FlaskClient, world: World, desk: Authority, monkeypatch: pytest.MonkeyPatch
) -> None:
    from helpdesk.mail.grants import connecting

    added(admin, desk)
    back = path_of(agreed_at(sent_to_the_provider(admin, the_grant().id)))
    monkeypatch.setattr(connecting, "MINUTES", -1)

    assert "too long ago" in admin.get(back, follow_redirects=True).text
    assert desk.asked == []


def test_a_no_at_the_provider_is_told_in_its_words(
    admin: FlaskClient, world: World, desk: Authority
) -> None:
    added(admin, desk)
    desk.agrees = False
    back = path_of(agreed_at(sent_to_the_provider(admin, the_grant().id)))

    page = admin.get(back, follow_redirects=True)

    assert "The provider answers: access_denied: The person said no." in page.text


def test_a_provider_without_a_refresh_token_is_told_before_the_hour_is_over(
    admin: FlaskClient, world: World, desk: Authority
) -> None:
    added(admin, desk)
    desk.mood = Mood.NO_REFRESH
    back = path_of(agreed_at(sent_to_the_provider(admin, the_grant().id)))

    page = admin.get(back, follow_redirects=True)

    assert "The provider gave no refresh token" in page.text
    assert not the_grant().is_connected


def test_the_addresses_of_known_providers_are_known(admin: FlaskClient, world: World) -> None:
    cards = admin.get("/admin/sign-ins/new").text
    for name in ("Microsoft 365", "Google", "Another provider"):
        assert name in cards
    send(
        admin,
        f"{NEW}microsoft",
        name="M",
        flow="client credentials",
        tenant="example.onmicrosoft.com",
        client_id="app",
        client_secret=CLIENT_SECRET,
    )
    row = the_grant()
    assert row.token_url == (
        "https://login.microsoftonline.com/example.onmicrosoft.com/oauth2/v2.0/token"
    )
    assert row.scope == "https://outlook.office365.com/.default"
    # Another way of agreeing has another scope.
    send(admin, f"/admin/sign-ins/{row.id}/edit", flow="authorization code")
    assert the_grant().scope == (
        "https://outlook.office365.com/IMAP.AccessAsUser.All "
        "https://outlook.office365.com/SMTP.Send offline_access"
    )
    url = sent_to_the_provider(admin, row.id)
    assert url.startswith(
        "https://login.microsoftonline.com/example.onmicrosoft.com/oauth2/v2.0/authorize?"
    )


def test_google_is_asked_for_a_refresh_token_each_time(admin: FlaskClient, world: World) -> None:
    send(admin, f"{NEW}google", name="G", client_id="app", client_secret=CLIENT_SECRET)

    asked = parse_qs(urlsplit(sent_to_the_provider(admin, the_grant().id)).query)

    assert asked["access_type"] == ["offline"]
    assert asked["prompt"] == ["consent"]
    assert asked["scope"] == ["https://mail.google.com/"]


def test_no_secret_is_in_a_page_or_a_record(
    admin: FlaskClient, world: World, desk: Authority
) -> None:
    seen = added(admin, desk).text
    grant = the_grant().id
    back = path_of(agreed_at(sent_to_the_provider(admin, grant)))
    seen += admin.get(back, follow_redirects=True).text
    seen += send(admin, f"/admin/sign-ins/{grant}/edit", client_secret=CLIENT_SECRET + "!").text
    row = the_grant()
    secrets = [
        *(CLIENT_SECRET, row.sealed_client_secret),
        *(row.sealed_refresh_token, unseal(row.sealed_refresh_token or "")),
    ]
    for path in (
        *("/admin/", "/admin/sign-ins", "/admin/mailboxes", "/admin/changes"),
        *(f"/admin/sign-ins/{grant}", f"/admin/sign-ins/{grant}/edit"),
    ):
        seen += admin.get(path).text
    seen += str([change.facts for change in changes()])
    assert not [secret for secret in secrets if secret is None or secret in seen]
    assert "a new one" in admin.get("/admin/changes").text


@pytest.mark.parametrize(
    ("wrong", "words"),
    [
        ({"name": ""}, "Give the sign-in a name."),
        ({"client_id": ""}, "Write the id that the provider gave the application."),
        ({"token_url": "http://idp.example.org/token"}, "Write an address that begins with https"),
        ({"token_url": "https://user@idp.example.org/"}, "Write an address that begins with https"),
        ({"authorize_url": "javascript:alert(1)"}, "Write an address that begins with https"),
        (
            {"flow": "client credentials", "client_secret": ""},
            "Write the secret that the provider gave the application.",
        ),
        ({"scope": "a\tb"}, "Write it on one line."),
    ],
)
@pytest.mark.one_database
def test_what_is_wrong_is_said_at_its_field(
    admin: FlaskClient, world: World, desk: Authority, wrong: dict[str, str], words: str
) -> None:
    answer = added(admin, desk, **wrong)
    assert words in answer.text
    assert "error-summary" in answer.text
    assert db.session.scalars(select(MailGrant)).all() == []


def test_two_fields_with_the_same_trouble_are_told_apart_above_the_form(
    admin: FlaskClient, world: World, desk: Authority
) -> None:
    wrong = {"token_url": "http://a.example.org", "authorize_url": "http://a.example.org"}
    summary = added(admin, desk, **wrong).text.partition("error-summary")[2].partition("</div>")[0]
    assert "Where tokens come from: Write an address that begins with https" in summary
    assert "Where people agree: Write an address that begins with https" in summary
    summary = added(admin, desk, name="").text.partition("error-summary")[2].partition("</div>")[0]
    assert ">Give the sign-in a name.<" in summary


def test_the_kept_secret_goes_to_no_other_endpoint(
    admin: FlaskClient, world: World, desk: Authority
) -> None:
    added(admin, desk)
    page = f"/admin/sign-ins/{the_grant().id}/edit"

    answer = send(admin, page, token_url="https://idp.attacker.example/token")

    assert "Type the secret again: it would go to another place than before." in answer.text
    assert the_grant().token_url == desk.token_url
    answer = send(admin, page, token_url="https://idp.example.org/token", client_secret="x")
    assert "Saved." in answer.text


def test_a_token_can_be_asked_for_by_hand_and_the_endpoint_is_quoted(
    admin: FlaskClient, world: World, desk: Authority
) -> None:
    grant = a_grant(desk)
    tried = f"/admin/sign-ins/{grant}/test"

    assert "There is a token that can be used now" in admin.post(tried).text
    # Not the one that is kept.
    assert admin.post(tried).status_code == 200
    assert len(desk.asked) == 2
    desk.mood = Mood.INVALID_GRANT
    page = admin.post(tried).text
    assert "The endpoint answers: HTTP 400 invalid_grant: The password was changed." in page
    assert "No token since" in page
    assert "Fails" in admin.get("/admin/sign-ins").text


def test_a_mailbox_signs_in_by_it_and_is_tested_before_it_is_saved(
    admin: FlaskClient,
    world: World,
    settings: Settings,
    dovecot: Dovecot,
    desk: Authority,
    user: str,
) -> None:
    grant = a_grant(desk, name="Office")
    dovecot.put(user, letters(3))
    given: dict[str, object] = {
        "name": "office",
        "address": user,
        "host": "127.0.0.1",
        "port": str(dovecot.imap),
        "security": "none",
        "username": user,
        "grant": str(grant),
        "silent_after_hours": "48",
    }

    page = send(admin, "/admin/mailboxes/new", **given, test="1").text

    assert "There is a token that can be used now" in page
    assert "It holds 3 mails" in page
    assert "Nothing is saved yet." in page
    page = send(admin, "/admin/mailboxes/new", **given).text
    assert "The mailbox is there." in page
    assert "by the sign-in “Office”" in page
    box = db.session.scalars(select(Mailbox).where(Mailbox.name == "office")).one()
    assert (box.grant_id, box.sealed_password, box.silent_after_hours) == (grant, None, 48)
    # Back to a password it has to be typed.
    answer = send(admin, f"/admin/mailboxes/{box.id}/edit", grant="0")
    assert "Write the password that the server wants." in answer.text
    assert "Office" in admin.get("/admin/changes").text


@pytest.mark.one_database
@pytest.mark.parametrize("place", [{"security": "none"}, {"security": "tls", "verify_tls": None}])
def test_a_token_is_shown_to_no_server_that_has_not_proved_itself(
    admin: FlaskClient, world: World, desk: Authority, place: dict[str, object]
) -> None:
    grant = a_grant(desk)
    given = {
        "name": "office",
        "address": "office@example.org",
        "host": "imap.example.org",
        "username": "office",
        "grant": str(grant),
    }

    answer = send(admin, "/admin/mailboxes/new", **(given | place))

    assert "A token is shown only over an encrypted connection" in answer.text


def test_a_password_is_forgotten_when_tokens_take_its_place(
    admin: FlaskClient, world: World, dovecot: Dovecot, desk: Authority, user: str
) -> None:
    mailbox = imap_mailbox(dovecot, user)
    grant = a_grant(desk)

    answer = send(admin, f"/admin/mailboxes/{mailbox}/edit", grant=str(grant))

    assert "Saved." in answer.text
    assert mailbox_of(mailbox).sealed_password is None


def test_it_is_not_disconnected_or_deleted_while_it_is_used(
    admin: FlaskClient, world: World, dovecot: Dovecot, desk: Authority, user: str
) -> None:
    grant = a_connected_grant(desk)
    access_token(grant)
    mailbox = imap_mailbox(dovecot, user, grant_id=grant, sealed_password=None)

    for deed in ("disconnect", "delete"):
        page = admin.post(f"/admin/sign-ins/{grant}/{deed}", follow_redirects=True).text
        assert f"{user} signs in by it" in page
    with unit_of_work():
        mailbox_of(mailbox).active = False
    page = admin.post(f"/admin/sign-ins/{grant}/disconnect", follow_redirects=True).text
    assert "Disconnected. The tokens are forgotten here." in page
    row = grant_row(grant)
    assert (row.sealed_access_token, row.sealed_refresh_token) == (None, None)
    with unit_of_work():
        mailbox_of(mailbox).grant_id = None
    page = admin.post(f"/admin/sign-ins/{grant}/delete", follow_redirects=True).text
    assert "Deleted." in page
    assert [change.what for change in changes()][-2:] == ["disconnected", "deleted"]


def test_alarms_stand_on_the_first_page_and_above_the_mailboxes(
    admin: FlaskClient, world: World, dovecot: Dovecot, desk: Authority, user: str
) -> None:
    grant = a_grant(desk, name="Office")
    imap_mailbox(dovecot, user, grant_id=grant, sealed_password=None)
    desk.mood = Mood.INVALID_GRANT
    admin.post(f"/admin/sign-ins/{grant}/test")
    with unit_of_work() as session:
        quiet = session.get_one(Mailbox, world.orders_id)
        quiet.silent_after_hours = 1
        quiet.created_at = clock.now() - timedelta(hours=3)

    for path in ("/admin/", "/admin/mailboxes"):
        page = admin.get(path).text
        assert "The sign-in “Office” has given no token since" in page
        assert "The password was changed." in page
        assert "No mail has come to “orders” since" in page
        # What is said above is not contradicted below.
        row = page.partition(f'href="/admin/mailboxes/{world.orders_id}">orders</a>')[2]
        assert "Silent" in row.partition("</tr>")[0]
        assert "Ready" not in row.partition("</tr>")[0]
    page = admin.get(f"/admin/mailboxes/{world.orders_id}").text
    assert "Silent" in page
    assert "Ready" not in page


def test_who_does_not_manage_mailboxes_sees_nothing_of_it(
    sign_in: SignIn, world: World, desk: Authority
) -> None:
    grant = a_grant(desk)
    agent = sign_in(world.agnes_id)
    for path in ("", "/new", f"/{grant}", f"/{grant}/connect", "/connected"):
        assert agent.get(f"/admin/sign-ins{path}").status_code == 403
    assert agent.post(f"/admin/sign-ins/{grant}/test").status_code == 403


def test_the_form_holds_what_was_set_up(admin: FlaskClient, world: World, desk: Authority) -> None:
    added(admin, desk)
    fields = fields_of(admin.get(f"/admin/sign-ins/{the_grant().id}/edit").text)
    assert fields["client_id"] == [CLIENT_ID]
    assert fields["flow"] == ["authorization code"]
    assert fields["client_secret"] == [""]
