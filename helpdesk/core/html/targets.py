"""Links whose words name one place and whose address is another: the real one is shown."""

from __future__ import annotations

import html as entities
import re
import urllib.parse

# A link ends before the next one begins, so that thousands that nobody closed are read once each.
_LINK = re.compile(r'(<a(?: [\w-]+="[^"]*")*+>)((?:[^<]|<(?!/?a[ >]))*+)</a>')
_HREF = re.compile(r' href="([^"]*)"')
_TAG = re.compile(r"<[^>]*>")
_HOST = r"(?:[^\W_](?:[\w-]{0,61}[^\W_])?\.)+[^\W\d_]{2,24}"
# Words that look as if they were an address on the web, or one of mail.
_NAMES_A_PLACE = re.compile(
    rf"\W{{0,9}}(?:https?://)?(?:[^/?#@\s]{{1,200}}@)?({_HOST})(?::\d{{1,5}})?(?:[/?#]\S{{0,2000}})?\W{{0,9}}",
    re.IGNORECASE,
)
# Names of files look like names of hosts; most of them are in a tongue of their own.
_FILES = re.compile(
    r"\.(?:pdf|docx?|xlsx?|pptx?|txt|zip|png|jpe?g|gif|html?|csv|exe|msg|eml|ics|js|py|sh|log)\Z",
    re.IGNORECASE,
)
_LONGEST = 2_500
SHOWN = re.compile(r" <bdi>\[[^<\]]*\]</bdi>(?=</a>)")
"""The mark that `with_targets` sets, for those who show the whole address anyway."""


def with_targets(clean: str) -> str:
    """Sanitised HTML in which links that name another host are followed by their own, in brackets.

    Doing it again changes nothing.
    """
    if "<a" not in clean:
        return clean
    return _LINK.sub(_told, clean)


def _told(link: re.Match[str]) -> str:
    opening, inside = link.groups()
    href = _HREF.search(opening)
    if href is None or len(inside) > _LONGEST:
        return link[0]
    shown = SHOWN.sub("", f"{inside}</a>").removesuffix("</a>")
    words = entities.unescape(_TAG.sub("", shown)).strip()
    named = _NAMES_A_PLACE.fullmatch(words)
    target = _host_of(entities.unescape(href[1]))
    if named is None or not target or _is_same(named[1], target) or _FILES.search(named[1]):
        return f"{opening}{shown}</a>"
    return f"{opening}{shown} <bdi>[{entities.escape(target)}]</bdi></a>"


def _host_of(url: str) -> str:
    try:
        parts = urllib.parse.urlsplit(url)
        if parts.scheme.lower() == "mailto":
            return urllib.parse.unquote(parts.path).rpartition("@")[2].strip().lower()
        return (parts.hostname or "").lower()
    except ValueError:
        return ""


def _is_same(named: str, target: str) -> bool:
    """True for the same host, and for one below the other."""
    first, second = (_plain(host) for host in (named, target))
    return first == second or second.endswith(f".{first}") or first.endswith(f".{second}")


def _plain(host: str) -> str:
    host = host.lower().rstrip(".").removeprefix("www.")
    try:
        return host.encode("idna").decode("ascii")
    except UnicodeError:
        return host
