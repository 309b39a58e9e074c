"""create_app(): the whole assembly on one page."""

from __future__ import annotations

from flask import Flask

from helpdesk import web
from helpdesk.core import assets, events, signing, storage
from helpdesk.core.config import Settings, load_settings
from helpdesk.core.db import db, engine_options
from helpdesk.domain import models
from helpdesk.domain.reactions import REACTIONS

__all__ = ["create_app", "models"]


def create_app(settings: Settings | None = None) -> Flask:
    """The application, made from settings (read from the environment when None)."""
    settings = settings or load_settings()
    app = Flask(
        "helpdesk",
        template_folder=str(assets.TEMPLATES),
        static_folder=str(assets.STATIC),
    )
    app.config.update(_flask_config(settings))
    app.extensions["helpdesk_settings"] = settings

    signing.use(settings.secret_key.get_secret_value())
    storage.use(settings.data_dir / "files")
    events.connect(REACTIONS)

    db.init_app(app)
    web.open_doors(app, settings)
    return app


def _flask_config(settings: Settings) -> dict[str, object]:
    url = settings.database_url.get_secret_value()
    return {
        "SECRET_KEY": settings.secret_key.get_secret_value(),
        "SQLALCHEMY_DATABASE_URI": url,
        "SQLALCHEMY_ENGINE_OPTIONS": engine_options(url),
    }
