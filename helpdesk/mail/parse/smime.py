"""What an S/MIME envelope holds (RFC 8551): what is only signed can be read, the rest not."""

from __future__ import annotations

_SIGNED = bytes.fromhex("06092a864886f70d010702")
_ENVELOPED = (
    bytes.fromhex("06092a864886f70d010703"),
    bytes.fromhex("060b2a864886f70d0109100117"),
)
_DATA = bytes.fromhex("06092a864886f70d010701")
_OCTET_STRING, _CONSTRUCTED, _EXPLICIT = 0x04, 0x20, 0xA0
_DEEPEST = 12


def is_encrypted(envelope: bytes) -> bool:
    """True for enveloped data, which only the recipient's key opens."""
    return any(identifier in envelope[:64] for identifier in _ENVELOPED)


def signed_content(envelope: bytes) -> bytes | None:
    """The MIME entity inside signed data (RFC 5652 section 5.2); None where there is none."""
    if _SIGNED not in envelope[:64]:
        return None
    position = envelope.find(_DATA, 0, 4096)
    if position == -1:
        return None
    try:
        tag, start, end = _element(envelope, position + len(_DATA))
        if tag != _EXPLICIT:
            return None
        content, _ = _octets(envelope, start, 0)
        return content if end is None or start <= end else None
    except (IndexError, ValueError):
        return None


def _element(data: bytes, position: int) -> tuple[int, int, int | None]:
    """Tag, begin and end of the element there; no end for one of indefinite length (X.690)."""
    tag, length = data[position], data[position + 1]
    position += 2
    if length == 0x80:
        return tag, position, None
    if length > 0x80:
        size = length & 0x7F
        if size > 8:
            raise ValueError("a length of more than eight bytes")
        length = int.from_bytes(data[position : position + size], "big")
        position += size
    return tag, position, min(position + length, len(data))


def _octets(data: bytes, position: int, depth: int) -> tuple[bytes, int]:
    """The octet string at the position, whole or in pieces, and where the next element begins."""
    if depth > _DEEPEST:
        raise ValueError("octet strings inside one another")
    tag, start, end = _element(data, position)
    if tag == _OCTET_STRING and end is not None:
        return data[start:end], end
    if tag != _OCTET_STRING | _CONSTRUCTED:
        raise ValueError("not an octet string")
    pieces: list[bytes] = []
    position = start
    limit = len(data) if end is None else end
    # An indefinite length ends with two zero bytes.
    while position + 1 < limit and not (end is None and data[position : position + 2] == b"\0\0"):
        piece, position = _octets(data, position, depth + 1)
        pieces.append(piece)
    return b"".join(pieces), position + (2 if end is None else 0)
