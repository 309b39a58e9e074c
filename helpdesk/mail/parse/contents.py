"""What a person reads in a mail, and what hangs on it: the tree of parts put into words."""

from __future__ import annotations

import re
from dataclasses import dataclass, field

from helpdesk.core import filenames
from helpdesk.core import html as pages
from helpdesk.core.words import N_
from helpdesk.mail.parse import (
    attachments,
    bodies,
    charsets,
    encodings,
    enriched,
    flowed,
    invitations,
    smime,
    structure,
    tnef,
)
from helpdesk.mail.parse.bodies import Body
from helpdesk.mail.parse.budget import Allowance
from helpdesk.mail.values import Remark

# Texts that are data rather than words; every other kind of text is read to the person.
_DATA_TEXTS = {
    "text/calendar", "text/x-vcalendar", "text/vcard", "text/x-vcard", "text/directory", "text/csv",
    "text/tab-separated-values", "text/rtf", "text/css", "text/javascript", "text/xml",
    "text/rfc822-headers", "text/rfc822-header", "text/x-patch", "text/x-diff", "text/troff",
    "text/x-python", "text/x-csrc", "text/x-c", "text/x-shellscript", "text/x-log", "text/json",
}  # fmt: skip
_ENVELOPES = {"application/pkcs7-mime", "application/x-pkcs7-mime"}
_ENRICHED = {"text/enriched", "text/richtext"}
_ENCODED_WORD = re.compile(r"=\?([^?*\s]{1,40})[?*]")
_ENCRYPTED = "This message is encrypted ({kind}). Only the recipient's key opens it."
_MOST_OPENED = 5


@dataclass(slots=True)
class Contents:
    """A mail being read: what has been found in it so far."""

    allowance: Allowance
    hint: str | None
    found: list[attachments.Found] = field(default_factory=list)
    calendars: list[str] = field(default_factory=list)
    envelopes: list[tnef.Envelope] = field(default_factory=list)
    spare: list[structure.Part] = field(default_factory=list)
    locations: dict[str, str] = field(default_factory=dict)
    opened: int = 0


def read(root: structure.Part, allowance: Allowance) -> tuple[Body, list[attachments.Found]]:
    """The words of a mail and its attachments, in the order of the mail."""
    contents = Contents(allowance, _hint(root))
    body = _body(contents, root, is_alternative=True)
    if body.is_empty:
        body = _instead(contents)
    limit = allowance.budget.text_size
    body.text = body.words()
    if len(body.text) > limit:
        allowance.warn(Remark(N_("The text is too long: its end was cut.")))
        body.text = body.text[:limit]
    return body, contents.found


def _hint(root: structure.Part) -> str | None:
    """A charset seen in the mail, for texts that name none."""
    if declared := root.parameters.get("charset"):
        return declared
    match = _ENCODED_WORD.search(root.header("subject") + root.header("from"))
    return match[1] if match else None


def _instead(contents: Contents) -> Body:
    """Words for a mail without a body: Outlook's envelope, a text sent as a file, an invitation."""
    for envelope in contents.envelopes:
        if envelope.text.strip() or envelope.html.strip():
            html = _sanitised(contents, envelope.html) if envelope.html.strip() else None
            return Body(envelope.text, html, envelope.html)
    for part in contents.spare:
        if not (body := _leaf(contents, part)).is_empty:
            return body
    for calendar in contents.calendars:
        if words := invitations.in_words(calendar):
            return Body(words)
    return Body()


def _body(contents: Contents, part: structure.Part, *, is_alternative: bool = False) -> Body:
    if part.is_multipart:
        return _composed(contents, part)
    if _is_body(part, is_alternative=is_alternative):
        return _leaf(contents, part)
    return _attached(contents, part)


def _composed(contents: Contents, part: structure.Part) -> Body:
    kind = part.content_type
    if kind == "multipart/encrypted":
        for child in part.children:
            _attached(contents, child)
        return Body(_ENCRYPTED.format(kind="PGP"))
    if kind == "multipart/alternative":
        return bodies.best([_body(contents, child, is_alternative=True) for child in part.children])
    if kind == "multipart/appledouble":
        files = [each for each in part.children if each.content_type != "application/applefile"]
        return bodies.joined([_body(contents, child) for child in files])
    if kind == "multipart/related":
        return _related(contents, part)
    return bodies.joined([_body(contents, child) for child in part.children])


