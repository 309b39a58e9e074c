"""The pages: for requesters, agents and administrators."""

from __future__ import annotations

from flask import Flask
from flask_bootstrap import Bootstrap5

from helpdesk.core.config import Settings
from helpdesk.web import (
    account,
    brand,
    compression,
    errors,
    filters,
    health,
    language,
    navigation,
    numbers,
    security,
    signing_in,
    static_files,
)
from helpdesk.web.admin import blueprint as admin
from helpdesk.web.desk import blueprint as desk
from helpdesk.web.portal import blueprint as portal


def open_doors(app: Flask, settings: Settings) -> None:
    """Register everything that people and programs reach over HTTP."""
    app.config["BOOTSTRAP_SERVE_LOCAL"] = True
    Bootstrap5(app)
    numbers.register(app)
    compression.register(app)
    security.protect(app, settings)
    language.speak(app, settings)
    account.let_people_sign_in(app, settings)
    signing_in.register(app, settings)
    filters.register(app)
    errors.register(app)
    navigation.register(app)
    brand.register(app)
    static_files.register(app)
    app.register_blueprint(health.blueprint)
    app.register_blueprint(desk)
    app.register_blueprint(portal)
    app.register_blueprint(admin)
