"""How values are shown: times, sizes and names, as the reader is used to."""

from __future__ import annotations

import re
from collections.abc import Sequence
from datetime import date, datetime, timedelta, tzinfo
from functools import lru_cache
from typing import Protocol
from zoneinfo import ZoneInfo

from babel import Locale
from babel.dates import format_datetime
from flask import Flask
from flask_babel import (
    format_date,
    get_locale,
    get_timezone,
    gettext,
    ngettext,
    to_user_timezone,
)
from markupsafe import Markup, escape

from helpdesk.core import clock


class Named(Protocol):
    """What has a name in each language."""

    name_en: str
    name_sv: str


def register(app: Flask) -> None:
    """Give the filters to the templates."""
    app.jinja_env.filters.update(
        ago=ago,
        exact=exact,
        day=day,
        calendar_day=calendar_day,
        local_name=local_name,
        file_size=file_size,
        words=words,
    )
    app.jinja_env.filters["with_mentions"] = with_mentions


def readers_zone() -> ZoneInfo:
    """The reader's time zone, for what is reckoned with it.

    Flask-Babel gives one of pytz, which is some minutes off when it is put into a datetime.
    """
    return ZoneInfo(str(get_timezone()))


def ago(instant: datetime) -> str:
    """How long ago: "just now", "5 min ago", "3 h ago", then the day."""
    passed = clock.now() - instant
    if passed < timedelta(minutes=1):
        return gettext("just now")
    if passed < timedelta(hours=1):
        return gettext("%(minutes)s min ago", minutes=passed.seconds // 60)
    if passed < timedelta(days=1):
        return gettext("%(hours)s h ago", hours=passed.seconds // 3600)
    return day(instant)


def exact(instant: datetime) -> str:
    """The local time in full, "Tue 24 Nov 08:41"; with the year when it is another one."""
    return _in_words(instant, "ccc d MMM HH:mm", "ccc d MMM y HH:mm")


def day(instant: datetime) -> str:
    """The local day, "24 Nov"; with the year when it is another one."""
    return _in_words(instant, "d MMM", "d MMM y")


def _in_words(instant: datetime, this_year: str, another_year: str) -> str:
    # The same few instants stand on a page a hundred times; within an hour the year is the same.
    return _formatted(
        instant.replace(second=0, microsecond=0),
        clock.now().replace(minute=0, second=0, microsecond=0),
        (this_year, another_year),
        get_timezone(),
        get_locale() or Locale("en"),
    )


@lru_cache(maxsize=5_000)
def _formatted(
    instant: datetime, hour: datetime, patterns: tuple[str, str], zone: tzinfo, locale: Locale
) -> str:
    another = instant.astimezone(zone).year != hour.astimezone(zone).year
    return format_datetime(instant, patterns[another], tzinfo=zone, locale=locale)


def calendar_day(date: date) -> str:
    """A day of the calendar wherever one is, "Mon 7 Dec"; with the year when it is another one."""
    today = to_user_timezone(clock.now())
    return format_date(date, "ccc d MMM" if date.year == today.year else "ccc d MMM y")


def reads_swedish() -> bool:
    """Whether the page is shown in Swedish."""
    locale = get_locale()
    return locale is not None and locale.language == "sv"


def local_name(thing: Named | None) -> str:
    """The name in the reader's language; "" for nothing."""
    if thing is None:
        return ""
    return thing.name_sv if reads_swedish() else thing.name_en


def file_size(size: int) -> str:
    """A size in the largest unit that keeps it above one, with one decimal below ten."""
    if size < 1000:
        return ngettext("%(num)s byte", "%(num)s bytes", size)
    number, unit = float(size), "B"
    for unit in ("kB", "MB", "GB"):  # noqa: B007
        number /= 1000
        if number < 1000:
            break
    shown = f"{number:.1f}" if number < 10 else f"{number:.0f}"
    if reads_swedish():
        shown = shown.replace(".", ",")
    return f"{shown} {unit}"


def with_mentions(text: str, mentions: Sequence[str]) -> Markup:
    """The text with each of these words marked as naming somebody."""
    longest_first = sorted({each for each in mentions if each}, key=len, reverse=True)
    if not longest_first:
        return escape(text)
    parts = re.split(f"({'|'.join(map(re.escape, longest_first))})", text)
    marked = (
        Markup('<mark class="mention">{}</mark>').format(part) if place % 2 else escape(part)
        for place, part in enumerate(parts)
    )
    return Markup("").join(marked)


def words(step: dict[str, object]) -> str:
    """A step of a mail's trace (marked words and their facts) in the reader's language."""
    facts = step.get("with")
    try:
        said = gettext(str(step["words"]))
        if not isinstance(facts, dict) or not facts:
            return said
        # Why a guard bites is marked too; "" would be translated to the head of the catalogue.
        reason = facts.get("reason")
        return said % (facts | {"reason": gettext(str(reason)) if reason else ""})
    except (KeyError, TypeError, ValueError):
        return str(step.get("words", ""))
