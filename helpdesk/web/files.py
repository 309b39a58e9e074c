"""How files of strangers are handed out: to be saved, or as a picture; never as a page."""

from __future__ import annotations

from functools import lru_cache
from urllib.parse import quote

from flask import Response

from helpdesk.core.errors import NotFound, Refused
from helpdesk.core.filenames import safe
from helpdesk.core.pictures import PDF, Kind, kind_of
from helpdesk.core.storage import storage
from helpdesk.core.words import N_
from helpdesk.domain.tickets.models import Attachment

# What is larger is seen on request, not with the page.
LARGEST_SEEN = 5_000_000
# These would end a quoted string or a header.
_UNQUOTED = str.maketrans('"\\\r\n', "____")
POLICY = "default-src 'none'; sandbox"
# The browser's own viewer shows a PDF in an element of its own, which a sandbox would forbid; a
# script in it never runs as ours.
_PDF_POLICY = "default-src 'none'; object-src 'self'; style-src 'unsafe-inline'"
WITHHELD = N_(
    "“%(file)s” is not handed out: the virus scanner found %(name)s in it. "
    "If you need it, ask its sender for a clean copy."
)


def really(attachment: Attachment) -> Kind | None:
    """What the file is by its bytes, whatever it is called; None for what is only to be saved.

    Nothing is found out about one that the virus scanner objects to, or whose bytes are lost.
    """
    if attachment.infected_with:
        return None
    try:
        return _kind_of(attachment.sha256)
    except NotFound:
        return None


@lru_cache(maxsize=5_000)
def _kind_of(sha256: str) -> Kind | None:
    # The same digest is the same bytes for ever, so each file is looked into once.
    with storage().open(sha256) as file:
        return kind_of(file)


def attachment_response(attachment: Attachment, *, view: bool = False) -> Response:
    """The file of an attachment; `view` shows a PDF instead of saving it. NotFound when lost.

    Refused for one that the virus scanner objects to: it is kept, and handed to nobody.
    """
    if attachment.infected_with:
        raise Refused(WITHHELD, file=attachment.filename, name=attachment.infected_with)
    data = storage().read(attachment.sha256)
    return file_response(data, attachment.filename, really(attachment), view=view)


def file_response(data: bytes, filename: str, kind: Kind | None, *, view: bool = False) -> Response:
    """Bytes as a file: a real picture may be seen where it stands, a PDF with `view`.

    Everything else is saved, also a picture whose size would harm whoever draws it.
    """
    policy, seen = POLICY, kind is not None and kind.may_be_drawn
    if view and kind is not None and kind.media_type == PDF:
        policy, seen = f"{_PDF_POLICY}; frame-ancestors 'self'", True
    response = Response(
        data, mimetype=kind.media_type if kind and seen else "application/octet-stream"
    )
    response.headers["Content-Disposition"] = _disposition(
        "inline" if seen else "attachment", filename
    )
    response.headers["Content-Security-Policy"] = policy
    if policy is not POLICY:
        response.headers["X-Frame-Options"] = "SAMEORIGIN"
    response.headers["X-Content-Type-Options"] = "nosniff"
    response.headers["Cross-Origin-Resource-Policy"] = "same-origin"
    response.headers["Referrer-Policy"] = "no-referrer"
    return response


def cleaned_name(name: str) -> str:
    """A file's name without folders and without signs that deceive; never empty."""
    return safe(name, "file")


def _disposition(how: str, filename: str) -> str:
    # RFC 6266 section 4.3: names beyond ASCII have a parameter of their own.
    plain = filename.encode("ascii", "replace").decode().translate(_UNQUOTED)
    words = f'{how}; filename="{plain}"'
    if plain == filename:
        return words
    return f"{words}; filename*=UTF-8''{quote(filename, safe='')}"
