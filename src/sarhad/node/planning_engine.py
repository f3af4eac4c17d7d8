"""Which engine searches the roads: our own, or Valhalla where one is named."""

from __future__ import annotations

import json
import urllib.error
import urllib.request
from pathlib import Path
from typing import Any

from sarhad.response.errors import PlanError
from sarhad.response.reach import Engines, engine_of
from sarhad.response.reach.valhalla import Ask, Valhalla

TIMEOUT_S = 60.0
MAX_ANSWER = 50_000_000


def engines(name: str | None) -> Engines:
    """Return our own engine for None; else Valhalla at an address, or from a configuration file.

    Raises PlanError where there is none.
    """
    if name is None:
        return engine_of
    ask = service(name) if name.startswith(("http://", "https://")) else actor(Path(name))
    return lambda graph, _profile: Valhalla(graph, ask)


def service(address: str) -> Ask:
    """Return how to ask a Valhalla service (its HTTP API) at an address."""

    def ask(request: dict[str, Any]) -> dict[str, Any]:
        call = urllib.request.Request(  # noqa: S310  (the caller saw to the scheme)
            f"{address.rstrip('/')}/sources_to_targets",
            data=json.dumps(request).encode(),
            headers={"Content-Type": "application/json"},
        )
        try:
            with urllib.request.urlopen(call, timeout=TIMEOUT_S) as answer:  # noqa: S310
                found = json.loads(answer.read(MAX_ANSWER))
        except (urllib.error.URLError, OSError, ValueError) as error:
            raise PlanError(
                "plan-engine", f"Valhalla at {address} does not answer: {error}", do="See that it runs", about=address
            ) from error
        return found if isinstance(found, dict) else {}

    return ask


def actor(config: Path) -> Ask:
    """Return how to ask Valhalla in this process (pyvalhalla) with the tiles that a configuration file names."""
    try:
        import valhalla  # noqa: PLC0415  (an extra: its wheel is for Python 3.12 and newer only)
    except ImportError as error:
        raise PlanError(
            "plan-engine",
            "pyvalhalla is not installed",
            do="With Python 3.12 or newer: pip install 'sarhad[valhalla]'; else name a service's address",
            about="pyvalhalla",
        ) from error
    try:
        made = valhalla.Actor(str(config))
    except RuntimeError as error:
        raise PlanError("plan-engine", f"Valhalla cannot start from {config}: {error}", about=str(config)) from error

    def ask(request: dict[str, Any]) -> dict[str, Any]:
        try:
            found = made.matrix(request)
        except RuntimeError as error:
            raise PlanError("plan-engine", f"Valhalla does not answer: {error}", about=str(config)) from error
        return found if isinstance(found, dict) else {}

    return ask
