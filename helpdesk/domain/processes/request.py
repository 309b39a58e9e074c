"""Request: somebody orders or asks for something, until they have it, or it is declined."""

from __future__ import annotations

from helpdesk.core.words import N_
from helpdesk.domain.processes.spec import MERGED, Process, Standing, State, Transition

REQUEST = Process(
    name="request",
    label=N_("Request"),
    states=(
        State("new", N_("New"), Standing.OPEN, N_("Received")),
        State("approval", N_("Awaiting approval"), Standing.WAITING, N_("Awaiting approval")),
        State("open", N_("Open"), Standing.OPEN, N_("Being worked on")),
        State("waiting", N_("Waiting for the requester"), Standing.WAITING, N_("Waiting for you")),
        State(
            "supplier",
            N_("Waiting for a supplier"),
            Standing.WAITING,
            N_("Waiting for somebody else"),
        ),
        State("resolved", N_("Resolved"), Standing.DONE, N_("Done")),
        State("closed", N_("Closed"), Standing.DONE, N_("Closed")),
        State("declined", N_("Declined"), Standing.DONE, N_("Declined")),
        MERGED,
    ),
    transitions=(
        Transition(frozenset({"new", "approval"}), "open", N_("Start work")),
        Transition(frozenset({"new"}), "approval", N_("Ask for approval")),
        Transition(frozenset({"new", "open", "supplier"}), "waiting", N_("Wait for the requester")),
        Transition(frozenset({"new", "open", "waiting"}), "supplier", N_("Wait for a supplier")),
        Transition(frozenset({"waiting", "supplier"}), "open", N_("Resume work")),
        Transition(frozenset({"new", "open", "waiting", "supplier"}), "resolved", N_("Resolve")),
        Transition(frozenset({"new", "approval"}), "declined", N_("Decline")),
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
