"""Files that come with a form: kept at once, and carried along while the form needs mending."""

from __future__ import annotations

import mimetypes
from collections.abc import Iterable
from dataclasses import dataclass

from werkzeug.datastructures import FileStorage

from helpdesk.core.filenames import safe
from helpdesk.core.signing import ExpiredToken, ForgedToken, read_token, token
from helpdesk.core.storage import storage
from helpdesk.domain.tickets.actions import KeptFile

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

    The bytes are in the storage when this returns; a mark that is too old or not ours is left out.
    """
    found = [_read(mark, owner) for mark in marks]
    found += [_keep(upload, owner) for upload in uploads if upload and upload.filename]
    return tuple({file.mark: file for file in found if file}.values())


def _keep(upload: FileStorage, owner: str) -> CarriedFile:
    data = upload.stream.read()
    name = safe(upload.filename or "", "file")
    # What the browser says of the type comes from the other side; the name is what people see.
    content_type = mimetypes.guess_type(name)[0] or "application/octet-stream"
    file = KeptFile(name, content_type, len(data), storage().keep(data))
    payload = [owner, file.filename, file.content_type, file.size, file.sha256]
    return CarriedFile(file, token(_PURPOSE, payload))


def _read(mark: str, owner: str) -> CarriedFile | None:
    try:
        whose, *facts = read_token(_PURPOSE, mark, max_age_seconds=_CARRIED_SECONDS)
    except (ExpiredToken, ForgedToken):
        return None
    return CarriedFile(KeptFile(*facts), mark) if whose == owner else None
