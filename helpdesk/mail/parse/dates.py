"""Dates of mail (RFC 5322 section 3.3) in UTC, read from what programs write instead of them."""

from __future__ import annotations

import email.utils
import re
from datetime import UTC, datetime, timedelta, timezone

_ISO = re.compile(
    r"(\d{4})-(\d{1,2})-(\d{1,2})[T ]+(\d{1,2}):(\d{2})(?::(\d{2}))?(?:[.,]\d+)?\s*"
    r"(Z|UTC|GMT|[+-]\d{2}:?\d{2})?",
    re.IGNORECASE,
)
_NUMERIC_ZONE = re.compile(r"([+-])(\d{2}):?(\d{2})\b")
_REMARK = re.compile(r"\([^()]*\)?")
_DOTTED_TIME = re.compile(r"\b(\d{1,2})\.(\d{2})(?:\.(\d{2}))?(?= )")
# Months in the languages that mail programs have wrongly put into headers.
_MONTHS = {
    "januari": "Jan", "janvier": "Jan", "januar": "Jan", "janv": "Jan", "ene": "Jan", "gen": "Jan",
    "februari": "Feb", "fév": "Feb", "févr": "Feb", "feb": "Feb", "mrt": "Mar", "mär": "Mar",
    "mars": "Mar", "maart": "Mar", "märz": "Mar", "avr": "Apr", "abr": "Apr", "maj": "May",
    "mai": "May", "mei": "May", "mag": "May", "juin": "Jun", "juni": "Jun", "giu": "Jun",
    "juil": "Jul", "juli": "Jul", "lug": "Jul", "août": "Aug", "ago": "Aug", "augusti": "Aug",
    "sept": "Sep", "set": "Sep", "okt": "Oct", "ott": "Oct", "out": "Oct", "dez": "Dec",
    "des": "Dec", "déc": "Dec", "dic": "Dec",
}  # fmt: skip
_LETTERS = re.compile(r"[^\W\d_]+")
# A clock that is wrong by centuries says nothing about when a mail was written.
_DAY = 24 * 60 * 60
_EARLIEST, _LATEST = 1970, 2200


def read(value: str) -> datetime | None:
    """The moment in UTC; None when nobody can say which. A missing zone counts as UTC."""
    value = value.strip()[:200]
    if not value:
        return None
    return _checked(_iso(value) or _rfc(value) or _rfc(_plainer(value)))


def _iso(value: str) -> datetime | None:
    match = _ISO.match(value)
    if match is None:
        return None
    numbers = [int(part or 0) for part in match.groups()[:6]]
    return _moment(*numbers, offset=_offset(match[7] or ""))


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
    """The date without remarks, with English months and with colons in its time."""
    value = _REMARK.sub(" ", value.replace(",", " "))
    value = _LETTERS.sub(lambda word: _MONTHS.get(word[0].lower(), word[0]), value)
    value = value.replace("Sept ", "Sep ").replace(". ", " ")
    value = _DOTTED_TIME.sub(lambda time: ":".join(filter(None, time.groups())), value)
    words = value.split()
    # A weekday in any language says nothing that the date does not.
    if len(words) > 3 and not words[0][0].isdigit() and words[1][0].isdigit():
        words = words[1:]
    return " ".join(words)


def _checked(moment: datetime | None) -> datetime | None:
    if moment is None or not _EARLIEST <= moment.year <= _LATEST:
        return None
    return moment
