from __future__ import annotations

import pytest

from helpdesk.domain.accounts.mentioning import MOST_MENTIONED, Mentionable, mentions_of


def somebody(number: int, *spellings: str) -> Mentionable:
    return Mentionable(spellings[0], "", frozenset(spellings), (number,))


KNOWN = [
    somebody(1, "agnes agent", "agnes", "agnes@example.org"),
    somebody(2, "agnes agentsson", "ag@example.org"),
    somebody(3, "åsa öberg", "åsa"),
    Mentionable("technical", "", frozenset({"technical", "teknisk drift"}), (3, 4)),
]


@pytest.mark.parametrize(
    ("text", "words", "people"),
    [
        ("Ask @Agnes Agent, please", ["@Agnes Agent"], [1]),
        ("@agnes: look", ["@agnes"], [1]),
        ("@Agnes Agentsson knows", ["@Agnes Agentsson"], [2]),
        ("(@ÅSA)", ["@ÅSA"], [3]),
        ("@agnes@example.org.", ["@agnes@example.org"], [1]),
        ("@technical or @Teknisk drift", ["@technical", "@Teknisk drift"], [3, 4]),
        ("@åsa and @technical", ["@åsa", "@technical"], [3, 4]),
        # An address is nobody's mention, and neither is the beginning of a longer word.
        ("write to info@agnes or x.@agnes", [], []),
        ("@agnesson, @agnes.berg and @agnes@elsewhere.example", [], []),
        ("@ agnes", [], []),
    ],
)
def test_a_mention_is_the_longest_known_name_behind_its_sign(
    text: str, words: list[str], people: list[int]
) -> None:
    found = mentions_of(text, KNOWN)
    assert (list(found.words), list(found.person_ids)) == (words, people)


def test_a_large_function_is_told_only_so_far() -> None:
    crowd = Mentionable("all", "", frozenset({"all"}), tuple(range(1, 500)))
    assert len(mentions_of("@all", [crowd]).person_ids) == MOST_MENTIONED
