from __future__ import annotations

import time

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from helpdesk.core.html import has_remote_images, sanitise, sanitise_within, with_images
from helpdesk.core.html.targets import with_targets
from tests.core.hostile_html import HOSTILE
from tests.core.hostile_html_more import FOOLING
from tests.core.inspector import inspected


@pytest.mark.parametrize("html", [*HOSTILE, *FOOLING])
def test_nothing_that_acts_loads_or_deceives_is_left(html: str) -> None:
    clean = inspected(sanitise(html))

    assert sanitise(clean) == clean
    inspected(with_images(clean, cid=lambda _: None, remote=False))


@pytest.mark.parametrize("html", HOSTILE)
def test_hostile_html_around_other_hostile_html_is_harmless_too(html: str) -> None:
    for other in HOSTILE:
        inspected(sanitise(f"<div>{other}<table><tr>{html}</div>{other}"))


FRAGMENTS = st.sampled_from(
    [
        *HOSTILE, *FOOLING,
        "<div>", "</div>", "<b>", "</b>", "<a href='https://x.example'>", "</a>", "<p>",
        "</p>", "<table>", "<tr>", "<td>", "</table>", "<ul>", "<li>", "</ul>", "<pre>", "\n\n",
        "<h1>", "<button>", "<svg>", "</svg>", "<math>", "<mi>", "<style>", "</style>", "<!--",
        "-->", "<font size=1>", "<span style='display:none'>", "</span>", "<p hidden>", "words",
        "<img src='https://x.example/p.png'>", "<blockquote type=cite>", "\ud800", "&#0;",
        "<select>",
    ]
)  # fmt: skip


@given(st.lists(st.one_of(FRAGMENTS, st.text(max_size=5)), max_size=40))
@settings(max_examples=500, deadline=None)
def test_sanitising_again_changes_nothing(pieces: list[str]) -> None:
    clean = inspected(sanitise("".join(pieces)))

    assert sanitise(clean) == clean
    clean.encode("utf-8")


def test_what_makes_a_mail_readable_stays() -> None:
    html = (
        '<h1 style="color:#333">Title</h1><table border="1" width="90%"><tbody><tr>'
        '<td align="right" bgcolor="#eeeeee">1</td></tr></tbody></table>'
        '<ol start="3"><li>three</li></ol><font color="red" face="Arial">red</font>'
        '<blockquote type="cite" class="gmail_quote">said</blockquote><pre>a  b</pre>'
    )

    assert sanitise(html) == html


LINK_END = 'target="_blank" rel="noopener noreferrer nofollow">'


@pytest.mark.parametrize(
    ("href", "words", "told"),
    [
        ("https://evil.example/x", "https://bank.example/login", "evil.example"),
        ("https://evil.example/x", "<b>www.bank.example</b>", "evil.example"),
        ("https://bank.example@evil.example/", "bank.example", "evil.example"),
        ("https://bank.example.evil.example/", "bank.example/pay?x=1", "bank.example.evil.example"),
        ("mailto:a@evil.example", "a@bank.example", "evil.example"),
        ("https://www.bank.example/x", "bank.example", None),
        ("https://bank.example/x", "https://bank.example/other", None),
        ("https://x.example/a.pdf", "report.pdf", None),
        ("https://evil.example/x", "Click here", None),
    ],
)
def test_a_link_whose_words_name_another_host_tells_its_own(
    href: str, words: str, told: str | None
) -> None:
    clean = sanitise(f'<a href="{href}">{words}</a>')

    shown = f" <bdi>[{told}]</bdi>" if told else ""
    assert clean == f'<a href="{href}" {LINK_END}{words}{shown}</a>'
    assert sanitise(clean) == clean


@pytest.mark.parametrize(
    "opening",
    ["<!-- remark>", "<title>", "<style>p{}", "<script src=x />", "<select><option>", "<template>",
     "<svg>", "<noscript>", "<textarea>", "<iframe src=x>", "<map name=x>", "<xml>"],
)  # fmt: skip
def test_what_nobody_closed_does_not_swallow_the_words_behind_it(opening: str) -> None:
    assert "the words" in sanitise(f"<p>before</p>{opening}<p>the words</p>")


def test_words_in_brackets_that_name_a_part_of_a_drawing_stay_words() -> None:
    assert sanitise("<p>Reply <or> call, in <text>two</text> <set a=1>words</p>") == (
        "<p>Reply  call, in two words</p>"
    )
    assert sanitise("<svg><text>a drawing</text></svg><p>words</p>") == "<p>words</p>"


def test_styles_keep_looks_and_lose_the_rest() -> None:
    html = (
        "<p style=\"COLOR: Red; position:fixed; font-family:'Segoe UI',Arial; "
        'background:rgb(1, 2, 3); margin:-4px; margin-left: 36.0pt; mso-list:l0">x</p>'
    )

    assert sanitise(html) == (
        "<p style=\"color:Red;font-family:'Segoe UI',Arial;background:rgb(1, 2, 3);"
        'margin-left:36.0pt">x</p>'
    )


