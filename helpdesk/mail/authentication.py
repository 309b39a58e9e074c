"""What a server that we believe says of a mail's From: Authentication-Results (RFC 8601)."""

from __future__ import annotations

import enum
import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

# Headers of mails are some kilobytes; what stands further down was not written by our own server.
LONGEST_HEAD = 256 * 1024
LONGEST_FIELD = 16 * 1024
MOST_FIELDS = 1_000

# Exchange Online leaves the name of the server out (against RFC 8601 section 2.2). Its fields
# are believed where this name is, and its Received line shows where they end.
EXCHANGE_ONLINE = "protection.outlook.com"

_FIELD = re.compile(rb"([!-9;-~]+):(.*)\Z", re.DOTALL)
# RFC 5321 section 4.4, with its comments gone; the name after "from" is the sender's to choose.
_BY = re.compile(r"\A\s*(?:from\s+\S+\s+)?by\s+([A-Za-z0-9._:\[\]-]+)", re.IGNORECASE)
_RESULT = re.compile(
    r"\s*([A-Za-z0-9-]+)\s*(?:/\s*\d+\s*)?=\s*([A-Za-z0-9]+)(?![A-Za-z0-9-])(.*)\Z", re.S
)
_PROPERTY = re.compile(
    r"""(?<![\w.-])([A-Za-z]+)\s*\.\s*([\w-]+)\s*=\s*("(?:[^"\\]|\\.)*"|[^\s;"]+)""", re.S
)
_ESCAPED = re.compile(r"\\(.)", re.S)


class Dmarc(enum.StrEnum):
    """What was found out about the From (RFC 7489); NONE where nobody whom we believe spoke."""

    PASS = "pass"
    FAIL = "fail"
    NONE = ""


@dataclass(frozen=True, slots=True)
class Authentication:
    """What is known about a mail's From, and from which server."""

    dmarc: Dmarc
    server: str = ""


NOBODY_SPOKE = Authentication(Dmarc.NONE)


@dataclass(frozen=True, slots=True)
class Result:
    """One `method=result` with its properties, names in lower case: `header.from` and so on."""

    method: str
    result: str
    properties: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True, slots=True)
class Results:
    """One field: the server's name in lower case, "" where it gave none, and what it found."""

    server: str
    results: tuple[Result, ...]


def authenticate(raw: bytes, *, domain: str, believed: Iterable[str]) -> Authentication:
    """What the servers named in `believed` say of a From at `domain`, read from the raw mail.

    The raw bytes are read, not the mail as it was understood: reading that mends what is broken
    also mends a field that the border server did not recognise, and so did not remove.
    """
    names = tuple(dict.fromkeys(name.strip().lower() for name in believed if name.strip()))
    if not names:
        return NOBODY_SPOKE
    fields = head_of(raw)
    if sum(name == "from" for name, _ in fields) != 1:
        # Which of them was looked at, nobody can say.
        return NOBODY_SPOKE
    found = [
        Authentication(said, name)
        for name in names
        if (said := _said(fields, name, _in_ascii(domain))) is not Dmarc.NONE
    ]
    # Where two servers disagree, the one that warns is heard.
    found.sort(key=lambda each: each.dmarc is not Dmarc.FAIL)
    return found[0] if found else NOBODY_SPOKE


def head_of(raw: bytes) -> Sequence[tuple[str, str]]:
    """The header fields as they stand, unfolded, names in lower case; it ends where one is broken.

    Other than where mail is read for people nothing is mended or decoded here.
    """
    head = raw[:LONGEST_HEAD].replace(b"\r\n", b"\n")
    if head.startswith((b"From ", b">From ")):
        # An mbox or a pipe puts the envelope before the first field.
        head = head.partition(b"\n")[2]
    fields: list[tuple[str, list[bytes]]] = []
    for line in head.split(b"\n"):
        if not line.strip() or len(fields) > MOST_FIELDS:
            break
        if line[:1] in (b" ", b"\t"):
            if not fields:
                break
            fields[-1][1].append(line)
            continue
        match = _FIELD.match(line)
        if match is None:
            break
        fields.append((match[1].decode("ascii").lower(), [match[2]]))
    return [(name, b" ".join(lines).decode("utf-8", "replace")) for name, lines in fields]


def read_results(value: str) -> Results | None:
    """One Authentication-Results field (RFC 8601 section 2.2); None where it cannot be read."""
    text = _without_comments(value) if len(value) <= LONGEST_FIELD else None
    if text is None:
        return None
    first, *others = _split(text)
    words = first.split(maxsplit=1)
    if not words:
        return None
    if "=" in first:
        server, others = "", [first, *others]
    else:
        # A version other than 1 has rules that nobody knows yet (section 2.2).
        if len(words) > 1 and words[1].strip() != "1":
            return None
        server = _plain(words[0]).lower()
    return Results(server, tuple(filter(None, map(_result, others))))


