from __future__ import annotations

import signal
import socket
import subprocess
import sys
import textwrap
import time
import urllib.request
from collections.abc import Iterator
from pathlib import Path

import pytest

from helpdesk.core.config import load_settings
from helpdesk.web.server import options

SERVER = textwrap.dedent("""
    import sys
    from helpdesk.core.config import load_settings
    from helpdesk.core.logs import configure_logs
    from helpdesk.web.server import serve

    def make_app():
        def app(environ, start_response):
            if environ["PATH_INFO"] == "/slow":
                import time
                time.sleep(1.5)
            start_response("200 OK", [("Content-Type", "text/plain")])
            seen = (environ["wsgi.url_scheme"], environ["REMOTE_ADDR"], environ["SCRIPT_NAME"])
            return [repr(seen).encode()]
        return app

    settings = load_settings(env_file=None)
    configure_logs(log_format=settings.log_format, level=settings.log_level)
    serve(settings, make_app)
""")


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def start(port: int, data_dir: Path) -> subprocess.Popen[str]:
    environ = {
        "HELPDESK_DATA_DIR": str(data_dir),
        "HELPDESK_HTTP_LISTEN": f"127.0.0.1:{port}",
        # What the environment says to Gunicorn itself must not matter.
        "WEB_CONCURRENCY": "9",
        "FORWARDED_ALLOW_IPS": "*",
        "GUNICORN_CMD_ARGS": "--bind=127.0.0.1:1",
    }
    return subprocess.Popen(
        [sys.executable, "-c", SERVER], env=environ, stderr=subprocess.PIPE, text=True
    )


@pytest.fixture
def served(tmp_path: Path) -> Iterator[tuple[str, subprocess.Popen[str]]]:
    """A small page served with the house's options: its address and the process."""
    port = free_port()
    process = start(port, tmp_path)
    deadline = time.monotonic() + 20
    while True:
        try:
            socket.create_connection(("127.0.0.1", port)).close()
            break
        except OSError:
            assert time.monotonic() < deadline
            time.sleep(0.05)
    yield f"http://127.0.0.1:{port}", process
    process.terminate()
    process.communicate(timeout=15)


def get(address: str, **headers: str) -> str:
    dashed = {name.replace("_", "-"): value for name, value in headers.items()}
    request = urllib.request.Request(address, headers=dashed)
    with urllib.request.urlopen(request, timeout=15) as answer:
        return str(answer.read().decode())


def test_nobody_chooses_his_own_address_or_scheme_by_a_header(
    served: tuple[str, subprocess.Popen[str]],
) -> None:
    seen = get(
        served[0] + "/",
        X_Forwarded_Proto="https",
        X_Forwarded_For="203.0.113.9",
        X_Forwarded_Ssl="on",
        Script_Name="/evil",
    )

    assert seen == "('http', '127.0.0.1', '')"


def test_a_request_that_is_being_answered_finishes_when_the_server_stops(
    served: tuple[str, subprocess.Popen[str]],
) -> None:
    address, process = served
    program = f"import urllib.request as u; print(u.urlopen({address + '/slow'!r}).status)"
    client = subprocess.Popen([sys.executable, "-c", program], stdout=subprocess.PIPE, text=True)
    time.sleep(0.7)
    began = time.monotonic()

    process.send_signal(signal.SIGTERM)

    assert process.wait(timeout=15) == 0
    assert client.communicate(timeout=15)[0] == "200\n"
    assert time.monotonic() - began < 6


def test_an_open_but_idle_connection_does_not_hold_up_the_stop(
    served: tuple[str, subprocess.Popen[str]],
) -> None:
    address, process = served
    with socket.create_connection(("127.0.0.1", int(address.rpartition(":")[2]))) as idle:
        idle.sendall(b"GET / HTTP/1.1\r\nHost: x\r\n\r\n")
        assert idle.recv(20).startswith(b"HTTP/1.1 200")
        began = time.monotonic()
        process.terminate()
        process.wait(timeout=15)

    assert time.monotonic() - began < 6


def test_a_port_in_use_is_told_with_its_setting_and_exit_code_98(tmp_path: Path) -> None:
    with socket.socket() as door:
        door.bind(("127.0.0.1", 0))
        door.listen()
        port = door.getsockname()[1]
        process = start(port, tmp_path)
        words = process.communicate(timeout=20)[1]

    assert process.returncode == 98
    assert words == (
        f"Port {port} on 127.0.0.1 is in use. "
        "Stop what uses it, or set HELPDESK_HTTP_LISTEN to another.\n"
    )


def test_processes_and_threads_are_as_the_settings_say(tmp_path: Path) -> None:
    settings = load_settings(
        {
            "HELPDESK_DATA_DIR": str(tmp_path),
            "HELPDESK_WEB_PROCESSES": "3",
            "HELPDESK_WEB_THREADS": "5",
            "HELPDESK_HTTP_LISTEN": "unix:/run/helpdesk/web",
        },
        None,
    )

    chosen = options(settings)

    assert (chosen["workers"], chosen["threads"]) == (3, 5)
    assert chosen["bind"] == ["unix:/run/helpdesk/web"]
