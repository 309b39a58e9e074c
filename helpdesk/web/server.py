"""Serves the pages: Gunicorn with threads, set up from the settings alone."""

from __future__ import annotations

import gc
import logging
import os
import sys
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from gunicorn.app.base import BaseApplication
from gunicorn.glogging import Logger

from helpdesk.core.config import Settings, variable
from helpdesk.core.listening import EXIT_PORT_IN_USE, faults_of_doors

if TYPE_CHECKING:
    from _typeshed.wsgi import WSGIApplication

# A request that is being answered may finish; then the process ends, so that Ctrl-C and a
# restart take seconds.
GRACEFUL_SECONDS = 5
# No page of ours takes this long; a process that is silent for so long is stuck.
STUCK_SECONDS = 60
# A process is replaced after so many requests, so that a slow leak never becomes a full machine;
# the jitter keeps the processes from being replaced at the same moment.
REQUESTS_OF_A_PROCESS = 20_000
REQUESTS_JITTER = 2_000
# Browsers hold connections open; a thread is not kept busy by that in a gthread worker.
KEEPALIVE_SECONDS = 15


class _Logs(Logger):
    """Gunicorn's words go the way of all others instead of to a handler of their own."""

    def setup(self, cfg: Any) -> None:
        super().setup(cfg)
        for log in (self.error_log, self.access_log):
            log.handlers.clear()
            log.propagate = True
        # What a start and a stop of each process says is for those who look for it.
        quiet = logging.getLogger().getEffectiveLevel() >= logging.INFO
        self.error_log.setLevel(logging.WARNING if quiet else logging.DEBUG)


class _Server(BaseApplication):
    """Gunicorn without a command line and without a file of its own settings."""

    def __init__(self, options: dict[str, Any], make_app: Callable[[], WSGIApplication]) -> None:
        self._options = options
        self._make_app = make_app
        super().__init__()

    def load_config(self) -> None:
        for name, value in self._options.items():
            self.cfg.set(name, value)

    def load(self) -> WSGIApplication:
        """The application, made once, before the processes are forked, and shared by them."""
        app = self._make_app()
        # What is here now stays. A garbage collector that looked at it in each process would
        # write to it, and so make a copy of its own of every page of memory.
        gc.collect()
        gc.freeze()
        return app


def serve(settings: Settings, make_app: Callable[[], WSGIApplication]) -> None:
    """Serve until told to stop; `make_app` is called once, and may open no connection.

    Ends the program: 98 with a sentence on stderr when the port is in use.
    """
    faults = faults_of_doors([(variable("http_listen"), settings.http_listen)])
    if faults:
        sys.stderr.write("\n".join(faults) + "\n")
        sys.exit(EXIT_PORT_IN_USE)
    _Server(options(settings), make_app).run()


def options(settings: Settings) -> dict[str, Any]:
    """Gunicorn's options; what the environment says to Gunicorn itself is not asked."""
    return {
        "bind": [str(settings.http_listen)],
        "proc_name": "helpdesk",
        "workers": settings.web_processes,
        "worker_class": "gthread",
        "threads": settings.web_threads,
        # The processes share what they have in common. Each opens its own connections to the
        # database, which must not cross a fork.
        "preload_app": True,
        "graceful_timeout": GRACEFUL_SECONDS,
        "timeout": STUCK_SECONDS,
        "keepalive": KEEPALIVE_SECONDS,
        "max_requests": REQUESTS_OF_A_PROCESS,
        "max_requests_jitter": REQUESTS_JITTER,
        "accesslog": None,
        "logger_class": _Logs,
        # The sign of life is a file that is touched every second: in memory, never on a disk
        # that may be slow.
        "worker_tmp_dir": "/dev/shm" if os.access("/dev/shm", os.W_OK) else None,
        # Nobody steers a running server from outside; the supervisor does.
        "control_socket_disable": True,
        # X-Forwarded-* is read in one place, by the application, as HELPDESK_TRUSTED_PROXIES says.
        "forwarded_allow_ips": "",
        "secure_scheme_headers": {},
        "forwarder_headers": "",
        # A door in the file system is for this user and its group, where the proxy belongs.
        "umask": 0o007,
    }
