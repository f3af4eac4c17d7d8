"""What the desk's web interface is told by the node."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Literal, Protocol

from sarhad.desk import Actor
from sarhad.desk.passkeys import RelyingParty
from sarhad.picture.places import PlaceIndex
from sarhad.web.outside import OutsideSettings
from sarhad.web.paper import Paper
from sarhad.wire.values import Language

PAGES = Path(__file__).parent / "static"

Export = Callable[[str, Actor], Awaitable[Path]]
"""Makes a bundle for an audience (``own``, ``public`` or a partner's name); returns a file that the web deletes."""


@dataclass(frozen=True, slots=True)
class PrintOrder:
    """What is printed: an ``incident`` (``ref``), the ``log``, a ``handover``, a ``drill``'s score (``exercise``)."""

    what: Literal["incident", "log", "handover", "drill"]
    lang: Language
    ref: str = ""
    exercise: str | None = None
    since_us: int | None = None
    until_us: int | None = None
    q: str = ""


class Printer(Protocol):
    """What makes prints; the same values stand on the screen and in the PDF."""

    async def paper(self, order: PrintOrder, actor: Actor) -> Paper:
        """Collect what is printed; raises NotFound for an incident that is not held."""

    async def pdf(self, order: PrintOrder, actor: Actor) -> bytes:
        """Set it as PDF; raises Unavailable where this node cannot."""


class Compute(Protocol):
    """Puts a question to a worker process, so that the event loop never computes."""

    async def __call__(self, task: str, question: bytes, *, timeout_s: float = 30.0) -> bytes:
        """Return the answer; raises PlanError as the task does, Unavailable when it cannot be had now."""
        ...


@dataclass(frozen=True, slots=True)
class Rate:
    """A bucket of ``burst`` calls that fills again with ``per_s`` calls a second."""

    per_s: float
    burst: int


@dataclass(frozen=True, slots=True)
class Phones:
    """The desk's HTTPS addresses, and its own authority: certificate (DER), SHA-256 as phones show it, end (µs UTC)."""

    addresses: tuple[str, ...]
    authority: bytes
    fingerprint: str
    ends_us: int


@dataclass(frozen=True, slots=True)
class WebSettings:
    """``https``: the desk is reached over TLS, its own or a proxy's, so that cookies are Secure and HSTS is sent.

    ``region``: folder with the region's files; ``pages``: the built pages.
    ``places``: the region's places, to be found by name.
    ``hosts``: names by which the desk may be addressed; empty: any.
    ``passkeys``: under which name passkeys are made; None: none are taken.
    ``phones``: the desk's own authority; None where its certificate is another's, or there is none.
    ``outside``: the authority's own sign-in service, None where there is none.
    """

    https: bool = False
    region: Path | None = None
    pages: Path = PAGES
    places: PlaceIndex | None = None
    hosts: frozenset[str] = frozenset()
    passkeys: RelyingParty | None = None
    phones: Phones | None = None
    outside: OutsideSettings | None = None
    heartbeat_s: float = 15.0
    json_bytes: int = 128 * 1024
    reads: Rate = field(default_factory=lambda: Rate(200, 1_000))
    writes: Rate = field(default_factory=lambda: Rate(50, 200))
    prints: Rate = field(default_factory=lambda: Rate(0.2, 5))
    """PDFs that one officer may have made: each takes some tenths of a second of one core."""
    plans: Rate = field(default_factory=lambda: Rate(4, 60))
    """Questions of planning that one officer may put: a slider that is moved asks a few times a second."""
    max_streams: int = 12
    """Event streams of one session at the same time."""
    escalate_percent: int = 50
    """Share of the acknowledgement's deadline after which a flash or immediate item is escalated; 0: never."""
