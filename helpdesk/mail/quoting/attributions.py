"""Recognises the sentence that introduces a quotation ("On Tuesday Eva wrote:")."""

from __future__ import annotations

import re

from .words import MONTHS, OPENERS, QUOTERS, VERBS, WEEKDAYS

# An introduction is broken over so many lines at most, and is no longer than this in all.
_MOST_LINES = 5
_LONGEST = 400


def _any_of(words: set[str]) -> str:
    return "|".join(re.escape(word) for word in sorted(words, key=len, reverse=True))


_VERBS = {verb for verbs in VERBS.values() for verb in verbs}
# A writing system without spaces has no edges of words either.
_SPACELESS = {verb for verb in _VERBS if ord(verb[0]) > 0x2E80 or ord(verb[-1]) > 0x2E80}
_VERB = re.compile(
    rf"\b(?:{_any_of(_VERBS - _SPACELESS)})(?!\w)|{_any_of(_SPACELESS)}", re.IGNORECASE
)
_LAST_WORDS = tuple({verb.split()[-1] for verb in _VERBS})

_MONTH = rf"(?:{_any_of(set(MONTHS))})[^\W\d]{{0,8}}"
_WEEKDAY = rf"(?:{_any_of(set(WEEKDAYS))})[^\W\d]{{0,9}}[.,]?,? (?:den |le |the )?(?:\d|{_MONTH})"
_DATE = re.compile(
    rf"\b(?:19|20)\d\d\b|\b\d{{1,2}}[:.h]\d\d\b|\b\d{{1,2}}[./-]\d{{1,2}}\b"
    rf"|\b\d{{1,2}}\.?(?:st|nd|rd|th)?,? (?:de )?{_MONTH}|\b{_MONTH}\.? \d{{1,2}}\b|\d{{4}}[年년]",
    re.IGNORECASE,
)
_OPENER_WORDS = _any_of({opener for openers in OPENERS.values() for opener in openers})
_OPENING = re.compile(
    rf"(?:{_OPENER_WORDS})(?:\s|(?<=[在于]))|{_WEEKDAY}|\d{{1,4}}[\s.:/,-]|\d{{4}}[年년]"
    rf"|{_MONTH}\.? \d",
    re.IGNORECASE,
)
_LOCAL = r"(?<![\w.+=~'-])[\w.+=~'-]+"
_ADDRESS = re.compile(rf"{_LOCAL}@[\w-]+\.[\w.-]+")
_ADDRESS_LAST = re.compile(
    rf"[<(\[\"']?\s*{_LOCAL}@[\w-]+\.[\w.-]+(?:<mailto:[^>]*>)?[>)\]\"']*\s*[:：]?\Z"
)
_TIME = re.compile(r"(?<![\da-zA-Z])\d{1,2}[:.h]\d\d(?![\da-zA-Z])")
# The last new word and the introduction may share a line: "yes On Wed, Apr 4, 2012 Eva wrote:".
_IN_MID_LINE = re.compile(
    r"(?<=\S)(?:[ \t]+(?=On )|-{2,}[ \t]*(?=On ))"
    r"On (?:Mon|Tue|Wed|Thu|Fri|Sat|Sun|\d{1,2}[/. -]|[A-Z][a-z]{2} \d)"
    r"[^\n]{1,200}(?:wrote|says):?[ \t-]*$"
)
_EXACT = re.compile(
    r"\b(?:19|20)\d\d(?:\b|[年년])|\d{4}[年년]|\b\d{1,2}[:.h]\d\d\b|\b\d{1,2}[./-]\d{1,2}[./-]\d{2,4}\b"
)
_YEAR = re.compile(r"\b(?:19|20)\d\d\b")
_ISO_START = re.compile(r"(?:19|20)\d\d[-/]\d{1,2}[-/]\d{1,2}\b")
_QUOTER = re.compile(rf"(?:{_any_of(set(QUOTERS))})\b.{{1,200}}:\Z", re.IGNORECASE)
_ENDED_SENTENCE = re.compile(r"\b[^\W\d]{4,}[.!?]\s+[^\W\d_]{2,}\s")
_NAME_WORD = re.compile(
    r"(?:[^\W\d_a-zà-öø-ÿ][\w.'’&,-]*|via|von|van|de|der|den|af|av|la|el|del|di|da|dos|bin|the|-)\Z"
)
_NOT_NAMES = frozenset(
    (
        *("i", "you", "he", "she", "we", "they", "it", "this", "that", "the", "as", "some"),
        *("du", "jag", "vi", "ni", "han", "hon", "de", "den", "det", "som", "ich", "er", "sie"),
        *("wir", "ihr", "das", "wie", "je", "tu", "il", "elle", "nous", "vous", "ils", "ce"),
        *("comme", "yo", "él", "ella", "como", "io", "lui", "lei", "noi", "come", "ik", "jij"),
        *("hij", "zij", "wij", "zoals", "ja", "ty", "on", "ona", "jak", "minä", "sinä", "hän"),
        *("kuten", "like"),
    )
)
_ORNAMENT = ' \t-‐‑―–—*_|>"“”«»„[]•'
_END = " \t-‐‑―–—*_.>"
_QUOTES = "\"'“”„»« "
_MOST_NAME_WORDS = 8


