"""Takes mail that is handed over by SMTP and LMTP: the second of the three doors.

The doors are for mail servers on the same machine or network: they forward nothing, take mail only
for our own addresses, and offer neither STARTTLS nor sign-in. On loopback there is nobody to
hide from; from farther away the mail server in front is the one that speaks TLS to the world.
"""

from __future__ import annotations

from helpdesk.mail.listen.doors import Doors, DoorTaken

__all__ = ["DoorTaken", "Doors"]
