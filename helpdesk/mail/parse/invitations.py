"""Calendar invitations (RFC 5545) said in a few lines, for mails that hold nothing else."""

from __future__ import annotations

import re

_ESCAPED = re.compile(r"\\([\\;,nN])")
_DATE = re.compile(r"(\d{4})(\d{2})(\d{2})(?:T(\d{2})(\d{2})\d{2}(Z?))?")
_METHODS = {
    "REQUEST": "Invitation",
    "CANCEL": "Cancelled",
    "REPLY": "Answer to an invitation",
    "COUNTER": "Proposal of another time",
}
_ANSWERS = {"ACCEPTED": "accepted", "DECLINED": "declined", "TENTATIVE": "perhaps"}
_LONGEST = 256 * 1024


def in_words(calendar: str) -> str:
    """What the first event of a calendar is about, when, where and by whom; "" if there is none."""
    properties = _first_event(calendar[:_LONGEST])
    if not properties:
        return ""
    kind = _METHODS.get(properties.get("METHOD", "").upper(), "Event")
    lines = [f"{kind}: {properties.get('SUMMARY', '')}".rstrip(": ")]
    for label, value in (
        ("When", _when(properties)),
        ("Where", properties.get("LOCATION", "")),
        ("Organiser", properties.get("ORGANIZER", "")),
        ("Answer", properties.get("ANSWER", "")),
    ):
        if value.strip():
            lines.append(f"{label}: {value}")
    if description := properties.get("DESCRIPTION", "").strip():
        lines += ["", description]
    return "\n".join(lines)


def _first_event(calendar: str) -> dict[str, str]:
    properties: dict[str, str] = {}
    inside = ""
    for line in calendar.replace("\n ", "").replace("\n\t", "").split("\n"):
        head, _, value = line.partition(":") if '"' not in line else _quoted_partition(line)
        name, _, parameters = head.partition(";")
        name = name.strip().upper()
        if name == "BEGIN":
            inside = value.strip().upper()
        elif name == "END" and value.strip().upper() in ("VEVENT", "VTODO"):
            break
        elif inside in ("VEVENT", "VTODO") or name == "METHOD":
            _take(properties, name, parameters, value)
    return properties if len(properties) > ("METHOD" in properties) else {}


def _quoted_partition(line: str) -> tuple[str, str, str]:
    """The line cut at the first colon that stands outside quotation marks."""
    quoted = False
    for position, character in enumerate(line[:2000]):
        if character == '"':
            quoted = not quoted
        elif character == ":" and not quoted:
            return line[:position], ":", line[position + 1 :]
    return line, "", ""


def _take(properties: dict[str, str], name: str, parameters: str, value: str) -> None:
    options = {
        key.upper(): text.strip('"')
        for key, _, text in (option.partition("=") for option in parameters.split(";"))
    }
    value = _ESCAPED.sub(lambda sign: "\n" if sign[1] in "nN" else sign[1], value).strip()
    if name == "ORGANIZER":
        address = value.removeprefix("mailto:").removeprefix("MAILTO:")
        value = f"{options['CN']} <{address}>" if options.get("CN") else address
    elif name == "ATTENDEE":
        name, value = "ANSWER", _ANSWERS.get(options.get("PARTSTAT", "").upper(), "")
    elif name in ("DTSTART", "DTEND"):
        value = _moment(value, options.get("TZID", ""))
    properties.setdefault(name, value)


def _moment(value: str, zone: str) -> str:
    match = _DATE.match(value)
    if match is None:
        return value
    year, month, day, hour, minute, utc = match.groups()
    if hour is None:
        return f"{year}-{month}-{day}"
    zone = "UTC" if utc else zone
    return f"{year}-{month}-{day} {hour}:{minute}{f' ({zone})' if zone else ''}"


def _when(properties: dict[str, str]) -> str:
    return " – ".join(filter(None, (properties.get("DTSTART"), properties.get("DTEND"))))
