"""Which engine searches the roads: our own, or Valhalla where one is named."""

from __future__ import annotations

from sarhad.response.reach import Engines, engine_of


def engines(name: str | None) -> Engines:
    """Return our own engine for None."""
    return engine_of
