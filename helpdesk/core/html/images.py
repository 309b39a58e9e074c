"""Pictures of a mail given their addresses at the moment somebody looks at it."""

from __future__ import annotations

import html as entities
import re
import urllib.parse
from collections.abc import Callable

from helpdesk.core.html import policy

_PICTURE = re.compile(r'<img((?: [\w-]+="[^"]*")*)>')
_SOURCE = re.compile(rf' (src|{policy.REMOTE})="([^"]*)"')


def with_images(html: str, *, cid: Callable[[str], str | None], remote: bool) -> str:
    """Sanitised HTML with its pictures to be seen.

    `cid` maps a Content-ID to an address of ours (None: not there, the picture stays empty);
    pictures on other servers are loaded only when `remote` says so.
    """

    def source(match: re.Match[str]) -> str:
        name, url = match[1], entities.unescape(match[2])
        if name == policy.REMOTE:
            return f' src="{match[2]}"' if remote else match[0]
        if url[:4].lower() != "cid:":
            return match[0]
        found = cid(urllib.parse.unquote(url[4:]).strip("<> "))
        return f' src="{entities.escape(found)}"' if found else ""

    return _PICTURE.sub(lambda tag: f"<img{_SOURCE.sub(source, tag[1])}>", html)


def cids(html: str) -> set[str]:
    """The Content-IDs that sanitised HTML shows as pictures."""
    if "cid:" not in html and "CID:" not in html:
        return set()
    found: set[str] = set()
    with_images(html, cid=found.add, remote=False)
    return found


def has_remote_images(html: str) -> bool:
    """True when there are pictures that wait on other people's servers."""
    return f" {policy.REMOTE}=" in html
