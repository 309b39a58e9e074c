"""A spam filter of the tests' own that speaks Rspamd's protocol: words in a mail make it spam."""

from __future__ import annotations

import json
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer


@dataclass
class Rspamd:
    """The filter. A mail with one of the words in it gets the word's action."""

    url: str
    password: str = ""
    actions: dict[bytes, str] = field(
        default_factory=lambda: {b"lottery": "reject", b"cheap": "add header", b"hi": "greylist"}
    )
    # Said instead of a verdict, with this status.
    answer: bytes | None = None
    status: int = 200
    seconds: float = 0.0
    asked: list[tuple[dict[str, str], bytes]] = field(default_factory=list)

    def verdict_on(self, mail: bytes) -> bytes:
        """The answer to /checkv2."""
        action = next((act for word, act in self.actions.items() if word in mail), "no action")
        return json.dumps({"action": action, "score": 9.25, "required_score": 15.0}).encode()


@contextmanager
def running_rspamd() -> Iterator[Rspamd]:
    """The filter at a free port of this machine."""
    filters: list[Rspamd] = []

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self._say(200 if self.path == "/ping" else 404, b"pong\r\n")

        def do_POST(self) -> None:
            it = filters[0]
            mail = self.rfile.read(int(self.headers["Content-Length"]))
            it.asked.append((dict(self.headers.items()), mail))
            time.sleep(it.seconds)
            if self.path != "/checkv2":
                self._say(404, b"")
            elif it.password and self.headers.get("Password") != it.password:
                self._say(403, b"{}")
            else:
                self._say(it.status, it.answer if it.answer is not None else it.verdict_on(mail))

        def _say(self, status: int, body: bytes) -> None:
            # Who asked may have gone for want of patience.
            with suppress(BrokenPipeError, ConnectionResetError):
                self.send_response(status)
                self.send_header("Content-Length", str(len(body)))
                self.end_headers()
                self.wfile.write(body)

        def log_message(self, *args: object) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.daemon_threads = True
    filters.append(Rspamd(f"http://127.0.0.1:{server.server_address[1]}"))
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    try:
        yield filters[0]
    finally:
        server.shutdown()
        thread.join()
        server.server_close()
