"""Which mails that wait share a commit."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from helpdesk.domain.correspondence.arriving import Waiting

# A disk that syncs once for many is soon done, and what goes wrong takes no more than this along.
# Others wait for SQLite's lock meanwhile, some hundredths of a second, and all the bytes are in
# memory.
TOGETHER = 20
TOGETHER_BYTES = 2 * 1024 * 1024


def portions(waiting: Sequence[Waiting]) -> Iterator[list[Waiting]]:
    """What may share a commit, in order; a mail that failed before drags no other along."""
    portion: list[Waiting] = []
    size = 0
    for mail in waiting:
        too_much = len(portion) == TOGETHER or size + mail.size > TOGETHER_BYTES
        if portion and (too_much or mail.attempts or portion[-1].attempts):
            yield portion
            portion, size = [], 0
        portion.append(mail)
        size += mail.size
    if portion:
        yield portion
