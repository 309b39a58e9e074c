"""What every command begins with: the settings, and logs that go to standard error."""

from __future__ import annotations

from helpdesk.core.config import Settings, load_settings
from helpdesk.core.logs import configure_logs


def settings_with_logs(*, quiet: bool = False) -> Settings:
    """The settings, with logs going to standard error; `quiet` shows only what went wrong."""
    settings = load_settings()
    configure_logs(log_format=settings.log_format, level="WARNING" if quiet else settings.log_level)
    return settings


def database_trouble(error: Exception) -> str:
    """What to do about a database that does not answer as it should."""
    said = str(getattr(error, "orig", error)).strip().splitlines()[0]
    if "no such table" in said or ("relation" in said and "does not exist" in said):
        return f"The database is not set up ({said}). Run `helpdesk init` or `helpdesk db upgrade`."
    return f"The database cannot be reached: {said}. See HELPDESK_DATABASE_URL."
