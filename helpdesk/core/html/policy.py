"""What may stay of a mail's HTML: a short list of elements, attributes, links and pictures."""

from __future__ import annotations

import re

import nh3

from helpdesk.core.html import styles

REMOTE = "data-remote-src"
"""Where the address of a picture on somebody's server waits until the reader asks for it."""

_TAGS = {
    "a", "abbr", "acronym", "address", "article", "aside", "b", "bdi", "bdo", "big", "blockquote",
    "br", "caption", "center", "cite", "code", "col", "colgroup", "dd", "del", "dfn", "div", "dl",
    "dt", "em", "figcaption", "figure", "font", "footer", "h1", "h2", "h3", "h4", "h5", "h6",
    "header", "hr", "i", "img", "ins", "kbd", "li", "main", "mark", "ol", "p", "pre", "q", "s",
    "samp", "section", "small", "span", "strike", "strong", "sub", "sup", "table", "tbody", "td",
    "tfoot", "th", "thead", "tr", "tt", "u", "ul", "var", "wbr",
}  # fmt: skip
# Gone with all that is in them; every other unknown element only loses its tags. `xml` is what
# Word hides its settings in.
_GONE = {
    "applet", "audio", "canvas", "datalist", "embed", "frameset", "iframe", "map", "math",
    "noembed", "noframes", "noscript", "script", "select", "style", "svg", "template", "title",
    "video", "xml",
}  # fmt: skip
_CELL = {"align", "valign", "bgcolor", "width", "height", "colspan", "rowspan", "nowrap"}
_ATTRIBUTES = {
    "*": {"style", "class", "id", "dir", "lang", "title", "align", "hidden"},
    "a": {"href", "target", "rel"},
    "blockquote": {"type"},
    "col": {"span", "width"},
    "colgroup": {"span", "width"},
    "font": {"color", "face", "size"},
    "hr": {"size", "width", "color"},
    "img": {"src", REMOTE, "alt", "width", "height", "border"},
    "li": {"value"},
    "ol": {"start", "type"},
    "ul": {"type"},
    "table": {"bgcolor", "border", "cellpadding", "cellspacing", "width", "height"},
    "td": _CELL,
    "th": _CELL,
    "tr": {"bgcolor", "valign", "height"},
}
_FIXED = {"target": "_blank", "rel": "noopener noreferrer nofollow"}
# The marks by which mail programs set off what is quoted, signed or forwarded, and paragraphs of
# Word that have no space between them.
_TOLD = re.compile(
    r"[\w-]{0,60}(?:quote|cite|signatur|forward|reply|rplyfwd|appendonsend|elided)[\w-]{0,60}"
    r"|Mso(?:Normal|PlainText|NoSpacing|ListParagraph\w{0,20})|OutlookMessageHeader"
    r"|gmail_(?:attr|extra)|zmail_extra|OLK_SRC_BODY_SECTION",
    re.IGNORECASE,
)
_LINK = re.compile(r"(?:https?://|mailto:|tel:)[^\x00-\x20]", re.IGNORECASE)
_WEB = re.compile(r"https?://[^\x00-\x20]", re.IGNORECASE)
_DATA = re.compile(r"data:image/(?:png|jpe?g|gif|webp);base64,[A-Za-z0-9+/=\s]*", re.IGNORECASE)
_LONGEST_DATA = 512 * 1024
_LONGEST_LINK = 8 * 1024
_TAG = re.compile(r'<(a|img)((?: [\w-]+="[^"]*")*)>')
_SHOWS = re.compile(r' (?:src|alt|data-remote-src)="[^"]')
# A browser swallows the first line end of a <pre>, once per reading: ours must not add up.
_PRE = re.compile(r"(<pre[^>]*>)\n+")
_UNSTORABLE = re.compile("[\0\ud800-\udfff]")


def _attribute(tag: str, name: str, value: str) -> str | None:
    if name == "style":
        return styles.filtered(value)
    if name == "href":
        return _link(value)
    if name == "src":
        return _picture(value)
    if name == REMOTE:
        return value if _WEB.match(value) else None
    if name in ("class", "id"):
        return " ".join(word for word in value.split() if _TOLD.fullmatch(word)) or None
    if name == "hidden":
        return ""
    return _FIXED.get(name, value) if tag == "a" else value


def _link(url: str) -> str | None:
    url = url.strip()
    if url.startswith("//"):
        url = f"https:{url}"
    elif url[:4].lower() == "www.":
        url = f"http://{url}"
    return url if _LINK.match(url) and len(url) <= _LONGEST_LINK else None


def _picture(url: str) -> str | None:
    url = url.strip()
    if url[:4].lower() == "cid:":
        return url if len(url) <= _LONGEST_LINK else None
    if url[:5].lower() == "data:":
        return url if len(url) <= _LONGEST_DATA and _DATA.fullmatch(url) else None
    if url.startswith("//"):
        url = f"https:{url}"
    if not _WEB.match(url) or len(url) > _LONGEST_LINK:
        return None
    scheme, _, rest = url.partition(":")
    return f"{scheme.lower()}:{rest}"


_CLEANER = nh3.Cleaner(
    tags=_TAGS,
    clean_content_tags=_GONE,
    attributes=_ATTRIBUTES,
    attribute_filter=_attribute,
    url_schemes={"http", "https", "mailto", "tel", "cid", "data"},
    url_relative="pass_through",
    link_rel=None,
    strip_comments=True,
)


def clean(html: str) -> str:
    """The HTML with what the policy allows, its remote pictures put to sleep."""
    clean = _TAG.sub(_finish, _CLEANER.clean(_UNSTORABLE.sub("", html)))
    return _PRE.sub(r"\1", clean) if "<pre" in clean else clean


def _finish(tag: re.Match[str]) -> str:
    # What nh3 writes is well formed: quotation marks in attributes are escaped, so that this
    # reads tags as a browser does, and no other element can look like one of these two.
    name, attributes = tag[1], tag[2]
    if name == "img":
        attributes = attributes.replace(' src="http', f' {REMOTE}="http')
        # A picture from nowhere without a word about it is only a broken frame.
        return f"<img{attributes}>" if _SHOWS.search(attributes) else ""
    if ' href="' not in attributes:
        return tag[0]
    for key, value in _FIXED.items():
        if f' {key}="' not in attributes:
            attributes += f' {key}="{value}"'
    return f"<a{attributes}>"
