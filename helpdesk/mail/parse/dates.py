"""Dates of mail (RFC 5322 section 3.3) in UTC, read from what programs write instead of them."""

from __future__ import annotations

import email.utils
import re
from datetime import UTC, datetime, timedelta, timezone

_USUAL = re.compile(
    r"(?:[A-Za-z]{3},\s*)?\d{1,2}\s+[A-Za-z]{3}\s+\d{4}\s+\d{1,2}:\d{2}(?::\d{2})?\s+[+-]\d{4}(?!\d)"
)
_ISO = re.compile(
    r"(\d{4})-(\d{1,2})-(\d{1,2})(?:(?:T|\s+)(\d{1,2}):(\d{2})(?::(\d{2}))?(?:[.,]\d+)?\s*"
    r"(Z|UTC|GMT|[+-]\d{2}:?\d{2})?)?",
    re.IGNORECASE,
)
_DAY_FIRST = re.compile(r"(\d{1,2})\.\s*(\d{1,2})\.\s*(\d{4})\b")
_SLASHES = re.compile(r"(\d{1,2})/(\d{1,2})/(\d{4})\b")
_ZONE = re.compile(r"(?:\b(?:UTC|GMT)\s*)?([+-])(\d{1,2}):?(\d{2})?\b(?!:)")
_NUMERIC_ZONE = re.compile(r"([+-])(\d{2}):?(\d{2})\b")
_NAMED_ZONE = re.compile(r"(?<=[\d\s])([A-Z]{3,5})(?=\s+\d{4}\b|[\s\"]*\Z)")
_HALF_DAY = re.compile(r"\b(\d{1,2})(:\d{2}(?::\d{2})?)\s*([AaPp])\.?[Mm]\b\.?")
_REMARK = re.compile(r"\([^()]*\)")
_OPEN_REMARK = re.compile(r"\([^()]*\Z")
_DOTTED_TIME = re.compile(r"\b(\d{1,2})\.(\d{2})(?:\.(\d{2}))?(?= )")
# A year that a program counted from 1900.
_COUNTED_YEAR = re.compile(r"(?<=\s)1(\d{2})(?=\s)")
_MONTH_NAMES = (
    "Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec",
)  # fmt: skip
# Months in the languages that mail programs have wrongly put into headers.
_MONTHS = {
    "januari": "Jan", "janvier": "Jan", "januar": "Jan", "janv": "Jan", "ene": "Jan", "gen": "Jan",
    "february": "Feb", "februari": "Feb", "fév": "Feb", "févr": "Feb", "feb": "Feb", "mrt": "Mar",
    "mär": "Mar", "mars": "Mar", "maart": "Mar", "märz": "Mar", "march": "Mar", "avr": "Apr",
    "abr": "Apr", "april": "Apr", "maj": "May", "mai": "May", "mei": "May", "mag": "May",
    "juin": "Jun", "juni": "Jun", "june": "Jun", "giu": "Jun", "juil": "Jul", "juli": "Jul",
    "july": "Jul", "lug": "Jul", "août": "Aug", "ago": "Aug", "augusti": "Aug", "august": "Aug",
    "sept": "Sep", "set": "Sep", "september": "Sep", "okt": "Oct", "ott": "Oct", "out": "Oct",
    "oktober": "Oct", "october": "Oct", "november": "Nov", "dez": "Dec", "des": "Dec", "déc": "Dec",
    "dic": "Dec", "january": "Jan", "december": "Dec",
}  # fmt: skip
# Zones by name, in quarters of an hour; RFC 5322 knows only those of North America, and the
# library reads them.
_ZONES = {
    "WET": 0, "WEST": 4, "BST": 4, "CET": 4, "MET": 4, "MEZ": 4, "CEST": 8, "MEST": 8, "MESZ": 8,
    "EET": 8, "SAST": 8, "EEST": 12, "MSK": 12, "PKT": 20, "IST": 22, "SGT": 32, "HKT": 32,
    "AWST": 32, "JST": 36, "KST": 36, "ACST": 38, "AEST": 40, "ACDT": 42, "AEDT": 44, "NZST": 48,
    "NZDT": 52, "ART": -12, "BRT": -12, "AKDT": -32, "AKST": -36, "HST": -40,
}  # fmt: skip
_LETTERS = re.compile(r"[^\W\d_]+")
# A clock that is wrong by centuries says nothing about when a mail was written.
_DAY = 24 * 60 * 60
_EARLIEST, _LATEST = 1960, 2200


def read(value: str) -> datetime | None:
    """The moment in UTC; None when nobody can say which. A missing zone counts as UTC."""
    value = value.strip()[:200]
    if not value:
        return None
    if _USUAL.match(value):
        return _checked(_rfc(value))
    return _checked(_iso(value) or _rfc(_plainer(value)) or _rfc(value))


