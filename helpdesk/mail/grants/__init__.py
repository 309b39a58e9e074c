"""Signs in by OAuth 2: gets tokens, keeps them fresh, and shows them to mail servers."""

from __future__ import annotations

from helpdesk.mail.grants.endpoint import NoToken, TokensAway, TokensRefused
from helpdesk.mail.grants.tokens import access_token, token_by_name

__all__ = ["NoToken", "TokensAway", "TokensRefused", "access_token", "token_by_name"]
