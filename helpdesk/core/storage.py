"""Keeps bytes in files named by their SHA-256, on disk before any row names them."""

from __future__ import annotations

import contextlib
import hashlib
import os
import tempfile
from pathlib import Path

from helpdesk.core.errors import NotFound


class Storage:
    """Content-addressed files below one folder: the same bytes are one file, whoever sends them."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def path_of(self, sha256: str) -> Path:
        """Where bytes with this hexadecimal digest lie; the file need not exist."""
        if len(sha256) != 64 or not all(character in "0123456789abcdef" for character in sha256):
            raise NotFound(f"{sha256!r} is no SHA-256 digest")
        return self.folder / sha256[:2] / sha256[2:4] / sha256

    def keep(self, data: bytes) -> str:
        """Write `data` durably and return its SHA-256; OSError when the disk refuses."""
        sha256 = hashlib.sha256(data).hexdigest()
        path = self.path_of(sha256)
        # A file appears under its name only when it is whole and synced, so one of
        # the right size is the right one.
        with contextlib.suppress(FileNotFoundError):
            if path.stat().st_size == len(data):
                return sha256
        self._make_folder(path.parent)
        handle, temporary = tempfile.mkstemp(dir=path.parent, prefix=".new-")
        try:
            with os.fdopen(handle, "wb") as file:
                file.write(data)
                file.flush()
                os.fsync(file.fileno())
            os.replace(temporary, path)
        except BaseException:
            with contextlib.suppress(OSError):
                os.unlink(temporary)
            raise
        _sync_folder(path.parent)
        return sha256

    def _make_folder(self, folder: Path) -> None:
        """Make `folder`; each parent that gained a name is synced, or the file is lost with it."""
        missing = []
        while not folder.exists():
            missing.append(folder)
            folder = folder.parent
        for new in reversed(missing):
            new.mkdir(exist_ok=True)
            _sync_folder(new.parent)

    def read(self, sha256: str) -> bytes:
        """The bytes behind a digest; NotFound when they are not here."""
        try:
            return self.path_of(sha256).read_bytes()
        except FileNotFoundError:
            raise NotFound(f"The file {sha256[:12]}… is not in the data folder") from None

    def holds(self, sha256: str) -> bool:
        """Whether the bytes behind a digest are here."""
        return self.path_of(sha256).exists()


def _sync_folder(folder: Path) -> None:
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


_storage: Storage | None = None


def use(folder: Path) -> None:
    """Keep files below `folder` from now on; called once when the application is made."""
    global _storage
    folder.mkdir(parents=True, exist_ok=True)
    _storage = Storage(folder)


def storage() -> Storage:
    """The storage in use; RuntimeError before the application is made."""
    if _storage is None:
        raise RuntimeError("no data folder is in use yet")
    return _storage
