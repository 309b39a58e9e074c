"""Judgements about people and units: which senders are meant by a pattern."""

from __future__ import annotations

# Names of hosts have few parts; whatever is longer is somebody's joke.
_MOST_PARTS = 12


def patterns_of(address: str) -> list[str]:
    """All patterns of senders that an address fits, the most specific first.

    The address itself, its domain, and each domain above that.
    """
    address = address.strip().lower()
    domain = address.rpartition("@")[2]
    parts = domain.split(".")[-_MOST_PARTS:]
    return [address, *(".".join(parts[place:]) for place in range(len(parts)))]


def pattern_of(words: str) -> str | None:
    """What somebody wrote as a domain or an address, as it is kept; None for what is neither.

    `@example.org`, `*@example.org` and `*.example.org` mean the domain. One without a dot would
    take in half the world.
    """
    plain = words.strip().lower().removeprefix("*").removeprefix(".")
    local, at, domain = plain.rpartition("@")
    if any(sign.isspace() or sign in "*,;<>\"'()" for sign in plain):
        return None
    labels = domain.split(".")
    if len(labels) < 2 or not all(labels) or "@" in local:
        return None
    return f"{local}@{domain}" if at and local else domain
