from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
import sys
import sysconfig
import tomllib
import venv
import zipfile
from dataclasses import dataclass
from pathlib import Path

import pytest
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

ROOT = Path(__file__).resolve().parent.parent
NOT_IN_A_CLONE = shutil.ignore_patterns(
    ".git", ".venv", "var", "vendor", "*.mo", "__pycache__", ".*_cache", ".env", "node_modules"
)
# Nobody answers there, so whatever still needs the registry fails, and fails at once.
NO_REGISTRY = {"npm_config_registry": "http://127.0.0.1:9/", "npm_config_fetch_retries": "0"}
WHERE = "from helpdesk.core import assets as a; print(a.TEMPLATES, a.STATIC, a.MIGRATIONS)"


@dataclass
class Clone:
    """A copy of the checkout as a clone has it, with the wheel that was built from it."""

    folder: Path
    wheel: Path


@dataclass
class Environment:
    """A virtual environment of its own, which finds the libraries of the one that runs the tests.

    Only the libraries: the helpdesk in it is what the test installs.
    """

    folder: Path

    def run(self, *argv: str, cwd: Path, **env: str) -> subprocess.CompletedProcess[str]:
        program = str(self.folder / "bin" / argv[0])
        return subprocess.run(
            [program, *argv[1:]],
            cwd=cwd,
            env={**os.environ, **env},
            capture_output=True,
            text=True,
            timeout=280,
            check=False,
        )


def pip(folder: Path, *argv: str, **env: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "pip", *argv],
        cwd=folder,
        env={**os.environ, "PIP_DISABLE_PIP_VERSION_CHECK": "1", **env},
        capture_output=True,
        text=True,
        timeout=280,
        check=False,
    )


@pytest.fixture(scope="module")
def clone(tmp_path_factory: pytest.TempPathFactory) -> Clone:
    folder = tmp_path_factory.mktemp("clone") / "helpdesk"
    shutil.copytree(ROOT, folder, ignore=NOT_IN_A_CLONE)
    out = tmp_path_factory.mktemp("wheel")
    done = pip(folder, "wheel", "--no-deps", "--wheel-dir", str(out), ".")
    assert done.returncode == 0, done.stdout + done.stderr
    (wheel,) = out.glob("*.whl")
    return Clone(folder, wheel)


@pytest.fixture
def environment(tmp_path: Path) -> Environment:
    folder = tmp_path / "venv"
    venv.create(folder, with_pip=False, symlinks=True)
    site = Path(sysconfig.get_path("purelib", "venv", vars={"base": str(folder)}))
    (site / "libraries.pth").write_text(sysconfig.get_path("purelib") + "\n")
    return Environment(folder)


def install(environment: Environment, folder: Path, *argv: str, **env: str) -> None:
    python = str(environment.folder / "bin" / "python")
    done = pip(
        folder, "--python", python, "install", "--no-deps", "--force-reinstall", *argv, **env
    )
    assert done.returncode == 0, done.stdout + done.stderr


@pytest.mark.slow
@pytest.mark.timeout(300)
def test_a_wheel_carries_all_that_is_not_code_and_nothing_else(clone: Clone) -> None:
    with zipfile.ZipFile(clone.wheel) as wheel:
        names = set(wheel.namelist())

    for folder in ("templates", "static", "migrations", "translations"):
        kept = {
            f"helpdesk/{path.relative_to(clone.folder)}"
            for path in (clone.folder / folder).rglob("*")
            if path.is_file() and "__pycache__" not in path.parts
        }
        assert kept
        assert kept <= names
    assert "helpdesk/static/vendor/htmx.min.js" in names
    assert "helpdesk/static/vendor/htmx.LICENSE.txt" in names
    assert {name.partition("/")[0] for name in names} == {
        "helpdesk",
        next(name for name in names if ".dist-info/" in name).partition("/")[0],
    }
    assert not [name for name in names if name.endswith(".pyc")]


@pytest.mark.slow
@pytest.mark.timeout(300)
def test_every_language_is_compiled_into_the_wheel(clone: Clone) -> None:
    sources = list((clone.folder / "translations").glob("*/LC_MESSAGES/messages.po"))
    assert sources

    with zipfile.ZipFile(clone.wheel) as wheel:
        for source in sources:
            place = source.with_suffix(".mo").relative_to(clone.folder)
            assert len(wheel.read(f"helpdesk/{place}")) > 100


