"""What can be chosen in a field: the library's own class, which its type stubs do not know yet."""

from __future__ import annotations

from wtforms.fields.choices import SelectChoice  # type: ignore[attr-defined]

__all__ = ["SelectChoice"]