def shared_line_breaks_at(line: str) -> int | None:
    """Where new words end and an introduction begins on one and the same line, or None."""
    if " wrote" not in line[-40:] or len(line) > _LONGEST:
        return None
    shared = _IN_MID_LINE.search(line.rstrip())
    return shared.start() if shared and line[0] not in ">-" else None


def may_end(line: str) -> bool:
    """A cheap question first: could an introduction end on this line?"""
    last = line[-1]
    if last in ":：":
        return True
    if last.isalpha() or last == ")":
        return line.endswith(_LAST_WORDS)
    if last == ".":
        return _ends_with_a_group_mail(line)
    if last in "-*>_":
        return line.rstrip(_END + ":").endswith(_LAST_WORDS) or (last == ">" and "@" in line)
    return False


def _ends_with_a_group_mail(line: str) -> bool:
    """ "Eva <…> wrote in message news:1a2b@example.org...": so do programs that read news, too."""
    return line.endswith("...") and "@" in line.rsplit(None, 1)[-1]


def may_end_behind_a_mark(line: str) -> bool:
    """Line breaking may leave "> wrote:" alone: it looks quoted and ends an introduction."""
    rest = line.lstrip("> ")
    return len(rest) < 24 and rest[-1:] == ":" and _VERB.match(rest) is not None


def start_of(bare: list[str], marks: list[bool], end: int, floor: int) -> int | None:
    """On which line the introduction begins that ends on line `end`, or None if there is none."""
    window = " ".join(bare[max(floor, end - _MOST_LINES + 1) : end + 1])[-2 * _LONGEST :]
    if "@" not in window and _VERB.search(window) is None:
        return None
    followed = _quotation_follows(bare, marks, end)
    joined = ""
    undated: int | None = None
    for start in range(end, max(floor, end - _MOST_LINES + 1) - 1, -1):
        line = bare[start]
        if start < end and marks[start]:
            break
        if not line:
            if joined[:1] != "<":
                break
            continue
        # What was quoted-printable once may still carry the sign of its broken lines.
        joined = f"{line[:-1]}{joined}" if line[-1] == "=" else f"{line} {joined}".rstrip()
        if len(joined) > _LONGEST:
            break
        if not _introduces(joined, followed):
            continue
        opened = _OPENING.match(joined.lstrip(_ORNAMENT)) is not None
        if _DATE.search(joined) and (opened or undated is None):
            return _with_torn_off_opening(bare, marks, start, floor)
        if undated is None:
            undated = start
    return undated


def _with_torn_off_opening(bare: list[str], marks: list[bool], start: int, floor: int) -> int:
    """The sentence may begin on the line above: "On Tue, 3 Mar 2020 at", then "10:11, Eva …"."""
    above = start - 1
    if above < floor or marks[above] or not bare[above] or len(bare[above]) > 90:
        return start
    line = bare[above].lstrip(_ORNAMENT)
    begins = _OPENING.match(line) and _DATE.search(line) and not _ENDED_SENTENCE.search(line)
    return above if begins and line[-1] not in ".!?:" else start


def _quotation_follows(bare: list[str], marks: list[bool], end: int) -> bool:
    for at in range(end + 1, min(end + 5, len(bare))):
        if bare[at]:
            return marks[at]
    return False


