"""Signed tokens that are good for one use only."""

from __future__ import annotations

from datetime import datetime, timedelta

from sqlalchemy import delete

from helpdesk.core.db import db
from helpdesk.core.rows import write_unless_known
from helpdesk.domain.accounts.models import SpentToken

# Longer than any such token may be used; a form may stand open for half a day.
REMEMBERED = timedelta(days=2)


def spend(nonce: str, *, now: datetime) -> bool:
    """Use a token up; False when it was used before, also at this very moment by somebody else."""
    return write_unless_known(SpentToken, {"nonce": nonce, "spent_at": now, "led_to": None})


def led_to(nonce: str, number: int) -> None:
    """Remember what came of a token, for whoever sends it again."""
    db.session.get_one(SpentToken, nonce).led_to = number
    db.session.flush()


def what_it_led_to(nonce: str) -> int | None:
    """The number that came of a token that was used."""
    spent = db.session.get(SpentToken, nonce)
    return spent.led_to if spent is not None else None


def forget_spent(*, now: datetime) -> int:
    """Forget tokens that are too old to be used in any case; how many."""
    result = db.session.connection().execute(
        delete(SpentToken).where(SpentToken.spent_at < now - REMEMBERED)
    )
    return result.rowcount
