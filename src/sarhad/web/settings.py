"""What the desk's web interface is told by the node."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from pathlib import Path

from sarhad.desk import Actor
from sarhad.picture.places import PlaceIndex

PAGES = Path(__file__).parent / "static"

Export = Callable[[str, Actor], Awaitable[Path]]
"""Makes a bundle for an audience (``own``, ``public`` or a partner's name); returns a file that the web deletes."""


@dataclass(frozen=True, slots=True)
class Rate:
    """A bucket of ``burst`` calls that fills again with ``per_s`` calls a second."""

    per_s: float
    burst: int


@dataclass(frozen=True, slots=True)
class WebSettings:
    """``https``: the desk is served by TLS, so that cookies are Secure and HSTS is sent.

    ``region``: folder with the region's files; ``pages``: the built pages.
    ``places``: the region's places, to be found by name.
    ``hosts``: names by which the desk may be addressed; empty: any.
    """

    https: bool = False
    region: Path | None = None
    pages: Path = PAGES
    places: PlaceIndex | None = None
    hosts: frozenset[str] = frozenset()
    heartbeat_s: float = 15.0
    json_bytes: int = 128 * 1024
    reads: Rate = field(default_factory=lambda: Rate(200, 1_000))
    writes: Rate = field(default_factory=lambda: Rate(50, 200))
    max_streams: int = 12
    """Event streams of one session at the same time."""
