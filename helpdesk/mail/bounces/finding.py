"""What a delivery report says about one recipient, and the shape of a mail address."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace

# Loose on purpose and bounded on both sides: reports write addresses that no grammar allows, and
# every pattern built on this stays linear.
_NEVER = r"\s<>()\[\]{},;:\"|@\u3000-\u303f\uff00-\uffef"
ADDRESS = rf"[^{_NEVER}]{{1,128}}@[^{_NEVER}'!?]{{1,255}}"
_ADDRESS = re.compile(ADDRESS)
_X400_SMTP = re.compile(r"(?:SMTP|smtp)[=:](" + ADDRESS + ")")


@dataclass(frozen=True, slots=True)
class Finding:
    """One recipient of the report; None where the report leaves a field out."""

    recipient: str | None = None
    action: str | None = None  # failed | delayed | relayed | delivered | expanded
    status: str | None = None  # "5.1.1"
    diagnostic: str | None = None
    original: str | None = None  # the address that the sender used, where it was forwarded

    def filled_from(self, other: Finding) -> Finding:
        """This finding, with its gaps filled from another one."""
        return replace(
            self,
            recipient=self.recipient or other.recipient,
            action=self.action or other.action,
            status=self.status or other.status,
            diagnostic=self.diagnostic or other.diagnostic,
            original=self.original or other.original,
        )


def address_in(value: str) -> str | None:
    """The first mail address in a piece of text, bare, with its domain in lower case."""
    value = value[:2_000]
    found = _X400_SMTP.search(value)
    if found:
        return _bare(found.group(1))
    found = _ADDRESS.search(value)
    return _bare(found.group(0)) if found else None


def addresses_in(value: str) -> tuple[str, ...]:
    """Every mail address in a piece of text, each once, in order."""
    found = (_bare(match.group(0)) for match in _ADDRESS.finditer(value[:4_000]))
    return tuple(dict.fromkeys(address for address in found if address))


def _bare(address: str) -> str | None:
    local, _, domain = address.strip("'`*=.").rpartition("@")
    domain = domain.rstrip(".,'*_-").lower()
    return f"{local}@{domain}" if local and domain else None
