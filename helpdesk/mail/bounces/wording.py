"""Reads a report that is written in words: recognises the dialect and finds who, why and what."""

from __future__ import annotations

import re

from helpdesk.mail.bounces.contents import Contents
from helpdesk.mail.bounces.dialects import DIALECTS, FALLBACK, Dialect
from helpdesk.mail.bounces.dividers import holds_headers
from helpdesk.mail.bounces.finding import ADDRESS, Finding, address_in, addresses_in
from helpdesk.mail.bounces.outcomes import DELAYED, DELAYED_SUBJECT, DELIVERED, FAILURE
from helpdesk.mail.bounces.sentences import sentence_status
from helpdesk.mail.bounces.shapes import BY_NAME, SHAPES, Hit, hits
from helpdesk.mail.bounces.signs import Signs
from helpdesk.mail.bounces.statuses import meant_status, speaks_of_failure

_OPENING = 6_000  # characters in which a report has said what it is
_LONGEST_DIAGNOSTIC = 600
_MOST_LINES = 12
_MOST_SENTENCES = 40  # what a sentence means costs a millisecond to find
_ANSWERED_EARLY = 12  # lines
SENTENCE = BY_NAME["sentence"]
_MOST_RECIPIENTS = 200
_REPLY_LINE = re.compile(r"\s{0,8}(?:<<< |>>> )?[#'\"(]?[45]\d\d[ \-:#]")
_ANSWERED = re.compile(r"(?:re|sv|aw|vs|fwd?|vb|wg)\s?:", re.IGNORECASE)
_LOCAL_NAME = re.compile(r"[ \t]{1,16}([\w.+-]{1,64})(?: {1,4}\((.{1,200})\))?\s{0,8}")
# What Exim delivered to in place of the address that it was given.
_BEHIND = re.compile(rf"\s{{0,12}}\(?(?:ultimately )?generated (?:by|from) ({ADDRESS})", re.I)
_LABEL = re.compile(
    r"\s{0,8}(?:the )?(?:reason|error|for the following reason|because|diagnos\w+|why"
    r"|eftersom|orsak|på grund av|årsag|fordi|wegen|weil|grund|omdat|reden|motif|raison|motivo"
    r"|razón|causa|perché|powód|ponieważ|důvod|syy|причина)\b"
    r".{0,40}:\s*",
    re.IGNORECASE,
)


def dialect_of(contents: Contents, signs: Signs, ours: frozenset[str]) -> Dialect | None:
    """The dialect of a report in words; None when the mail is none.

    `ours` are the addresses that sent or got it.
    A dialect's own opening needs one more sign in the headers. Mere words of failure need two:
    people write to helpdesks about mail that did not arrive.
    """
    opening = contents.words[:_OPENING]
    declared = signs.report_type == "delivery-status"
    others = signs.sender + signs.null_sender + signs.subject
    header_signs = others + signs.daemon + 2 * (declared or signs.tell_tale)
    if header_signs == 0:
        return None
    if header_signs > signs.subject:
        known = (dialect for dialect in DIALECTS if dialect.sign.search(opening))
    else:
        # Only the subject speaks for it, and people choose such subjects when they paste a report:
        # the report's words must come first, and it must not be passed on.
        passed_on = _ANSWERED.match(signs.headers.get("subject", "")) is not None
        start = opening.lstrip()
        known = (one for one in DIALECTS if not passed_on and one.sign.match(start))
    dialect = next(known, None)
    if dialect is not None:
        return dialect
    # A mail system that returns a mail under a report's subject reports, whatever its words.
    returns = bool(contents.returned) or not opening.strip() or holds_headers(opening)
    if declared or (signs.tell_tale and others) or (signs.sender and signs.subject and returns):
        return FALLBACK
    # Postmasters send digests of what their filters stopped: without a report's subject, words of
    # failure count only beside a server's answer or the mail that comes back.
    if header_signs >= 2 and FAILURE.search(opening):
        # Parcels are not delivered, too: a null sender and such a subject are not enough.
        by_system = signs.subject and (signs.sender or signs.daemon)
        told = by_system or speaks_of_failure(opening) or contents.returned
        if told or _names_a_fault(opening):
            return FALLBACK
        # A daemon that nobody can answer writes no digests.
        about = any(address.lower() not in ours for address in addresses_in(opening))
        return FALLBACK if signs.daemon and signs.null_sender and about else None
    seconded = signs.subject or signs.daemon or signs.null_sender
    if signs.sender and seconded and _is_about_somebody(opening, signs, ours):
        return FALLBACK
    if not addresses_in(opening):
        return None
    # What nobody can answer, says that it failed, and brings a mail back or a server's answer
    # about somebody, is a report.
    telling = FAILURE.search(opening) is not None and (
        contents.attached or _answers_about_somebody(opening)
    )
    return FALLBACK if others == 3 or (signs.null_sender and telling) else None


def _is_about_somebody(opening: str, signs: Signs, ours: frozenset[str]) -> bool:
    """Whether a short report, maybe all in its subject, tells the fault of somebody's address."""
    told = f"{signs.headers.get('subject', '')}\n{opening}"
    others = (address for address in addresses_in(told) if address.lower() not in ours)
    return any(others) and _names_a_fault(told)


def _names_a_fault(opening: str) -> bool:
    """Whether the words mean a fault of address, mailbox or network; what filters do is none."""
    meant = meant_status(opening)
    return meant is not None and meant[2] in "1234"


