from __future__ import annotations

import pytest

from tests.cli.conftest import Command
from tests.world import World


def test_an_agent_is_added_with_roles_functions_and_addresses(
    helpdesk: Command, world: World
) -> None:
    said = helpdesk(
        *("person", "add", "Nya@example.org", "--name", "Nya Berg", "--role", "agent"),
        *("--function", "service-desk", "--also", "nya.berg@example.com", "--language", "sv"),
    )

    assert (said.code, said.out) == (0, "Added Nya@example.org.\n")
    people = {line["address"]: line for line in helpdesk("person", "list", "--json").lines}
    assert set(people["nya@example.org"]) == {"name", "address", "roles"}
    assert people["nya@example.org"]["name"] == "Nya Berg"
    assert "agent" in people["nya@example.org"]["roles"]
    assert "eva@example.com" not in people, "requesters are not listed"
    again = helpdesk("person", "add", "nya.berg@example.com")
    assert (again.code, again.err) == (1, "nya.berg@example.com already belongs to somebody.\n")


@pytest.mark.one_database
def test_a_function_that_does_not_exist_adds_nobody(helpdesk: Command, world: World) -> None:
    said = helpdesk("person", "add", "nya@example.org", "--function", "kitchen")

    assert said.code == 1
    assert said.err == "There is no function 'kitchen'; there are service-desk, technical.\n"
    assert helpdesk("person", "password", "nya@example.org").code == 1


@pytest.mark.one_database
def test_a_password_is_made_or_taken_and_never_shown_again(helpdesk: Command, world: World) -> None:
    made = helpdesk("person", "password", "agnes@example.org")
    assert made.code == 0
    assert len(made.out.split("Password of agnes@example.org: ")[1].strip()) >= 12

    given = helpdesk("person", "password", "agnes@example.org", "--password", "long enough now")
    assert given.out == "Password set.\n"
    short = helpdesk("person", "password", "agnes@example.org", "--password", "short")
    assert (short.code, short.err) == (1, "password: Use at least 10 characters.\n")
    nobody = helpdesk("person", "password", "nobody@example.org")
    assert (nobody.code, nobody.err) == (1, "Nobody has the address nobody@example.org.\n")
