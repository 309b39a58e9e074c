"""The tree as the standard library's Message objects, for judges that are written against them."""

from __future__ import annotations

import re
from email.message import Message

from helpdesk.mail.parse import charsets, fields, structure
from helpdesk.mail.parse.budget import Allowance, Budget

_BLOCKS = {
    "message/delivery-status",
    "message/global-delivery-status",
    "message/disposition-notification",
    "message/feedback-report",
}
# Bounces of bounces: nobody looks deeper than into the mail that came back.
_NESTED_DEPTH = 3
_NESTED = Budget(raw_size=256 * 1024, parts=50, depth=10)
_MOST_BLOCKS = 500
_UNQUOTABLE = re.compile(r'["\\\s]')
_BLANK_LINES = re.compile(rb"(?:\r?\n[ \t]*){2,}")


def message_of(part: structure.Part, nested: int = 0) -> Message:
    """The part with all that is below it, shaped as `email.message_from_bytes` shapes it."""
    message = Message()
    for name, value in part.fields:
        is_odd = name.lower() == "content-type" and _is_oddly_typed(part, value)
        message.set_raw(name, _plainly_typed(part) if is_odd else value)
    if part.is_multipart:
        message.set_payload([message_of(child, nested) for child in part.children])
        _keep_type(message, part)
    elif part.is_message and nested < _NESTED_DEPTH:
        # Unlike the standard library's, what is inside has its transfer encoding undone.
        raw = part.content().data[: _NESTED.raw_size]
        message.set_payload([message_of(structure.read(raw, Allowance(_NESTED)), nested + 1)])
        del message["Content-Transfer-Encoding"]
    elif part.content_type in _BLOCKS:
        message.set_payload([*_blocks(part.content().data)])
        del message["Content-Transfer-Encoding"]
    else:
        message.set_payload(part.body.decode("ascii", "surrogateescape"))
    return message


def _is_oddly_typed(part: structure.Part, value: str) -> bool:
    """True for a type that the standard library stumbles over: stars in it (RFC 2231), or a
    charset that is a codec of Python and none of mail."""
    charset = part.parameters.get("charset")
    return "*" in value or (charset is not None and charsets.codec_of(charset) is None)


def _plainly_typed(part: structure.Part) -> str:
    parameters = (
        f'; {name}="{_UNQUOTABLE.sub("", value)}"'
        for name, value in part.parameters.items()
        if name != "charset" or charsets.codec_of(value) is not None
    )
    return part.content_type + "".join(parameters)


def _keep_type(message: Message, part: structure.Part) -> None:
    if not message.get_content_type().startswith("multipart/"):
        # The boundary was guessed: the message must say what was found.
        del message["Content-Type"]
        message.set_raw("Content-Type", "multipart/mixed")


def _blocks(data: bytes) -> list[Message]:
    """The groups of fields of a status report (RFC 3464 section 2), one Message each."""
    blocks: list[Message] = []
    for group in _BLANK_LINES.split(data, maxsplit=_MOST_BLOCKS):
        raw_fields, rest = fields.read(group, 0, len(group))
        block = Message()
        for name, value in fields.in_words(raw_fields, 100, 8192, None)[0]:
            block.set_raw(name, value)
        block.set_payload(group[rest:].decode("ascii", "surrogateescape"))
        blocks.append(block)
    return blocks