@pytest.mark.slow
@pytest.mark.timeout(300)
def test_the_wheel_gives_a_command_that_works_far_from_any_checkout(
    clone: Clone, environment: Environment, tmp_path: Path
) -> None:
    install(environment, tmp_path, str(clone.wheel))

    help_ = environment.run("helpdesk", "--help", cwd=tmp_path)
    where = environment.run("python", "-c", WHERE, cwd=tmp_path)

    assert help_.returncode == 0, help_.stderr
    assert "Usage: helpdesk" in help_.stdout
    places = [Path(place) for place in where.stdout.split()]
    assert len(places) == 3
    for place in places:
        assert place.is_relative_to(environment.folder)
        assert place.is_dir()


@pytest.mark.slow
@pytest.mark.timeout(300)
def test_an_editable_install_uses_the_checkout_and_fetches_nothing_twice(
    clone: Clone, environment: Environment, tmp_path: Path
) -> None:
    install(environment, clone.folder, "-e", ".", npm_config_cache=str(tmp_path), **NO_REGISTRY)

    where = environment.run("python", "-c", WHERE, cwd=tmp_path).stdout.split()

    assert where == [str(clone.folder / name) for name in ("templates", "static", "migrations")]
    site = environment.folder / "lib"
    assert not [path for path in site.rglob("*.html") if "helpdesk" in path.parts]


@pytest.mark.slow
@pytest.mark.timeout(300)
def test_browser_code_that_was_changed_is_fetched_again_or_the_build_says_why_not(
    clone: Clone, tmp_path: Path
) -> None:
    folder = tmp_path / "changed"
    shutil.copytree(clone.folder, folder)
    (folder / "static" / "vendor" / "htmx.min.js").write_text("alert(1)")

    done = pip(folder, "wheel", "--no-deps", ".", npm_config_cache=str(tmp_path), **NO_REGISTRY)

    assert done.returncode != 0
    words = done.stdout + done.stderr
    assert "The browser code could not be fetched: npm ended with code" in words
    assert "Traceback" not in words


def test_the_frontend_lock_has_checksums_and_names_no_registry() -> None:
    lock = json.loads((ROOT / "frontend" / "package-lock.json").read_text())
    wanted = json.loads((ROOT / "frontend" / "package.json").read_text())["dependencies"]
    packages = {name: entry for name, entry in lock["packages"].items() if name}

    assert {name.removeprefix("node_modules/") for name in packages} >= set(wanted)
    for entry in packages.values():
        assert entry["integrity"].startswith("sha512-")
        assert "resolved" not in entry
    assert all(re.fullmatch(r"\d+\.\d+\.\d+", version) for version in wanted.values())


@pytest.mark.parametrize("lock", ["requirements.lock", "requirements-dev.lock"])
def test_the_lock_files_pin_by_checksum_and_name_no_index(lock: str) -> None:
    text = (ROOT / lock).read_text()
    entries = re.split(r"\n(?=[a-z0-9])", text)

    assert "://" not in text
    assert "--index" not in text
    assert len(entries) > 30
    for entry in entries:
        assert re.match(r"[a-z0-9.-]+==\S+", entry), entry
        assert "--hash=sha256:" in entry, entry


def test_every_dependency_is_locked_at_a_version_that_it_allows() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
    for lock, wanted in {
        "requirements.lock": project["dependencies"],
        "requirements-dev.lock": [
            *project["dependencies"],
            *project["optional-dependencies"]["dev"],
        ],
    }.items():
        pins = re.findall(r"^([a-z0-9.-]+)==([^\s;]+)", (ROOT / lock).read_text(), re.MULTILINE)
        for requirement in map(Requirement, wanted):
            versions = [
                version for name, version in pins if name == canonicalize_name(requirement.name)
            ]
            assert versions, f"{requirement.name} is not in {lock}: make lock"
            assert all(requirement.specifier.contains(version) for version in versions), lock


def test_what_runs_in_tests_is_what_runs_in_use() -> None:
    def pins(lock: str) -> set[str]:
        return set(re.findall(r"^[a-z0-9.-]+==\S+", (ROOT / lock).read_text(), re.MULTILINE))

    assert pins("requirements.lock") <= pins("requirements-dev.lock")
