"""Judgements about canned replies: which variables there are, and what fills them."""

from __future__ import annotations

import re
from collections.abc import Mapping

# What can be filled in, in the order in which it is explained.
VARIABLES = ("requester", "number", "subject", "agent")

_PLACE = re.compile(r"{{\s*(.*?)\s*}}", re.DOTALL)


def unknown_variables(words: str) -> list[str]:
    """Names between double braces that nothing fills; a brace pair that stands alone is one."""
    unknown = [name for name in _PLACE.findall(words) if name not in VARIABLES]
    rest = _PLACE.sub("", words)
    return list(dict.fromkeys([*unknown, *(pair for pair in ("{{", "}}") if pair in rest)]))


def filled(words: str, values: Mapping[str, str]) -> str:
    """The words with every known variable filled in; what is filled in is not looked at again."""
    return _PLACE.sub(lambda place: values.get(place[1], place[0]), words)


def in_language(language: str, *, english: str, swedish: str) -> str:
    """The words in the reader's language, or in the other where only that was written."""
    first, second = (swedish, english) if language == "sv" else (english, swedish)
    return first if first.strip() else second


def is_signed(words: str, signature: str) -> bool:
    """Whether the words end with the signature already, however its lines are broken."""
    said, name = " ".join(words.split()), " ".join(signature.split())
    return bool(name) and said.endswith(name)
