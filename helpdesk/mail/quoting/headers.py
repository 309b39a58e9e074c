"""Recognises header blocks between new words and old ones: of Outlook, Apple Mail and Notes."""

from __future__ import annotations

import re

from .filled import stands_in_a_form
from .words import LABELS, LONGEST_LABEL, Field

# A block's lines may be torn: so many lines without a label may stand between two labels.
_LONGEST_GAP = 3
# A list of recipients goes on for as long as its lines show addresses.
_LONGEST_LIST = 40
_LONGEST_BLOCK = 80
_MOST_LABELS = 20

_DECORATION = "*_> \t"
# Notes sets its labels in a column: "Eva Andersson          To: support@example.org".
_COLUMN_LABEL = re.compile(
    r"\s{3,}(to|cc|subject|till|kopia|ämne|an|kopie|thema|til|emne|pour|objet)\s?:", re.IGNORECASE
)
_NOTES_NAME = re.compile(r"[^/\s]+(?: [^/\s]+){0,4}(?:/[\w .-]+){1,5}(?:@[\w.-]+)?\Z")
_NOTES_DATE = re.compile(r"\d{1,4}[./-]\d{1,2}[./-]\d{2,4}(?:[ ,]+\d{1,2}[:.]\d{2}.{0,12})?\Z")
_NOTES_PLEA = re.compile(r"please respond to|sent by|bitte antworten|svara till", re.IGNORECASE)
_PLAIN_NAME = re.compile(r"[^\W\d_a-z][\w.'-]*(?: [^\W\d_a-z][\w.'-]*){1,3}\Z")
_ADDRESSED_NAME = re.compile(r"[^<>@:]{2,60} <[^\s<>@]{1,64}@[^\s<>@]{1,255}>\Z")
_TABLE_STARTS = frozenset(("to", "an", "till", "til", "pour", "para"))
_TABLE_ENDS = frozenset(("subject", "thema", "betreff", "ämne", "emne", "objet", "asunto"))
_TIME = re.compile(r"\d{1,2}[:.]\d{2}|(?:19|20)\d{2}")


def field_of(line: str) -> Field | None:
    """The field that a line "Label: value" tells, or None; bold and marks are seen through."""
    label, colon, _value = line[: LONGEST_LABEL + 8].partition(":")
    if not colon:
        return None
    return LABELS.get(label.strip(_DECORATION).lower())


def block_below(bare: list[str], at: int) -> int | None:
    """Where a header block ends that begins on the next line that isn't empty, or None."""
    while at < len(bare) and not bare[at]:
        at += 1
    if at == len(bare) or field_of(bare[at]) is None:
        return None
    return _extent(bare, at)[0]


def _labels_in_line(line: str) -> set[Field]:
    """ "From: A Sent: Monday To: B Subject: Hi": what is left of a block that lost its lines."""
    if len(line) > 600 or line.count(":") < 3:
        return set()
    words = line.split()
    labels = {LABELS.get(word[:-1].strip(_DECORATION).lower()) for word in words if word[-1] == ":"}
    return {field for field in labels if field is not None}


def block_at(bare: list[str], at: int, floor: int) -> tuple[int, int] | None:
    """First line and end of an older mail's header block whose first label stands here, or None."""
    first = field_of(bare[at])
    if first is None and len(bare[at]) < 6:
        return _notes_table(bare, at, floor)
    if first is None:
        column = _COLUMN_LABEL.search(bare[at])
        first = LABELS.get(column.group(1).lower()) if column else None
    if first is None or first is Field.COPY:
        return None
    end, fields = _extent(bare, at)
    if first is Field.FROM and {Field.SENT, Field.SUBJECT} <= _labels_in_line(bare[at]):
        return at, end
    if not _is_a_mail_head(first, fields, bare[at:end]) or stands_in_a_form(bare, at, end):
        return None
    if first in (Field.TO, Field.SUBJECT, Field.OTHER):
        start = _notes_name_above(bare, at, floor)
        return (start, end) if start < at or len(fields) >= 3 else None
    return at, end


def is_whole_head(lines: list[str]) -> bool:
    """Are these lines a header block and nothing more?"""
    said = [line for line in lines if line]
    fields = [field_of(line) for line in said]
    known = {field for field in fields if field is not None}
    return len(known) >= 3 and None not in fields[1:]


def _notes_table(bare: list[str], at: int, floor: int) -> tuple[int, int] | None:
    """Notes' table of labels comes as a line each: "To", "support@example.org", "cc", "Subject"."""
    if bare[at].lower() not in _TABLE_STARTS:
        return None
    below = range(at + 1, min(at + 10, len(bare)))
    end = next((here for here in below if bare[here].lower() in _TABLE_ENDS), None)
    start = _notes_name_above(bare, at, floor)
    return (start, min(end + 2, len(bare))) if end is not None and start < at else None


def _extent(bare: list[str], at: int) -> tuple[int, set[Field]]:
    """Where the block ends, and which fields it has."""
    fields: set[Field] = set()
    end = at
    gap = 0
    listed = 0
    labelled = 0
    for here in range(at, min(at + _LONGEST_BLOCK, len(bare))):
        line = bare[here]
        field = field_of(line) if line else None
        if field is None and line:
            column = _COLUMN_LABEL.search(line)
            field = LABELS.get(column.group(1).lower()) if column else None
        if field is not None:
            fields.add(field)
            labelled += 1
            if labelled > _MOST_LABELS:
                break
            end, gap = here + 1, 0
            continue
        if line and ("@" in line or line[-1] in ";,<") and listed < _LONGEST_LIST:
            listed += 1
            continue
        gap += 1
        if gap > _LONGEST_GAP or (Field.SUBJECT in fields and not line):
            break
    return end, fields


def _is_a_mail_head(first: Field, fields: set[Field], block: list[str]) -> bool:
    # "From: Stockholm / To: Göteborg / Date: 3 March" is an order for a journey, not a mail, so
    # something that only mail has must be among the fields: subject, address, time of sending.
    if first is Field.FROM:
        mail_like = Field.SUBJECT in fields or any("@" in line for line in block)
        return Field.SENT in fields or (mail_like and len(fields) >= 3)
    if first in (Field.SENT, Field.DATE):
        known = Field.FROM in fields or Field.TO in fields
        mail_like = Field.SUBJECT in fields or any("@" in line for line in block)
        return known and mail_like and _TIME.search(block[0]) is not None
    if first is Field.SUBJECT:
        return Field.FROM in fields and len(fields) >= 3
    return Field.SUBJECT in fields and len(fields) >= 2


def _dated_address(line: str) -> bool:
    return len(line.split()) <= 5 and _TIME.search(line) is not None


def _notes_name_above(bare: list[str], at: int, floor: int) -> int:
    """Notes puts name, date and "Please respond to" above "To:"; where do they begin?"""
    start = at
    for above in range(at - 1, max(floor, at - 6) - 1, -1):
        line = bare[above]
        if not line:
            continue
        known = _NOTES_NAME.match(line) or _NOTES_DATE.match(line) or _NOTES_PLEA.search(line)
        address = "@" in line and (" " not in line.strip("<>()\"' ") or _dated_address(line))
        name = (
            start < at
            and _NOTES_DATE.match(bare[start])
            and (_PLAIN_NAME.match(line) or _ADDRESSED_NAME.match(line))
        )
        if not known and not address and not name:
            break
        start = above
    return start
