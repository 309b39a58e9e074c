"""Guesses whether words are Swedish or English, from the small words that each is full of."""

from __future__ import annotations

import re

# Words that only one of the two languages has, or has far more often.
_SWEDISH_WORDS = (
    "och att det som en på är av för med den till inte om ett jag men har de vi så kan från när "
    "nu nya hej mig min mitt vår vårt hur vad där ska skulle eller också bara kommer får ni er "
    "hos vid över efter någon något inget ingen måste vill behöver går gör fungerar funkar tack "
    "hälsningar mvh sedan eftersom utan detta denna dessa finns varit blir vara ej dator "
    "skrivare lösenord"
)
_ENGLISH_WORDS = (
    "the of and to a is that it was for on are with as his they be at have this from or had by "
    "but not what all were when we there can an your which their if will about my i you hello "
    "please thanks regards how need does doesn't don't can't has been cannot could would should "
    "hi me our any help get working work since after"
)
_SWEDISH = frozenset(_SWEDISH_WORDS.split())
_ENGLISH = frozenset(_ENGLISH_WORDS.split())

_LETTERS = re.compile(r"[åäö]", re.IGNORECASE)
_WORD = re.compile(r"[^\W\d_]+(?:['’][^\W\d_]+)?", re.UNICODE)

# The beginning of a mail is enough, and a log pasted below it says nothing about its writer.
_LOOKED_AT = 1000
# One small word may be chance, a name or a quotation.
_LEAST_LEAD = 2


def language_of(text: str) -> str | None:
    """`sv`, `en`, or None where the words do not tell."""
    words = [word.lower().replace("’", "'") for word in _WORD.findall(text[:_LOOKED_AT])]
    swedish = sum(word in _SWEDISH for word in words)
    swedish += len(_LETTERS.findall(text[:_LOOKED_AT])) // 2
    english = sum(word in _ENGLISH for word in words)
    if abs(swedish - english) < _LEAST_LEAD:
        return None
    return "sv" if swedish > english else "en"
