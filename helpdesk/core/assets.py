"""Where the files that are not code lie: in the checkout, or inside the installed package."""

from __future__ import annotations

from pathlib import Path

_PACKAGE = Path(__file__).resolve().parent.parent

# A wheel carries these folders inside the package; a checkout has them beside it, and an
# editable install uses the checkout, so that a changed template is seen at once.
_HOME = _PACKAGE if (_PACKAGE / "templates").is_dir() else _PACKAGE.parent

TEMPLATES = _HOME / "templates"
STATIC = _HOME / "static"
MIGRATIONS = _HOME / "migrations"
TRANSLATIONS = _HOME / "translations"
EXAMPLES = _HOME / "examples"
