"""Tells a mere "thank you" from an answer, so that politeness reopens nothing."""

from __future__ import annotations

import re

# More words than this say something beside the thanks.
MOST_WORDS = 8

_THANKS = re.compile(
    r"\b(?:thanks|thank you|thankyou|thx|cheers|much appreciated"
    r"|tack(?:ar)?|tackar|tusen tack|stort tack|tackar så mycket"
    r"|danke|vielen dank|takk|tusen takk|tak|mange tak|kiitos|kiitti|bedankt|dank je|dank u"
    r"|merci|gracias|grazie|dzięki|dziękuję|obrigad[oa])\b",
    re.IGNORECASE,
)

# Words that may stand beside the thanks without saying anything of their own, by language.
_ENGLISH = (
    "a again all and appreciated best bye cheers day fast fine for good great have help hello "
    "hey hi it is it's its kind lot lots many much nice now ok okay perfect quick "
    "regards so solved super support that the thank thanks thankyou thx very well with work "
    "works working you your excellent awesome wonderful everyone sincerely assistance response"
)
_SWEDISH = (
    "allt alla arbete bra det dig er fint för fungerar funkar hej hjälp hjälpen hjälpte ha "
    "hälsar hälsning hälsningar i igen jättebra kanon kanonbra mvh mycket med nu och ordnade "
    "perfekt på service servicen snabb snabba snabbt snäll snälla stort strålande super "
    "suveränt så tack tackar toppen tusen underbart utmärkt vad vänliga vänlig då fungerade "
    "bästa den en att kära"
)
_OTHERS = (
    "aber alles bitte danke dank dir für grüße gut hilfe ihnen ihre jetzt mit mfg schnelle sehr "
    "toll und vielen viele herzlichen takk tak mange tusind for hjelpen hjælpen kiitos paljon "
    "avusta kiitti bedankt je u voor de hulp merci beaucoup pour votre aide muchas gracias por "
    "la ayuda grazie mille per l'aiuto dzięki dziękuję bardzo za pomoc obrigado obrigada"
)
_POLITE = frozenset(f"{_ENGLISH} {_SWEDISH} {_OTHERS}".split())

# "Thanks. No." is an answer.
_OBJECTIONS = frozenset(
    {"no", "nej", "not", "nope", "inte", "ej", "nein", "nicht", "but", "men", "aber", "still"}
)

# "Help! Thanks" asks, "thanks for the help" does not.
_HELP = frozenset({"help", "hjälp", "hilfe"})
_FOR = frozenset({"for", "för", "für", "your", "all"})

_GREETINGS = frozenset({"hi", "hello", "hey", "hej", "hallo", "dear", "kära", "bästa"})
_WORD = re.compile(r"[\w’']+", re.UNICODE)
_NAME = re.compile(r"[A-ZÅÄÖÆØÉÜ][\w’'-]*\Z")
# A name may stand after the greeting and at the end: "Hej Agnes! Tack! /Eva Ek".
_MOST_NAMES = 3


def merely_thanks(newest: str, *, has_files: bool) -> bool:
    """Whether the newest words of a mail say thank you and nothing that makes work."""
    if has_files or "?" in newest:
        return False
    words = [word.replace("’", "'") for word in _WORD.findall(newest)]
    if not words or len(words) > MOST_WORDS or _THANKS.search(newest) is None:
        return False
    lower = {word.lower() for word in words}
    if lower & _OBJECTIONS or (lower & _HELP and not lower & _FOR):
        return False
    return all(word.lower() in _POLITE for word in _without_names(words))


def _without_names(words: list[str]) -> list[str]:
    start = 0
    if words[0].lower() in _GREETINGS:
        start = 1
        while start <= _MOST_NAMES and start < len(words) and _is_name(words[start]):
            start += 1
    end = len(words)
    while end > start and len(words) - end < _MOST_NAMES and _is_name(words[end - 1]):
        end -= 1
    return words[start:end]


def _is_name(word: str) -> bool:
    return word.lower() not in _POLITE and _NAME.match(word) is not None