def _iso(value: str) -> datetime | None:
    match = _ISO.match(value)
    if match is None:
        return None
    year, month, day, hour, minute, second = (int(part or 0) for part in match.groups()[:6])
    return _moment(year, month, day, hour, minute, second, offset=_offset(match[7] or ""))


def _rfc(value: str) -> datetime | None:
    try:
        parts = email.utils.parsedate_tz(value)
    except (ValueError, IndexError, TypeError, OverflowError):
        return None
    if parts is None:
        return None
    year, month, day, hour, minute, second = parts[:6]
    # A zone of a day or more, which Python could not count with either, is no zone.
    seconds = parts[9] or 0
    offset = timedelta(seconds=seconds if abs(seconds) < _DAY else 0)
    return _moment(year, month, day, hour, minute, second, offset=offset)


def _moment(
    year: int, month: int, day: int, hour: int, minute: int, second: int, *, offset: timedelta
) -> datetime | None:
    # Leap seconds exist in mail and not in Python.
    second = min(second, 59)
    if hour > 24:
        return None
    try:
        local = datetime(year, month, day, hour % 24, minute, second, tzinfo=timezone(offset))
        # Midnight is also written as 24:00 of the day before.
        return local.astimezone(UTC) + timedelta(days=hour // 24)
    except (ValueError, OverflowError):
        return None


def _offset(zone: str) -> timedelta:
    match = _NUMERIC_ZONE.match(zone)
    if match is None:
        return timedelta(0)
    offset = timedelta(hours=int(match[2]), minutes=int(match[3]))
    if offset >= timedelta(hours=24):
        return timedelta(0)
    return -offset if match[1] == "-" else offset


def _plainer(value: str) -> str:
    """The date as RFC 5322 would have it: English months, day first, a zone of four digits."""
    for _ in range(3):
        value = _REMARK.sub(" ", value)
    value = _OPEN_REMARK.sub(" ", value).replace(",", " ")
    value = _DAY_FIRST.sub(lambda date: _in_order(date[1], date[2], date[3]), value)
    value = _SLASHES.sub(lambda date: _with_slashes(date, value), value)
    value = _LETTERS.sub(lambda word: _MONTHS.get(word[0].lower(), word[0]), value)
    value = value.replace("Sept ", "Sep ").replace(". ", " ")
    value = _DOTTED_TIME.sub(lambda time: ":".join(filter(None, time.groups())), value)
    value = _HALF_DAY.sub(_in_24_hours, value)
    value = _COUNTED_YEAR.sub(lambda year: str(2000 + int(year[1])), value, count=1)
    words = _with_zone(value).split()
    # A weekday in any language says nothing that the date does not.
    is_word = len(words) > 3 and words[0].rstrip(".")[:3] not in _MONTH_NAMES
    if is_word and not words[0][0].isdigit():
        words = words[1:]
    return " ".join(words)


def _in_order(day: str, month: str, year: str) -> str:
    return f"{day} {_MONTH_NAMES[int(month) - 1]} {year}" if 0 < int(month) <= 12 else ""


def _with_slashes(date: re.Match[str], value: str) -> str:
    first, second, year = date.groups()
    # Where the halves of the day are told, the month comes first; otherwise only a number above
    # twelve says which is which.
    if _HALF_DAY.search(value) or int(second) > 12:
        return _in_order(second, first, year)
    return _in_order(first, second, year) if int(first) > 12 else date[0]


def _in_24_hours(time: re.Match[str]) -> str:
    hour = int(time[1])
    if hour > 12:
        return time[1] + time[2]
    return f"{hour % 12 + (12 if time[3] in 'Pp' else 0):02}{time[2]}"


def _with_zone(value: str) -> str:
    clock = value.find(":")
    if clock == -1:
        return value
    if (zone := _ZONE.search(value, clock)) and value[zone.start() - 1 : zone.start()].isspace():
        hours, minutes = int(zone[2]), int(zone[3] or 0)
        if hours < 24 and minutes < 60:
            value = f"{value[: zone.start()]} {value[zone.end() :]}"
            return f"{value} {zone[1]}{hours:02}{minutes:02}"
    if (named := _NAMED_ZONE.search(value, clock)) and named[1] in _ZONES:
        minutes = _ZONES[named[1]] * 15
        value = f"{value[: named.start()]} {value[named.end() :]}"
        sign = "-" if minutes < 0 else "+"
        return f"{value} {sign}{abs(minutes) // 60:02}{abs(minutes) % 60:02}"
    return value


def _checked(moment: datetime | None) -> datetime | None:
    if moment is None or not _EARLIEST <= moment.year <= _LATEST:
        return None
    return moment
