"""Sends words compressed to browsers that take it, but never where the size could tell a secret.

What it costs and what an attacker could measure: docs/decisions/0023-compressed-pages.md.
"""

from __future__ import annotations

import secrets
import struct
import zlib
from functools import lru_cache

from flask import Flask, Response, request

from helpdesk.web.static_files import FOLDERS, content_of

# Below that the headers cost more than is won.
_SMALLEST = 1_000
_WORDS = frozenset(
    {
        *("text/html", "text/css", "text/javascript", "text/plain", "text/csv"),
        *("application/json", "application/javascript", "image/svg+xml"),
    }
)
# A page is compressed once for each time it is sent: the next level wins a hundredth of its size
# and takes half as long again. A file is compressed once for all.
_PAGE_LEVEL = 4
_FILE_LEVEL = 9
_MOST_PADDING = 64
# RFC 1952, 2.3: deflate, a file name follows, no time, unknown system.
_HEAD = b"\x1f\x8b\x08\x08\0\0\0\0\0\xff"


def register(app: Flask) -> None:
    """Compress what goes out."""
    app.after_request(_compress)


def _compress(response: Response) -> Response:
    if response.mimetype not in _WORDS or response.status_code in (204, 206, 304):
        return response
    response.vary.add("Accept-Encoding")
    if "Content-Encoding" in response.headers or "gzip" not in request.accept_encodings:
        return response
    if request.endpoint in FOLDERS:
        return _compressed_file(response)
    # Who makes a browser ask again and again with words of their own in the address, and measures
    # how long the encrypted answers are, could guess at what else stands on the page.
    if request.headers.get("Sec-Fetch-Site") == "cross-site" or response.direct_passthrough:
        return response
    data = response.get_data()
    if len(data) < _SMALLEST:
        return response
    return _with(response, gzipped(data, _PAGE_LEVEL, padding=secrets.randbelow(_MOST_PADDING)))


def gzipped(data: bytes, level: int, *, padding: int = 0) -> bytes:
    """Data as a gzip member whose head is longer by `padding` bytes."""
    deflate = zlib.compressobj(level, zlib.DEFLATED, -zlib.MAX_WBITS)
    body = deflate.compress(data) + deflate.flush()
    name = secrets.token_hex(padding)[:padding].encode()
    tail = struct.pack("<LL", zlib.crc32(data), len(data) & 0xFFFFFFFF)
    return b"".join((_HEAD, name, b"\0", body, tail))


def _compressed_file(response: Response) -> Response:
    version = request.args.get("v")
    # Only what is named with its content may be remembered.
    if request.endpoint is None or not version or response.status_code != 200:
        return response
    found = _file(request.endpoint, str((request.view_args or {})["filename"]), version)
    if found is None:
        return response
    # The file was opened to be sent as it is.
    close = getattr(response.response, "close", None)
    if close is not None:
        close()
    response.direct_passthrough = False
    response.headers.pop("ETag", None)
    return _with(response, found)


@lru_cache(maxsize=200)
def _file(endpoint: str, name: str, version: str) -> bytes | None:
    data = content_of(endpoint, name)
    return gzipped(data, _FILE_LEVEL) if data is not None and len(data) >= _SMALLEST else None


def _with(response: Response, data: bytes) -> Response:
    response.set_data(data)
    response.headers["Content-Encoding"] = "gzip"
    return response
