"""What a trial needs of the machine: a PostgreSQL that syncs, and what processes have used."""

from __future__ import annotations

import os
import shutil
import tempfile
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path

from tests.peers.postgresql import Cluster, start_cluster

_TICKS_PER_SECOND = os.sysconf("SC_CLK_TCK")


@contextmanager
def open_folder(name: str) -> Iterator[Path]:
    """A folder that other users may walk through, removed afterwards."""
    folder = Path(tempfile.mkdtemp(prefix=f"helpdesk-{name}-"))
    folder.chmod(0o711)
    try:
        yield folder
    finally:
        shutil.rmtree(folder, ignore_errors=True)


@contextmanager
def syncing_cluster(folder: Path) -> Iterator[Cluster]:
    """PostgreSQL as it is used for real: fsync and synchronous_commit on."""
    cluster = start_cluster(folder / "cluster")
    cluster.control("stop", "-m", "fast")
    start_syncing(cluster)
    try:
        yield cluster
    finally:
        cluster.control("stop", "-m", "immediate")


def start_syncing(cluster: Cluster) -> None:
    """Start a cluster that was stopped, with fsync and synchronous_commit on."""
    options = f"-p {cluster.port} -k {cluster.folder} -c listen_addresses=127.0.0.1"
    options += " -c fsync=on -c synchronous_commit=on"
    cluster.control("-l", str(cluster.folder / "log"), "-o", options, "start")


def cpu_seconds(pids: Iterable[int]) -> float:
    """Processor time that these processes have used so far, user and system."""
    return sum(_cpu(pid) for pid in pids)


def memory_mb(pids: Iterable[int]) -> tuple[float, float]:
    """MB of memory: as each process counts it, and with shared pages counted once."""
    resident = proportional = 0
    for pid in pids:
        for line in Path(f"/proc/{pid}/smaps_rollup").read_text().splitlines():
            name, _, value = line.partition(":")
            if name == "Rss":
                resident += int(value.split()[0])
            elif name == "Pss":
                proportional += int(value.split()[0])
    return resident / 1024, proportional / 1024


def _cpu(pid: int) -> float:
    try:
        fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    except OSError:
        return 0.0
    # proc(5): fields 14 and 15, counted from 1; the first two are cut off here.
    return (int(fields[11]) + int(fields[12])) / _TICKS_PER_SECOND
