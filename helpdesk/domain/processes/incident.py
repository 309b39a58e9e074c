"""Incident: something does not work as agreed, until it does again."""

from __future__ import annotations

from helpdesk.core.words import N_
from helpdesk.domain.processes.spec import MERGED, Process, Standing, State, Transition

INCIDENT = Process(
    name="incident",
    label=N_("Incident"),
    states=(
        State("new", N_("New"), Standing.OPEN, N_("Received")),
        State("open", N_("Open"), Standing.OPEN, N_("Being worked on")),
        State("waiting", N_("Waiting for the requester"), Standing.WAITING, N_("Waiting for you")),
        State(
            "supplier",
            N_("Waiting for a supplier"),
            Standing.WAITING,
            N_("Waiting for somebody else"),
        ),
        State("resolved", N_("Resolved"), Standing.DONE, N_("Solved")),
        State("closed", N_("Closed"), Standing.DONE, N_("Closed")),
        MERGED,
    ),
    transitions=(
        Transition(frozenset({"new"}), "open", N_("Start work")),
        Transition(frozenset({"new", "open", "supplier"}), "waiting", N_("Wait for the requester")),
        Transition(frozenset({"new", "open", "waiting"}), "supplier", N_("Wait for a supplier")),
        Transition(frozenset({"waiting", "supplier"}), "open", N_("Resume work")),
        Transition(frozenset({"new", "open", "waiting", "supplier"}), "resolved", N_("Resolve")),
        Transition(frozenset({"resolved"}), "open", N_("Reopen")),
        Transition(frozenset({"resolved"}), "closed", N_("Close")),
    ),
    initial="new",
    resolved="resolved",
    closed="closed",
    on_answer={"waiting": "open", "resolved": "open"},
    on_reply={"new": "open"},
    on_supplier={"supplier": "open"},
    awaits_supplier="supplier",
)
