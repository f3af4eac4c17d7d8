"""Where runs are made: in this process, in several on this machine, or on a Ray cluster.

Each run has a seed of its own and the results come back in the order of the seeds, so
that the figures are the same wherever, and on however many workers, they were made.
"""

from __future__ import annotations

import importlib
import multiprocessing
import os
import socket
from collections.abc import Callable, Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from typing import Any, TypeVar

from sarhad.response.siting.answer import SitingError

A = TypeVar("A")
B = TypeVar("B")


KNOCK_S = 10.0


class ClusterError(SitingError):
    """No cluster answers; another time one may."""

    retry = True

    def __init__(self, what: str, *, where: str = "", do: str = "") -> None:
        """Say what keeps the cluster from answering."""
        super().__init__(what, where=where, do=do, code="plan-no-ray")


Told = Callable[[int], None]
"""Called with the number of runs that are done."""


@dataclass(frozen=True, slots=True)
class Workers:
    """``processes`` on this machine; or ``ray``: "local" for a cluster begun here, else a cluster's address."""

    processes: int = 1
    ray: str = ""

    def map(self, function: Callable[[A], B], items: Sequence[A], told: Told = lambda done: None) -> list[B]:
        """Return ``function`` of each item, in order; it must be importable by name.  Raises SitingError."""
        if self.ray:
            return _on_ray(function, items, self.ray, self.processes, told)
        if self.processes <= 1:
            return _collected((function(item) for item in items), told)
        with ProcessPoolExecutor(self.processes, multiprocessing.get_context("spawn")) as pool:
            chunk = max(len(items) // (4 * self.processes), 1)
            return _collected(pool.map(function, items, chunksize=chunk), told)


def _collected(results: Any, told: Told) -> list[Any]:
    found = []
    for result in results:
        found.append(result)
        told(len(found))
    return found


def _apply(function: Callable[[A], B], items: Sequence[A]) -> list[B]:
    return [function(item) for item in items]


def _on_ray(function: Callable[[A], B], items: Sequence[A], address: str, processes: int, told: Told) -> list[B]:
    os.environ.setdefault("RAY_USAGE_STATS_ENABLED", "0")  # Ray reports its use to its makers unless told not to
    os.environ.setdefault("RAY_ACCEL_ENV_VAR_OVERRIDE_ON_ZERO", "0")  # the way it will be: without, it warns
    try:
        ray: Any = importlib.import_module("ray")  # an extra: loaded only where a cluster is used
    except ImportError as error:
        raise SitingError(
            "Ray is not installed", where="ray", do="pip install 'sarhad[ray]'", code="plan-no-ray"
        ) from error
    mine = not ray.is_initialized()
    if mine:
        _join(ray, address, processes)
    try:
        cores = max(int(ray.cluster_resources().get("CPU", 1)), 1)
        size = max(len(items) // (4 * cores), 1)
        run = ray.remote(_apply)
        pending = [run.remote(function, items[k : k + size]) for k in range(0, len(items), size)]
        found: list[B] = []
        for part in pending:
            found += ray.get(part)
            told(len(found))
        return found
    finally:
        if mine:
            ray.shutdown()


def _join(ray: Any, address: str, processes: int) -> None:
    quiet = {"include_dashboard": False, "log_to_driver": False, "configure_logging": False}
    try:
        if address == "local":
            ray.init(num_cpus=max(processes, 1), **quiet)
        else:
            _knock(address)
            ray.init(address=address, log_to_driver=False, configure_logging=False)
    except (OSError, ValueError, RuntimeError, ray.exceptions.RayError) as error:
        raise ClusterError(
            f"no Ray cluster answers at {address!r}: {error}", where="ray",
            do="Start one with 'ray start --head', or say 'local'",
        ) from error  # fmt: skip


def _knock(address: str) -> None:
    """Raise OSError if nobody listens at HOST:PORT: Ray itself would try for minutes."""
    host, _, port = address.removeprefix("ray://").rpartition(":")
    if host and port.isdigit():
        socket.create_connection((host, int(port)), timeout=KNOCK_S).close()