def test_links_open_elsewhere_and_tell_nothing() -> None:
    safe = 'target="_blank" rel="noopener noreferrer nofollow"'

    assert sanitise('<a href="mailto:a@b.se">a</a>') == f'<a href="mailto:a@b.se" {safe}>a</a>'
    assert sanitise('<a href="www.b.se/x">b</a>') == f'<a href="http://www.b.se/x" {safe}>b</a>'
    assert sanitise('<a href="//b.se">c</a>') == f'<a href="https://b.se" {safe}>c</a>'
    assert sanitise('<a href="/path">d</a><a name="x">e</a>') == "<a>d</a><a>e</a>"


def test_pictures_of_the_mail_are_shown_and_remote_ones_only_when_asked_for() -> None:
    clean = sanitise(
        '<img src="cid:a%40b" alt="one"><img src="CID:gone">'
        '<img src="HTTPS://x.example/p.png?a=1&b=2">'
    )
    names = {"a@b": "/attachments/1?x=1&y=2"}

    assert has_remote_images(clean)
    assert with_images(clean, cid=names.get, remote=False) == (
        '<img src="/attachments/1?x=1&amp;y=2" alt="one"><img>'
        '<img data-remote-src="https://x.example/p.png?a=1&amp;b=2">'
    )
    assert with_images(clean, cid=names.get, remote=True).endswith(
        '<img src="https://x.example/p.png?a=1&amp;b=2">'
    )


def test_small_pictures_inside_the_html_stay_and_huge_ones_go() -> None:
    small = '<img src="data:image/png;base64,AAAA">'
    huge = f'<p>x<img src="data:image/png;base64,{"A" * 4_000_000}"></p>'

    assert sanitise(small) == small
    assert sanitise(huge) == "<p>x</p>"


def test_hidden_words_are_taken_out_unless_there_are_no_others() -> None:
    assert sanitise('<p style="display: none">teaser<p>x</p></p><p>shown</p>') == (
        "<p>x</p><p></p><p>shown</p>"
    )
    assert sanitise("<div hidden>a<div>b</div></div>c") == "c"
    # Words about hiding are words.
    about = '<p>a style="display:none"&gt; b hidden=""</p>'
    assert sanitise(about) == about
    assert sanitise('<div style="display:none"><p>all there is</p></div>') == (
        "<div><p>all there is</p></div>"
    )


def test_what_only_outlook_should_see_is_gone_and_what_others_should_see_stays() -> None:
    html = (
        "<!--[if mso]><p>Outlook</p><![endif]-->"
        "<![if !mso]><p>others</p><![endif]><o:p>&nbsp;</o:p>"
    )

    assert sanitise(html) == "<p>others</p>&nbsp;"


def test_words_and_attributes_with_odd_characters_survive() -> None:
    title = '<p title="&lt;b&gt; &quot;q&quot; &amp;">'

    read = sanitise(f"{title}1 &lt; 2 &amp;amp; 3 > 2</p>")
    assert read == f"{title}1 &lt; 2 &amp;amp; 3 &gt; 2</p>"


@pytest.mark.parametrize(
    "opening",
    [
        "<div>", "<blockquote>", "<ul><li>", "<table><tr><td>", "<b><p>", "<b><div></b>",
        "<a href=https://x.example><div>", "<p><b><i><u>", "<font size=1>", "<x>", "</p>", "<",
        "&#", "<p style='display:none'>",
    ],
)  # fmt: skip
def test_deep_nesting_costs_little_and_loses_no_words(opening: str) -> None:
    began = time.thread_time()

    clean = sanitise(f"<p>first</p>{opening * 50_000}<p>last</p>")

    assert time.thread_time() - began < 4
    assert "first" in clean
    inspected(clean)


def test_links_that_nobody_closed_are_read_once_each() -> None:
    left_open = '<a href="https://x.example">' * 100_000
    closed = '<a href="https://x.example">bank.example</a>'
    began = time.thread_time()

    clean = sanitise("<a href=https://x.example>" * 100_000 + "words")
    shown = with_targets(left_open + closed)

    assert time.thread_time() - began < 4
    assert clean.endswith("words</a>")
    assert shown == left_open + closed.replace("</a>", " <bdi>[x.example]</bdi></a>")


def test_three_hundred_nested_divs_are_not_blank() -> None:
    read = sanitise_within("<div>" * 318 + "words" + "</div>" * 318, 10_000)

    assert "words" in read.html
    assert read.warning == "The HTML is nested too deeply: some layout was dropped."


def test_a_page_over_the_budget_becomes_plain_text() -> None:
    html = "<style>p{}</style><p>one &amp; two</p><script>bad()</script><div>three</div>"
    html += " " * 500
    read = sanitise_within(html, 200)

    assert read.html == '<pre style="white-space:pre-wrap">one &amp; two\nthree</pre>'
    assert read.warning == "The HTML is too large: shown as plain text."
    inspected(read.html)
