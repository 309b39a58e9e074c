"""JSON for programs: one object a line, whatever characters the mails in it have."""

from __future__ import annotations

import json

# Outside ASCII these end a line too, for programs that read as Unicode says.
_LINE_ENDS = {ord(end): f"\\u{ord(end):04x}" for end in "\x85\u2028\u2029"}


def json_line(value: object) -> str:
    """The value as JSON without any line end in it, and without half characters."""
    line = json.dumps(value, ensure_ascii=False).translate(_LINE_ENDS)
    return line.encode("utf-8", "replace").decode("utf-8")
