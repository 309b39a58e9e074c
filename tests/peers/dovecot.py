"""A Dovecot of the tests' own: IMAP with and without TLS, and LMTP, on free ports."""

from __future__ import annotations

import grp
import itertools
import os
import pwd
import shutil
import signal
import subprocess
import time
from collections.abc import Iterable, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path

from imapclient import IMAPClient

from tests.peers.certificate import Certificate, make_certificate
from tests.peers.postgresql import free_port

# Any user that is known to the tests has this password; it has a character beyond ASCII.
PASSWORD = "lösenord 5%"

MOST_USERS = 1000

_CONFIG = """
base_dir = {folder}/run
state_dir = {folder}/state
log_path = {folder}/log
auth_failure_delay = 0 secs
protocols = imap lmtp
listen = 127.0.0.1
ssl = yes
ssl_cert = <{cert}
ssl_key = <{key}
disable_plaintext_auth = no
auth_mechanisms = plain login xoauth2 oauthbearer
default_internal_user = {internal}
default_internal_group = {internal_group}
default_login_user = {login}
default_process_limit = 200
mail_location = maildir:~/Maildir
mail_fsync = never
mail_max_userip_connections = 100
first_valid_uid = 1
first_valid_gid = 1
passdb {{
  driver = passwd-file
  mechanisms = plain login
  args = scheme=PLAIN {folder}/users
}}
passdb {{
  driver = oauth2
  mechanisms = xoauth2 oauthbearer
  args = {folder}/oauth2
}}
userdb {{
  driver = static
  # Whether somebody exists is not asked: no password database answers without a mechanism.
  args = allow_all_users=yes uid={mail_user} gid={mail_group} home={folder}/mail/%u
}}
namespace inbox {{
  inbox = yes
  separator = /
}}
service imap-login {{
  chroot =
  inet_listener imap {{
    port = {imap}
  }}
  inet_listener imaps {{
    port = {imaps}
    ssl = yes
  }}
}}
service anvil {{
  chroot =
  # Nobody waits after a wrong password.
  unix_listener anvil-auth-penalty {{
    mode = 0
  }}
}}
service stats {{
  chroot =
}}
service lmtp {{
  inet_listener lmtp {{
    port = {lmtp}
  }}
}}
"""


# Tokens are shown to whoever gave them out (RFC 7662).
_OAUTH2 = """
introspection_mode = post
introspection_url = http://127.0.0.1:{authority}/introspect
force_introspection = yes
active_attribute = active
active_value = true
username_attribute = username
"""


