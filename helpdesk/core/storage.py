"""Keeps bytes in files named by their SHA-256, on disk before any row names them."""

from __future__ import annotations

import contextlib
import hashlib
import os
import tempfile
from collections.abc import Iterable
from concurrent.futures import ThreadPoolExecutor
from functools import cache
from pathlib import Path
from typing import BinaryIO

from helpdesk.core.errors import NotFound

# A disk that is asked to sync several files at once does it hardly slower than for one.
_AT_ONCE = 8
# Of so many digests it is remembered that they are safe on disk; 64 letters each.
_REMEMBERED = 10_000


class Storage:
    """Content-addressed files below one folder: the same bytes are one file, whoever sends them."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self._safe: set[str] = set()

    def path_of(self, sha256: str) -> Path:
        """Where bytes with this hexadecimal digest lie; the file need not exist.

        In one of 256 folders, which soon exist: a new one is as dear as a file, for each folder
        that gains a name must be synced as well.
        """
        if len(sha256) != 64 or not all(character in "0123456789abcdef" for character in sha256):
            raise NotFound(f"{sha256!r} is no SHA-256 digest")
        path = self.folder / sha256[:2] / sha256
        # The first version laid them a folder deeper.
        earlier = path.parent / sha256[2:4] / sha256
        return earlier if not path.exists() and earlier.exists() else path

    def keep(self, data: bytes) -> str:
        """Write `data` durably and return its SHA-256; OSError when the disk refuses."""
        sha256 = hashlib.sha256(data).hexdigest()
        path = self.path_of(sha256)
        # A file appears under its name only when it is whole and synced, so one of
        # the right size is the right one.
        with contextlib.suppress(FileNotFoundError):
            if path.stat().st_size == len(data):
                if sha256 not in self._safe:
                    # Somebody else may have written it a moment ago, and its name not be synced.
                    self._synced(path, sha256)
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
        self._synced(path, sha256)
        return sha256

    def keep_all(self, many: Iterable[bytes]) -> None:
        """Write all of them durably, much sooner than one after the other; OSError as for one."""
        wanted = list(many)
        if len(wanted) < 2:
            for data in wanted:
                self.keep(data)
            return
        for _ in _writers(os.getpid()).map(self.keep, wanted):
            pass

    def _synced(self, path: Path, sha256: str) -> None:
        _sync_folder(path.parent)
        if len(self._safe) >= _REMEMBERED:
            self._safe.clear()
        self._safe.add(sha256)

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

    def open(self, sha256: str) -> BinaryIO:
        """The bytes behind a digest as a file to read from; NotFound when they are not here."""
        try:
            return self.path_of(sha256).open("rb")
        except FileNotFoundError:
            raise NotFound(f"The file {sha256[:12]}… is not in the data folder") from None

    def holds(self, sha256: str) -> bool:
        """Whether the bytes behind a digest are here."""
        return self.path_of(sha256).exists()


@cache
def _writers(_process: int) -> ThreadPoolExecutor:
    # Of each process its own: a fork has no threads. To start them costs more than what they do.
    return ThreadPoolExecutor(_AT_ONCE, "storage")


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
