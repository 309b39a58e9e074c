"""How a server of OAuth 2 is reached: over TLS that is checked, and with an end to patience."""

from __future__ import annotations

import ssl
import time
from typing import Any

from authlib.integrations.requests_client import OAuth2Session
from requests import PreparedRequest, Response
from requests.adapters import HTTPAdapter
from requests.exceptions import ReadTimeout, RequestException

# For connecting, and for each silence of the endpoint.
PATIENCE_SECONDS = (10.0, 20.0)
# For the whole of an answer, which has a few kilobytes.
WHOLE_SECONDS = 30.0
MOST_BYTES = 1_000_000


class AnswerTooLong(RequestException):
    """The answer has more than MOST_BYTES, so it is none that has a token in it."""


class _Adapter(HTTPAdapter):
    """Trusts what the machine trusts, like every other connection of ours."""

    def init_poolmanager(self, *args: Any, **kwargs: Any) -> None:
        """The library's own list would not know an organisation's own authority."""
        kwargs["ssl_context"] = ssl.create_default_context()
        super().init_poolmanager(*args, **kwargs)  # type: ignore[no-untyped-call]

    def send(self, request: PreparedRequest, *args: Any, **kwargs: Any) -> Response:
        """One request; a server that drips its answer is one that does not answer."""
        until = time.monotonic() + WHOLE_SECONDS
        response = super().send(request, *args, **{**kwargs, "stream": True})
        body = bytearray()
        while piece := response.raw.read1(decode_content=True):
            body += piece
            if len(body) > MOST_BYTES:
                response.close()
                raise AnswerTooLong
            if time.monotonic() > until:
                response.close()
                raise ReadTimeout(f"its answer did not end within {WHOLE_SECONDS:g} seconds")
        response._content = bytes(body)
        return response


def session(**client: Any) -> OAuth2Session:
    """A session for one question; close it afterwards."""
    made = OAuth2Session(default_timeout=PATIENCE_SECONDS, **client)
    made.mount("https://", _Adapter())
    made.mount("http://", _Adapter())
    return made
