"""The processes as data: what a ticket may do in each, read by one set of verbs."""

from __future__ import annotations

from collections.abc import Mapping

from helpdesk.domain.processes.incident import INCIDENT
from helpdesk.domain.processes.request import REQUEST
from helpdesk.domain.processes.spec import MERGED, Process, Standing, State, Transition

PROCESSES: Mapping[str, Process] = {process.name: process for process in (INCIDENT, REQUEST)}

__all__ = ["MERGED", "PROCESSES", "Process", "Standing", "State", "Transition"]
