"""How files of strangers are handed out: to be saved, or as a picture; never as a page."""

from __future__ import annotations

from urllib.parse import quote

from flask import Response

from helpdesk.core.errors import Refused
from helpdesk.core.filenames import safe
from helpdesk.core.storage import storage
from helpdesk.core.words import N_
from helpdesk.domain.tickets.models import Attachment

# What a browser only draws. SVG and PDF can act, so they are not among them.
PICTURES = frozenset({"image/png", "image/jpeg", "image/gif", "image/webp"})
# These would end a quoted string or a header.
_UNQUOTED = str.maketrans('"\\\r\n', "____")
POLICY = "default-src 'none'; sandbox"
WITHHELD = N_(
    "“%(file)s” is not handed out: the virus scanner found %(name)s in it. "
    "If you need it, ask its sender for a clean copy."
)


def attachment_response(attachment: Attachment) -> Response:
    """The file of an attachment; NotFound when its bytes are not here.

    Refused for one that the virus scanner objects to: it is kept, and handed to nobody.
    """
    if attachment.infected_with:
        raise Refused(WITHHELD, file=attachment.filename, name=attachment.infected_with)
    return file_response(
        storage().read(attachment.sha256), attachment.filename, attachment.content_type
    )


def file_response(data: bytes, filename: str, content_type: str) -> Response:
    """Bytes as a file: a picture may be seen where it stands, everything else is saved."""
    content_type = content_type.partition(";")[0].strip().lower()
    seen = content_type in PICTURES
    response = Response(data, mimetype=content_type if seen else "application/octet-stream")
    response.headers["Content-Disposition"] = _disposition(
        "inline" if seen else "attachment", filename
    )
    response.headers["Content-Security-Policy"] = POLICY
    response.headers["X-Content-Type-Options"] = "nosniff"
    response.headers["Cross-Origin-Resource-Policy"] = "same-origin"
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