def _answers_about_somebody(opening: str) -> bool:
    lines = opening.split("\n")[:_ANSWERED_EARLY]
    named = any(SENTENCE.line.match(line[:_LONGEST_DIAGNOSTIC]) for line in lines)
    return named and any(_REPLY_LINE.match(line) for line in lines)


def wording_findings(
    contents: Contents, signs: Signs, dialect: Dialect, ours: frozenset[str]
) -> tuple[Finding, ...]:
    """One finding for each recipient that the words name; at least one, maybe without recipient."""
    lines = contents.words.split("\n")
    action = action_in_words(contents, signs)
    found = _local_names(lines, dialect, signs) or _recipients(lines, dialect, ours)
    failed = addresses_in(signs.headers.get("x-failed-recipients", ""))
    if failed and found:
        # The reporter's own list is surer than what its words look like.
        rows = {hit.recipient.lower(): hit for hit in reversed(found)}
        found = [rows.get(one.lower()) or Hit(found[0].row, one, found[0].why) for one in failed]
    if not found:
        titled = addresses_in(signs.headers.get("subject", ""))
        titled = tuple(address for address in titled if address.lower() not in ours)
        told = failed or titled or returned_to(contents.returned)
        told = told or tuple(hit.recipient for hit in _recipients(lines, dialect, frozenset()))[:1]
        why = best_line([*lines, signs.headers.get("subject", "")], None)
        return tuple(Finding(address, action, None, why) for address in told) or (
            Finding(None, action, None, why),
        )
    # Only the first recipient's reason is told, and finding a reason is what costs time.
    why = _diagnostic(lines, found[0], {hit.row for hit in found})
    named: dict[str, str] = {}
    for hit in found[:_MOST_RECIPIENTS]:
        named.setdefault(hit.recipient.lower(), hit.recipient)
    first, *others = named.values()
    origin = _behind(lines, found[0])
    return (
        Finding(first, action, None, why, origin),
        *(Finding(other, action) for other in others),
    )


def action_in_words(contents: Contents, signs: Signs) -> str:
    """failed, unless the subject or the opening says that it is a warning or a success."""
    subject, opening = signs.headers.get("subject", ""), contents.words[:_OPENING]
    if DELIVERED.search(subject) or DELIVERED.search(opening):
        return "delivered"
    if DELAYED_SUBJECT.match(subject) or DELAYED.search(opening):
        return "delayed"
    return "failed"


def best_line(lines: list[str], recipient: str | None) -> str | None:
    """The line that says why: a server's answer about the recipient, any answer, a known phrase."""
    said = [line.strip()[:_LONGEST_DIAGNOSTIC] for line in lines[:400] if line.strip()]
    if recipient:
        for line in said:
            if recipient.lower() in line.lower() and speaks_of_failure(line):
                return line
    for line in said:
        if _REPLY_LINE.match(line):
            return line.lstrip("<> ")
    for tells in (speaks_of_failure, meant_status):
        for line in said:
            if tells(line):
                return line
    early = said[:_MOST_SENTENCES]
    return next((line for line in early if sentence_status(line, guess=False)), None)


def _recipients(lines: list[str], dialect: Dialect, ours: frozenset[str]) -> list[Hit]:
    start, stop = 0, len(lines)
    if dialect.begins:
        start = next((n + 1 for n, line in enumerate(lines) if dialect.begins.search(line)), 0)
    if dialect.ends:
        rest = enumerate(lines[start:], start)
        stop = next((n for n, line in rest if dialect.ends.search(line)), stop)
    section, whole = (start, stop), (0, len(lines))
    tries = ((section, dialect.shapes), (whole, dialect.shapes), (section, SHAPES), (whole, SHAPES))
    for (first, last), shapes in dict.fromkeys(tries):
        found = hits(lines[first:last], shapes, ours)
        if found:
            return [Hit(hit.row + first, hit.recipient, hit.why) for hit in found]
    return []


def _local_names(lines: list[str], dialect: Dialect, signs: Signs) -> list[Hit]:
    domain = signs.headers.get("from", "").rpartition("@")[2].strip(" <>()\"'").lower()
    if not dialect.local_names or not domain:
        return []
    return [
        Hit(row, f"{found[1]}@{domain}", found[2] or "")
        for row, line in enumerate(lines[:400])
        if (found := _LOCAL_NAME.fullmatch(line))
    ]


def _diagnostic(lines: list[str], hit: Hit, rows: set[int]) -> str | None:
    said = [hit.why] if hit.why else []
    for number in range(hit.row + 1, min(hit.row + 1 + _MOST_LINES, len(lines))):
        line = lines[number].strip()
        if number in rows or line.startswith("--"):
            break
        if not line and said and not _LABEL.fullmatch(said[-1]):
            break
        if line:
            said.append(line)
    gathered = " ".join(" ".join(said).split())[:_LONGEST_DIAGNOSTIC]
    if gathered and (
        speaks_of_failure(gathered) or meant_status(gathered) or sentence_status(gathered)
    ):
        return gathered
    return best_line(lines, hit.recipient) or gathered or None


def _behind(lines: list[str], hit: Hit) -> str | None:
    following = lines[hit.row + 1 : hit.row + 3]
    found = next((found for line in following if (found := _BEHIND.match(line))), None)
    return address_in(found[1]) if found else None


def returned_to(returned: str) -> tuple[str, ...]:
    """The recipients of the returned mail, where the report itself names nobody."""
    found = re.search(r"^To:[ \t]{0,8}(.{1,1000}(?:\n[ \t].{1,1000}){0,10})", returned, re.I | re.M)
    addresses = addresses_in(found[1]) if found else ()
    return addresses[:1] if len(addresses) == 1 else ()
