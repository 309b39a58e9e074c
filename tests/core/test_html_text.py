from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from helpdesk.core.html import text_of


@pytest.mark.parametrize(
    ("html", "text"),
    [
        ("<p>One</p><p>Two</p>", "One\n\nTwo"),
        ("<p class=MsoNormal>One</p><p class=MsoNormal>Two</p>", "One\nTwo"),
        ("<p style='margin:0'>One</p><p style='margin:0'>Two</p>", "One\nTwo"),
        ("<div>One</div><div>Two</div>", "One\nTwo"),
        ("<div>One<br></div><div><br></div><div>Two</div>", "One\n\nTwo"),
        ("One<br>Two<br><br>Three", "One\nTwo\n\nThree"),
        ("  many \n\t spaces&nbsp;&nbsp;here  ", "many spaces here"),
        ("<b>bo</b>ld", "bold"),
        ("<ul><li>a</li><li>b<ul><li>c</li></ul></li></ul>end", "- a\n- b\n  - c\nend"),
        ("<ol start=4><li>a<li>b</ol>", "4. a\n5. b"),
        ("<table><tr><th>A<th>B<tr><td>1<td>2</table>", "A | B\n1 | 2"),
        ("<table><tr><td><p>Para</p><p>Two</p><td>side</table>", "Para\n\nTwo\nside"),
        ("<table><tr><td><table><tr><td>in<td>ner</table></table>", "in | ner"),
        ("<blockquote>said<br>so</blockquote>me", "> said\n> so\nme"),
        ("<blockquote>a<blockquote>b</blockquote></blockquote>", "> a\n>> b"),
        ("<a href='https://x.example/y'>here</a>", "here <https://x.example/y>"),
        ("<a href='https://www.x.example/'>x.example</a>", "x.example"),
        ("<a href='mailto:a@b.se'>a@b.se</a>", "a@b.se"),
        ("<a href='https://x.example'><img src=cid:a></a>", ""),
        ("<img src=cid:a alt='the logo'> x", "[the logo] x"),
        ("<pre>a  b\n   c</pre>", "a  b\n   c"),
        ("<h1>Title</h1>words", "Title\n\nwords"),
        ("a<hr>b", "a\n________________________________\nb"),
        ("<head><title>T</title></head><style>p{}</style><script>x</script>words", "words"),
        ("&lt;p&gt; &amp;amp; &euro; &#228;", "<p> &amp; € ä"),
        ("a\u200bb\u00adc\ufeff", "abc"),
        ("<div style='display:none'>teaser</div>words", "words"),
        ("1 < 2 and <asa@example.org> wrote", "1 < 2 and <asa@example.org> wrote"),
        ("", ""),
    ],
)
def test_html_is_read_as_a_person_would_have_typed_it(html: str, text: str) -> None:
    assert text_of(html) == text


@given(st.text(max_size=300))
@settings(max_examples=300, deadline=None)
def test_any_text_can_be_read(html: str) -> None:
    text = text_of(html)

    text.encode("utf-8")
    assert "\n\n\n" not in text
