"""Files that come with a form: kept at once, and carried along while the form needs mending."""

from __future__ import annotations

import mimetypes
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from flask import flash
from flask_babel import gettext as _
from werkzeug.datastructures import FileStorage

from helpdesk.core.db import db
from helpdesk.core.filenames import safe
from helpdesk.core.scanning import scanner_at
from helpdesk.core.signing import ExpiredToken, ForgedToken, read_token, token
from helpdesk.core.storage import storage
from helpdesk.domain.tickets.actions import KeptFile
from helpdesk.web.account import settings

_PURPOSE = "kept file"
# As long as the form itself may be sent.
_CARRIED_SECONDS = 12 * 60 * 60


@dataclass(frozen=True, slots=True)
class CarriedFile:
    """A file in the storage, and the mark by which the form brings it back."""

    file: KeptFile
    mark: str


def carried_files(
    uploads: Iterable[FileStorage], marks: Iterable[str], *, owner: str
) -> tuple[CarriedFile, ...]:
    """The files that came now and those that came before, which nobody but `owner` can bring back.

    The bytes are in the storage when this returns, and the virus scanner has looked at what came
    now: no unit of work may be open. A mark that is too old or not ours is left out.
    """
    found = [_read(mark, owner) for mark in marks]
    found += _kept([upload for upload in uploads if upload and upload.filename], owner)
    return tuple({file.mark: file for file in found if file}.values())


def brought_back(files: Iterable[Sequence[Any]], *, owner: str) -> tuple[CarriedFile, ...]:
    """Files of words that were taken back, for the form from which they go once more."""
    return tuple(
        _marked(KeptFile(name, content_type, size, sha256, infected_with=infected_with), owner)
        for name, content_type, size, sha256, infected_with in files
    )


def to_bring_back(carried: Iterable[CarriedFile]) -> list[list[Any]]:
    """Files as a draft keeps them, until `brought_back` gives them to a form again."""
    return [
        [file.filename, file.content_type, file.size, file.sha256, file.infected_with]
        for file in (each.file for each in carried)
    ]


def _kept(uploads: Sequence[FileStorage], owner: str) -> list[CarriedFile]:
    contents = [upload.stream.read() for upload in uploads]
    digests = [storage().keep(data) for data in contents]
    infected = _infected(dict(zip(digests, contents, strict=True)))
    return [
        _carried(upload.filename or "", len(data), sha256, infected.get(sha256, ""), owner)
        for upload, data, sha256 in zip(uploads, contents, digests, strict=True)
    ]


def _carried(filename: str, size: int, sha256: str, infected_with: str, owner: str) -> CarriedFile:
    name = safe(filename, "file")
    # What the browser says of the type comes from the other side; the name is what people see.
    content_type = mimetypes.guess_type(name)[0] or "application/octet-stream"
    if infected_with:
        flash(
            _(
                "“%(file)s” is handed to nobody: the virus scanner found %(name)s in it.",
                file=name,
                name=infected_with,
            ),
            "warning",
        )
    return _marked(KeptFile(name, content_type, size, sha256, infected_with=infected_with), owner)


def _marked(file: KeptFile, owner: str) -> CarriedFile:
    facts = [file.filename, file.content_type, file.size, file.sha256, file.infected_with]
    return CarriedFile(file, token(_PURPOSE, [owner, *facts]))


def _infected(files: Mapping[str, bytes]) -> Mapping[str, str]:
    """What the virus scanner found, by digest; what it did not see is treated as clean."""
    place = settings().clamd
    if place is None or not files:
        return {}
    # Whoever asked who is signed in has begun to read, and nobody is waited for meanwhile.
    db.session.rollback()
    return scanner_at(place).look_at(files).infected


def _read(mark: str, owner: str) -> CarriedFile | None:
    try:
        whose, *facts = read_token(_PURPOSE, mark, max_age_seconds=_CARRIED_SECONDS)
    except (ExpiredToken, ForgedToken):
        return None
    # Forms that were open while the software was renewed bring marks without the last of these.
    name, content_type, size, sha256, *infected_with = facts
    file = KeptFile(name, content_type, size, sha256, infected_with="".join(infected_with))
    return CarriedFile(file, mark) if whose == owner else None