def _said(fields: Sequence[tuple[str, str]], name: str, domain: str) -> Dmarc:
    above, below = _within_reach(fields, name)
    spoken = [each for each in above if each is None or _is_by(each, name)]
    if not spoken:
        # Below its own Received line the server's first field is its own, if it wrote one; what
        # follows may be the sender's.
        spoken = [each for each in below if each is None or each.server == name][:1]
    # Servers repeat what a sender says (MAIL FROM, HELO), and not all of them quote it. So all
    # results count together, and one field that cannot be read spoils them.
    heard = [each for each in spoken if each is not None]
    if len(heard) < len(spoken):
        return Dmarc.NONE
    results = [result for each in heard for result in each.results if result.method == "dmarc"]
    return _judged(results, domain) if results else Dmarc.NONE


def _within_reach(
    fields: Sequence[tuple[str, str]], name: str
) -> tuple[list[Results | None], list[Results | None]]:
    """The Authentication-Results that server `name` can have written: (above, below) its Received.

    Everything from the sender stands below the line by which the border server took the mail, and
    that line names it (RFC 5321 section 4.4). A server that is not named in any of them can have
    written only above all of them.
    """
    received = [place for place, (field, _) in enumerate(fields) if field == "received"]
    for place in received:
        host = _taken_by(fields[place][1])
        if host is None:
            # A sender with an odd name may have spoilt the server's own line: nothing below it
            # can be told from his.
            return _results(fields[:place]), []
        if host == name or host.endswith(f".{name}"):
            after = next((other for other in received if other > place), len(fields))
            return _results(fields[:place]), _results(fields[place:after])
    return _results(fields[: received[0] if received else len(fields)]), []


def _results(fields: Sequence[tuple[str, str]]) -> list[Results | None]:
    return [read_results(value) for name, value in fields if name == "authentication-results"]


def _taken_by(received: str) -> str | None:
    """The server that wrote a Received line, in lower case; None where it cannot be read."""
    text = _without_comments(received[:LONGEST_FIELD])
    found = _BY.match(text) if text is not None else None
    return found[1].lower().rstrip(".") if found is not None else None


def _is_by(results: Results, name: str) -> bool:
    return results.server == name or (not results.server and name == EXCHANGE_ONLINE)


def _judged(results: Sequence[Result], domain: str) -> Dmarc:
    """PASS only when every result is a pass, and for the very domain that stands in the From."""
    if any(each.result == Dmarc.FAIL for each in results):
        return Dmarc.FAIL
    for each in results:
        about = dict(each.properties).get("header.from", "")
        if each.result != Dmarc.PASS or _in_ascii(about.rpartition("@")[2]) != domain:
            return Dmarc.NONE
    return Dmarc.PASS if domain else Dmarc.NONE


def _result(text: str) -> Result | None:
    match = _RESULT.match(text)
    if match is None:
        return None
    properties = tuple(
        (f"{kind}.{name}".lower(), _plain(value))
        for kind, name, value in _PROPERTY.findall(match[3])
    )
    return Result(match[1].lower(), match[2].lower(), properties)


def _without_comments(text: str) -> str | None:
    """The text with a space for each comment, which may be nested; None where one never ends."""
    kept: list[str] = []
    depth, quoted, escaped = 0, False, False
    for sign in text:
        if escaped:
            escaped = False
        elif sign == "\\" and (depth or quoted):
            escaped = True
        elif sign == '"' and not depth:
            quoted = not quoted
        elif sign == "(" and not quoted:
            depth += 1
            continue
        elif sign == ")" and depth:
            depth -= 1
            kept.append(" ")
            continue
        if not depth:
            kept.append(sign)
    return None if depth or quoted else "".join(kept)


def _split(text: str) -> list[str]:
    """The parts between semicolons that stand in no quoted string."""
    return re.findall(r'(?:\A|;)((?:[^;"]|"(?:[^"\\]|\\.)*")*)', text, re.S) or [""]


def _plain(value: str) -> str:
    if len(value) > 1 and value[0] == value[-1] == '"':
        return _ESCAPED.sub(r"\1", value[1:-1])
    return value


def _in_ascii(domain: str) -> str:
    """A domain as it is compared: in lower case, foreign letters as the DNS writes them."""
    domain = domain.strip().rstrip(".").lower()
    try:
        return domain.encode("idna").decode("ascii")
    except UnicodeError:
        return domain
