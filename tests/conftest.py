"""What every test stands on: both databases, an application, a clock that stands still, a world."""

from __future__ import annotations

import itertools
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path

import pytest
from flask import Flask
from jinja2 import FileSystemBytecodeCache
from playwright.sync_api import Browser, sync_playwright

from helpdesk.application import create_app
from helpdesk.core import clock
from helpdesk.core.config import Settings, load_settings
from helpdesk.core.db import db
from tests.gallery.pictures import CHROMIUM, QUIET
from tests.lent import LateRule, lend_engine
from tests.peers.authority import Authority, authority
from tests.peers.dovecot import Dovecot, start_dovecot
from tests.peers.postgresql import Cluster, start_cluster
from tests.world import World, make_world

DATABASES = ("sqlite", "postgresql")
SECRET = "a secret for tests only, long enough to be taken"
A_TUESDAY = datetime(2026, 11, 24, 7, 41, tzinfo=UTC)

_numbers = itertools.count(1)
_COMPILED = FileSystemBytecodeCache(tempfile.mkdtemp(prefix="helpdesk-templates-"))


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption(
        "--database",
        action="append",
        choices=DATABASES,
        help="run the tests that need a database only on this one (default: on both)",
    )


def pytest_configure(config: pytest.Config) -> None:
    Flask.url_rule_class = LateRule
    config.addinivalue_line(
        "markers", "one_database: is not about the database, so one of them is enough"
    )


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    if "database" in metafunc.fixturenames:
        chosen = metafunc.config.getoption("--database") or DATABASES
        if metafunc.definition.get_closest_marker("one_database"):
            chosen = chosen[:1]
        metafunc.parametrize("database", chosen, indirect=True)


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    # What takes a long breath begins first, so that no worker is left alone with it at the end.
    items.sort(key=lambda item: item.get_closest_marker("slow") is None)


def settings_for(folder: Path, url: str | None = None, **more: str) -> Settings:
    """Settings of an installation of its own below `folder`."""
    environ = {
        "HELPDESK_DATA_DIR": str(folder),
        "HELPDESK_SECRET_KEY": SECRET,
        "HELPDESK_BASE_URL": "http://127.0.0.1:8000",
    }
    if url is not None:
        environ["HELPDESK_DATABASE_URL"] = url
    environ |= {f"HELPDESK_{name.upper()}": value for name, value in more.items()}
    return load_settings(environ, env_file=None)


def upgrade(app: Flask) -> None:
    """Bring the application's database to the newest migration."""
    # Only who needs a database needs the tools of migration.
    from helpdesk.cli.database import bring_up_to_date

    with app.app_context():
        bring_up_to_date()
        db.session.remove()
        db.engine.dispose()


@pytest.fixture(scope="session")
def cluster() -> Iterator[Cluster]:
    """A PostgreSQL server of the tests' own."""
    with _open_folder("postgresql") as folder:
        cluster = start_cluster(folder / "cluster")
        yield cluster
        cluster.control("stop", "-m", "immediate")


@pytest.fixture(scope="session")
def dovecot() -> Iterator[Dovecot]:
    """A Dovecot of the tests' own; each test takes a new user of it."""
    with _open_folder("dovecot") as folder:
        server = start_dovecot(folder / "server")
        yield server
        server.stop()


@pytest.fixture
def user(dovecot: Dovecot) -> str:
    """A new user of the Dovecot."""
    return dovecot.new_user()


@pytest.fixture
def desk(dovecot: Dovecot, user: str) -> Iterator[Authority]:
    """The authority that Dovecot asks about tokens, for that user."""
    with authority(port=dovecot.authority, username=user) as known:
        yield known


@contextmanager
def _open_folder(name: str) -> Iterator[Path]:
    """A folder for a server that runs as another user than the tests, removed afterwards.

    Not below pytest's own: whoever starts another pytest closes that to everybody else.
    """
    folder = Path(tempfile.mkdtemp(prefix=f"helpdesk-{name}-"))
    try:
        yield folder
    finally:
        shutil.rmtree(folder, ignore_errors=True)


@pytest.fixture(scope="session")
def sqlite_template(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A migrated, empty SQLite database to copy."""
    folder = tmp_path_factory.mktemp("sqlite-template")
    upgrade(create_app(settings_for(folder)))
    return folder / "helpdesk.sqlite3"


@pytest.fixture(scope="session")
def postgresql_template(tmp_path_factory: pytest.TempPathFactory, cluster: Cluster) -> str:
    """A migrated, empty PostgreSQL database to copy."""
    cluster.execute('CREATE DATABASE "template_of_tests"')
    url = cluster.url("template_of_tests")
    upgrade(create_app(settings_for(tmp_path_factory.mktemp("pg-template"), url)))
    return "template_of_tests"


@pytest.fixture
def database(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[str]:
    """The address of a database of this test's own, migrated and empty; once on each database."""
    if request.param == "sqlite":
        template: Path = request.getfixturevalue("sqlite_template")
        shutil.copy(template, tmp_path / "helpdesk.sqlite3")
        yield f"sqlite:///{tmp_path / 'helpdesk.sqlite3'}"
        return
    cluster: Cluster = request.getfixturevalue("cluster")
    template_name: str = request.getfixturevalue("postgresql_template")
    name = f"test_{next(_numbers)}"
    yield cluster.copy_database(template_name, name)
    cluster.drop_database(name)


@pytest.fixture
def settings(database: str, tmp_path: Path) -> Settings:
    """Settings of an installation on the test's database; a test module may override this."""
    return settings_for(tmp_path, database)


@pytest.fixture
def lends_engine() -> bool:
    """Whether the test may use the engine of all tests; not where a server serves beside it."""
    return True


@pytest.fixture
def app(settings: Settings, lends_engine: bool) -> Iterator[Flask]:
    """The application on the test's database, without an application context."""
    app = create_app(settings)
    if lends_engine:
        lend_engine(app)
    app.config["TESTING"] = True
    # Each test has an application of its own; its templates need not be compiled anew.
    app.jinja_env.bytecode_cache = _COMPILED
    yield app
    with app.app_context():
        db.session.remove()
        db.engine.dispose()


@pytest.fixture
def context(app: Flask) -> Iterator[Flask]:
    """The application with a context pushed, for verbs and questions."""
    with app.app_context():
        yield app


@pytest.fixture
def now() -> Iterator[datetime]:
    """A Tuesday in November, 08:41 in Stockholm; the clock stands still there."""
    with clock.stopped_at(A_TUESDAY):
        yield A_TUESDAY


@pytest.fixture
def world(context: Flask) -> World:
    """A small organisation: functions, queues, people, a mailbox (committed)."""
    return make_world()


@pytest.fixture(scope="session")
def chromium() -> Iterator[Browser]:
    """One browser for all tests of a run; each page has a context of its own."""
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=QUIET)
        yield browser
        browser.close()