def _related(contents: Contents, part: structure.Part) -> Body:
    first = _root_of(part)
    others = [child for child in part.children if child is not first]
    for other in others:
        # Pictures may be named by a location instead of an id (RFC 2557 section 8).
        if location := _location(other):
            content_id = attachments.content_id_of(other) or f"{len(contents.locations)}@location"
            contents.locations[location] = content_id
    read_so_far = [_body(contents, first, is_alternative=True)]
    for other in others:
        is_resource = bool(other.header("content-id") or other.header("content-location"))
        is_words = not is_resource or other.is_multipart
        read_so_far.append(_body(contents, other) if is_words else _attached(contents, other))
    return bodies.joined(read_so_far)


def _root_of(related: structure.Part) -> structure.Part:
    """The part that shows the others: the one that is named (RFC 2387 section 3.2), or words."""
    named = related.parameters.get("start", "").strip("<> ")
    for child in related.children:
        if named and attachments.content_id_of(child) == named:
            return child
    for child in related.children:
        if child.content_type.startswith(("text/", "multipart/")):
            return child
    return related.children[0]


def _is_body(part: structure.Part, *, is_alternative: bool) -> bool:
    if not part.content_type.startswith("text/") or part.content_type in _DATA_TEXTS:
        return False
    if part.disposition == "attachment":
        return False
    return is_alternative or not attachments.declared_name(part)


def _leaf(contents: Contents, part: structure.Part) -> Body:
    if part.content_type in ("text/x-amp-html", "text/watch-html"):
        # Other renderings of words that the mail has anyway.
        return Body()
    content = part.content()
    contents.allowance.warn(content.warning)
    declared = part.parameters.get("charset")
    is_html = part.content_type == "text/html"
    if is_html and charsets.codec_of(declared) is None:
        declared = charsets.charset_in_html(content.data) or declared
    text, warning = charsets.decode(content.data, declared, contents.hint)
    contents.allowance.warn(warning)
    text = charsets.clean(text)
    if is_html:
        return _page(contents, text)
    if part.parameters.get("format", "").lower() == "flowed":
        text = flowed.unfolded(text, delsp=part.parameters.get("delsp", "").lower() == "yes")
    elif part.content_type in _ENRICHED:
        text = enriched.plain(text)
    text, files = encodings.uu_files(text)
    for name, data in files:
        safe = filenames.safe(name, "attachment.bin")
        contents.found.append(attachments.Found(safe, filenames.type_for(safe), data))
    return Body(text.strip("\n").rstrip())


def _page(contents: Contents, source: str) -> Body:
    if not source.strip():
        return Body()
    for location, content_id in contents.locations.items():
        for mark in ('"', "'"):
            source = source.replace(f"{mark}{location}{mark}", f"{mark}cid:{content_id}{mark}")
    return Body("", _sanitised(contents, source), source)


def _sanitised(contents: Contents, source: str) -> str:
    if contents.allowance.out_of_time():
        return ""
    clean, warning = pages.sanitise_within(source, contents.allowance.budget.html_size)
    contents.allowance.warn(Remark(warning) if warning else None)
    return clean.strip()


def _attached(contents: Contents, part: structure.Part) -> Body:
    if part.is_multipart:
        return _composed(contents, part)
    content = part.content()
    contents.allowance.warn(content.warning)
    if attachments.is_tnef(part):
        envelope = tnef.read(content.data)
        if envelope is not None:
            contents.envelopes.append(envelope)
            contents.found += attachments.of_envelope(envelope)
            return Body()
        contents.allowance.warn(Remark(N_("A winmail.dat could not be opened.")))
    file = attachments.of_part(part, content.data, len(contents.found) + 1)
    file.content_id = file.content_id or contents.locations.get(_location(part))
    contents.found.append(file)
    if part.content_type in _ENVELOPES or file.name.lower().endswith(".p7m"):
        return _opened(contents, content.data)
    if part.content_type == "text/calendar":
        text, _ = charsets.decode(content.data, part.parameters.get("charset"), contents.hint)
        contents.calendars.append(charsets.clean(text))
    elif part.content_type in ("text/plain", "text/html") and part.disposition != "attachment":
        contents.spare.append(part)
    return Body()


def _opened(contents: Contents, envelope: bytes) -> Body:
    """The words inside an S/MIME envelope that is only signed; the envelope stays a file."""
    if smime.is_encrypted(envelope):
        return Body(_ENCRYPTED.format(kind="S/MIME"))
    content = smime.signed_content(envelope)
    if content is None or contents.opened >= _MOST_OPENED:
        return Body()
    contents.opened += 1
    inner = structure.read(content, contents.allowance)
    return _body(contents, inner, is_alternative=True)


def _location(part: structure.Part) -> str:
    return part.header("content-location").strip()
