"""From a letter to a mail: its words in the reader's language, and headers that hold the thread."""

from __future__ import annotations

from helpdesk.mail.compose.assembly import Mail, compose
from helpdesk.mail.compose.words import Words, render, words_of

__all__ = ["Mail", "Words", "compose", "render", "words_of"]