@dataclass
class Dovecot:
    """A running server. Ports: `imap` (plain and STARTTLS), `imaps`, `lmtp`.

    At `authority` it asks about tokens; a test starts one there, and only one at a time.
    """

    folder: Path
    certificate: Certificate
    imap: int = field(default_factory=free_port)
    imaps: int = field(default_factory=free_port)
    lmtp: int = field(default_factory=free_port)
    authority: int = field(default_factory=free_port)
    _process: subprocess.Popen[bytes] | None = None
    _names: itertools.count[int] = field(default_factory=lambda: itertools.count(1))

    def new_user(self) -> str:
        """A user with an empty INBOX, whom no other test knows."""
        return _user(next(self._names))

    def client(self, user: str, folder: str = "INBOX") -> IMAPClient:
        """Somebody else's mail program, signed in, with a folder open."""
        client = IMAPClient("127.0.0.1", self.imap, ssl=False, timeout=10)
        client.plain_login(user, PASSWORD)
        client.select_folder(folder)
        return client

    def put(self, user: str, mails: Iterable[bytes], folder: str = "INBOX") -> list[int]:
        """Lay mails in a folder, as a server's own delivery does; returns their UIDs."""
        with self.client(user, folder) as client:
            before = set(client.search("ALL"))
            for mail in mails:
                client.append(folder, mail)
            client.noop()
            return sorted(set(client.search("ALL")) - before)

    def lay(self, user: str, mails: Iterable[bytes]) -> None:
        """Put mails into a user's INBOX at once, as a delivery agent does beside the server."""
        maildir = self.folder / "mail" / user / "Maildir"
        owner = maildir.stat()
        for number, raw in enumerate(mails):
            file = maildir / "tmp" / f"{time.time_ns()}.{number}.laid"
            file.write_bytes(raw)
            os.chown(file, owner.st_uid, owner.st_gid)
            file.rename(maildir / "new" / file.name)

    def uids(self, user: str, criteria: str = "ALL", folder: str = "INBOX") -> list[int]:
        """The UIDs of a folder, by any criteria of SEARCH."""
        with self.client(user, folder) as client:
            return sorted(client.search(criteria))

    def doveadm(self, *arguments: str) -> None:
        """Run Dovecot's own tool: `doveadm("mailbox", "update", …)`."""
        subprocess.run(
            ["doveadm", "-c", str(self.folder / "dovecot.conf"), *arguments],
            check=True,
            capture_output=True,
        )

    def start(self) -> None:
        """Start it and wait until it answers."""
        self._process = subprocess.Popen(
            ["dovecot", "-F", "-c", str(self.folder / "dovecot.conf")],
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )
        deadline = time.monotonic() + 15
        while True:
            try:
                IMAPClient("127.0.0.1", self.imap, ssl=False, timeout=5).logout()
                return
            except OSError:
                if time.monotonic() > deadline:
                    log = self.folder / "log"
                    words = log.read_text() if log.exists() else "it wrote no log"
                    raise RuntimeError(f"Dovecot does not start: {words}") from None
                time.sleep(0.05)

    def stop(self) -> None:
        """Stop it, with everything that it has started."""
        if self._process is None:
            return
        self._process.send_signal(signal.SIGTERM)
        try:
            self._process.wait(timeout=5)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()
        self._process = None


def start_dovecot(folder: Path) -> Dovecot:
    """Configure and start a server below `folder`, also when the tests run as root."""
    folder.mkdir(parents=True)
    for name in ("mail", "run", "state"):
        (folder / name).mkdir()
    # All at once: Dovecot does not notice at once that a list has grown.
    (folder / "users").write_text(
        "".join(f"{_user(number)}:{{PLAIN}}{PASSWORD}::::::\n" for number in range(1, MOST_USERS)),
        encoding="utf-8",
    )
    server = Dovecot(folder, make_certificate(folder))
    (folder / "oauth2").write_text(_OAUTH2.format(authority=server.authority))
    internal, login, mail_user = _users()
    if os.geteuid() == 0:
        shutil.chown(folder / "mail", mail_user)
        shutil.chown(folder / "users", internal)
        _let_others_walk_to(folder)
    (folder / "dovecot.conf").write_text(
        _CONFIG.format(
            folder=folder,
            cert=server.certificate.cert,
            key=server.certificate.key,
            internal=internal,
            internal_group=_group_of(internal),
            login=login,
            mail_user=mail_user,
            mail_group=_group_of(mail_user),
            imap=server.imap,
            imaps=server.imaps,
            lmtp=server.lmtp,
        )
    )
    server.start()
    return server


def _user(number: int) -> str:
    return f"user{number}@example.org"


def _users() -> Sequence[str]:
    if os.geteuid() == 0:
        # No mail process of Dovecot's may run as root.
        return "dovecot", "dovenull", "nobody"
    return (pwd.getpwuid(os.geteuid()).pw_name,) * 3


def _group_of(user: str) -> str:
    return grp.getgrgid(pwd.getpwnam(user).pw_gid).gr_name


def _let_others_walk_to(folder: Path) -> None:
    for parent in (folder, *folder.parents):
        if parent in (Path("/tmp"), Path("/")):
            break
        with suppress(PermissionError):
            parent.chmod(parent.stat().st_mode | 0o011)
