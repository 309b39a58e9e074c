"""Every door of the house is guarded, or on the short public list."""

from __future__ import annotations

import pytest
from flask import Flask

from helpdesk.application import create_app
from helpdesk.domain.accounts.permissions import Action
from helpdesk.web.security import PUBLIC, SIGNED_IN
from tests.conftest import settings_for


@pytest.fixture(scope="module")
def routes(tmp_path_factory: pytest.TempPathFactory) -> Flask:
    return create_app(settings_for(tmp_path_factory.mktemp("routes")))


def test_every_route_says_what_it_needs_or_is_on_the_public_list(routes: Flask) -> None:
    open_doors = [
        endpoint
        for endpoint, view in routes.view_functions.items()
        if endpoint not in PUBLIC | SIGNED_IN
        and not isinstance(getattr(view, "needs", None), Action)
    ]
    assert open_doors == []


def test_the_public_list_names_only_doors_that_exist(routes: Flask) -> None:
    assert set(routes.view_functions) >= PUBLIC | SIGNED_IN


def test_a_view_that_is_public_needs_nothing(routes: Flask) -> None:
    both = [name for name in PUBLIC if hasattr(routes.view_functions.get(name), "needs")]
    assert both == []


def test_nothing_is_changed_by_a_get(routes: Flask) -> None:
    # A route that both shows and changes must have POST beside GET; one that only changes, no GET.
    verbs = ("delete", "remove", "send_again", "file_again", "cancel", "assign", "take")
    reachable = [
        rule.endpoint
        for rule in routes.url_map.iter_rules()
        if rule.endpoint.rpartition(".")[2] in verbs and "GET" in (rule.methods or ())
    ]
    assert reachable == []