def _introduces(sentence: str, followed: bool) -> bool:
    framed = sentence[:2] == "--" == sentence[-2:]
    sentence = sentence.lstrip(_ORNAMENT)
    if not followed and _ENDED_SENTENCE.search(sentence):
        return False
    colon = sentence.rstrip(_END)[-1:] in (":", "：")
    if colon and _QUOTER.match(sentence):
        return followed or "@" in sentence
    # No introduction begins with its verb, but "Sent from my phone Eva <…> wrote:" exists.
    verb = _VERB.search(sentence, 1)
    if verb is None:
        return _dates_and_addresses(sentence, colon, followed)
    before, after = sentence[: verb.start()].strip(), sentence[verb.end() :].strip(_END + ":：,")
    if _ends_with_a_group_mail(sentence):
        return (followed or "news:" in sentence) and len(before.split()) <= _MOST_NAME_WORDS
    dated = _DATE.search(sentence) is not None
    addressed = _ADDRESS.search(sentence) is not None
    opened = _OPENING.match(sentence) is not None
    if not followed and not (addressed or _EXACT.search(sentence)):
        # "On 3 March Eva wrote:" is how people tell; programs tell year, time or address.
        return False
    if not after:
        if colon and followed and opened and _short_and_no_pronoun(before):
            return True
        if colon and addressed and _TIME.search(sentence) and _EXACT.search(sentence):
            return True
        if opened and (dated or addressed):
            if not followed and before.rsplit(None, 1)[-1].lower() in _NOT_NAMES:
                return False
            return colon or followed or (dated and (addressed or verb.group() != "sent"))
        if colon or framed:
            return _addressed_name(before) or (followed and _is_a_name(before))
        return False
    if not colon or len(after) > 200:
        return False
    if followed and _addressed_name(before) and _is_a_name(after):
        return True
    if opened and dated and _DATE.search(before):
        return followed or after.split(None, 1)[0].lower() not in _NOT_NAMES
    if _TIME.search(after) and _YEAR.search(after) and len(before.split()) <= 3:
        return before.split(None, 1)[0].lower() not in _NOT_NAMES
    return (_addressed_name(before) or _is_a_name(before)) and _DATE.search(after) is not None


def _dates_and_addresses(sentence: str, colon: bool, followed: bool) -> bool:
    """The manners without a verb: "2020-03-03 10:11 GMT+01:00 Eva <eva@example.org>:"."""
    address = _ADDRESS_LAST.search(sentence)
    if address is None:
        return _unknown_verb(sentence, colon)
    if not _DATE.search(sentence, 0, address.start()):
        return False
    if colon:
        timed = _TIME.search(sentence) is not None
        bracketed = sentence[address.start()] in "<(["
        return timed or (bracketed and _OPENING.match(sentence) is not None)
    return followed and _ISO_START.match(sentence) is not None


def _unknown_verb(sentence: str, colon: bool) -> bool:
    # In a language not in the table: date, time, address, at most three words, colon.
    address = _ADDRESS.search(sentence)
    if address is None or not colon:
        return False
    before, after = sentence[: address.start()], sentence[address.end() :]
    if _DATE.search(after) and len(after.split()) <= 4:
        return len(before.split()) <= 6
    return bool(
        len(after.split()) <= 4
        and "http" not in sentence
        and _DATE.search(before)
        and _TIME.search(before)
        and before.rstrip()[-1:] in "<(["
    )


def _short_and_no_pronoun(before: str) -> bool:
    """ "On Monday Bo", above a marked quotation; "On Monday you" is how people tell."""
    words = before.split()
    return 2 <= len(words) <= 6 and words[-1].lower() not in _NOT_NAMES


def _addressed_name(before: str) -> bool:
    """ "Eva Andersson <eva@example.org>", and nothing more."""
    address = _ADDRESS_LAST.search(before)
    return address is not None and len(before[: address.start()].split()) <= _MOST_NAME_WORDS


def _is_a_name(before: str) -> bool:
    words = before.strip(_QUOTES).split()
    if not 1 <= len(words) <= 6 or words[0].lower() in _NOT_NAMES:
        return False
    return all(map(_NAME_WORD.match, words))
