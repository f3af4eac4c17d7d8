"""``sarhad run``: serves the desk and the exchange until a signal ends it."""

from __future__ import annotations

import asyncio
import contextlib
import gc
import logging
import signal
import socket
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit

import structlog
import uvicorn

from sarhad.desk import Actor, Desk
from sarhad.gateways.geo.manifest import RegionError
from sarhad.gateways.geo.places import read_places
from sarhad.node import exporting, ways
from sarhad.node.administration import Administration
from sarhad.node.build import Node, opened
from sarhad.node.certificate import DeskTls, phones
from sarhad.node.compute import Compute
from sarhad.node.drill.at_desk import Drills
from sarhad.node.noticing import Noticing
from sarhad.node.printing.make import NodePrinter
from sarhad.node.settings import Settings, is_loopback
from sarhad.node.supervisor import supervise
from sarhad.picture.places import PlaceIndex
from sarhad.web.app import create_app
from sarhad.web.settings import WebSettings
from sarhad.wire.errors import Unavailable

STOP_S = 5
PLANS_NICENESS = 10
"""Plans yield the processor to the desk and to responses."""

log = structlog.get_logger("sarhad.node")


@dataclass(frozen=True, slots=True)
class Workers:
    """The processes that compute for the desk, each started by its first question."""

    respond: Compute
    plan: Compute

    async def aclose(self) -> None:
        """End both."""
        await self.respond.close()
        await self.plan.close()


def workers_for(settings: Settings) -> Workers:
    """Return the workers on the node's region; none runs yet."""
    region = settings.region_folder()
    return Workers(Compute(region), Compute(region, niceness=PLANS_NICENESS))


class DeskServer(uvicorn.Server):
    """uvicorn without its own signal handling: the supervisor decides when to stop."""

    @contextlib.contextmanager
    def capture_signals(self) -> Iterator[None]:
        """Leave the process's signals alone."""
        yield


def main(folder: Path) -> int:
    """Serve the node in ``folder``; returns when it was told to stop."""
    asyncio.run(serve(folder))
    return 0


async def serve(folder: Path) -> None:
    """Open the node, run its parts, end them on SIGINT or SIGTERM."""
    async with opened(folder) as node, contextlib.aclosing(workers_for(node.settings)) as workers:
        configure_logging(node.settings.log_level)
        require_free(node.settings.desk_host, node.settings.desk_port, "desk_port")
        require_free(node.settings.exchange_host, node.settings.exchange_port, "exchange_port")
        stopped = asyncio.Event()
        loop = asyncio.get_running_loop()
        for number in (signal.SIGINT, signal.SIGTERM):
            loop.add_signal_handler(number, stopped.set)
        tls = DeskTls(node.folder, node.settings, node.clock) if node.settings.desk_tls_cert else None
        desk = desk_server(node, workers, tls)

        async def until_stopped() -> None:
            await stopped.wait()
            node.desk.close()
            desk.should_exit = True

        log.info("serving", party=node.party, desk=address(node.settings), exchange=node.settings.exchange_port)
        await supervise(
            {
                "exchange": lambda: exchange(node),
                "desk": desk.serve,
                "signals": until_stopped,
                "warming": lambda: warm(node.desk),
                "notices": Noticing(node.desk, workers.respond).run,
                **({"certificate": tls.keep} if tls else {}),
            },
            ending="desk",
        )
        log.info("stopped", party=node.party)


def require_free(host: str, port: int, setting: str) -> None:
    """Raise Unavailable when ``host``:``port`` cannot be listened on now; ``setting`` names what to change."""
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    with socket.socket(family, socket.SOCK_STREAM) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((host, port))
        except OSError as error:
            what, do = f"cannot listen there: {error.strerror}", f"End what listens there, or change {setting}"
            raise Unavailable(what, where=f"{host}:{port}", do=do) from error


async def warm(desk: Desk) -> None:
    """Make what the first looks need, once, while others are served.

    What it makes stays, so the garbage collector waits until it is done, and then passes
    over it for good: walking all of it held the event loop for 0.1 s at 100,000 records.
    """
    gc.disable()
    try:
        await desk.warm()
    finally:
        gc.enable()
    gc.freeze()


async def exchange(node: Node) -> None:
    """Run the exchange, anew whenever our own keys have changed."""
    while True:
        node.renewed.clear()
        running = asyncio.create_task(node.make_exchange().run())
        renewed = asyncio.create_task(node.renewed.wait())
        try:
            await asyncio.wait({running, renewed}, return_when=asyncio.FIRST_COMPLETED)
            if running.done():
                return running.result()
        finally:
            for task in (running, renewed):
                task.cancel()
            await asyncio.gather(running, renewed, return_exceptions=True)


def address(settings: Settings) -> str:
    """The desk's address as a browser writes it."""
    scheme = "https" if settings.desk_tls_cert else "http"
    return f"{scheme}://{settings.desk_host}:{settings.desk_port}"


def over_https(settings: Settings) -> bool:
    """Tell whether officers reach the desk over TLS: its own, or that of a server in front of it (``desk_url``)."""
    return bool(settings.desk_tls_cert) or settings.desk_url.startswith("https://")


def desk_server(node: Node, workers: Workers, tls: DeskTls | None = None) -> DeskServer:
    """Make the server of the desk's pages."""
    settings = node.settings

    async def export(audience: str, actor: Actor) -> Path:
        return await exporting.bundle_for_web(node, audience, actor)

    drills = Drills(node)
    app = create_app(
        node.desk,
        node.accounts,
        node.attachments,
        settings=WebSettings(
            https=over_https(settings),
            region=settings.region_folder(),
            places=places(settings),
            hosts=hosts(settings),
            passkeys=ways.relying_party(settings),
            outside=ways.outside(settings),
            escalate_percent=settings.escalate_percent,
            phones=phones(node.folder, settings),
        ),
        export=export,
        printer=NodePrinter(node, drills),
        compute=workers.respond,
        plans=workers.plan,
        approvals=node.approvals,
        keeping=Administration(node),
        drilling=drills,
    )
    config = uvicorn.Config(
        app,
        host=settings.desk_host,
        port=settings.desk_port,
        log_config=None,
        access_log=False,
        server_header=False,
        timeout_graceful_shutdown=STOP_S,
    )
    config.load()
    config.ssl = tls.context if tls else None
    return DeskServer(config)


def places(settings: Settings) -> PlaceIndex | None:
    """The region's places; none, and a line in the log, where they cannot be read: the desk serves all the same."""
    region = settings.region_folder()
    if region is None:
        return None
    try:
        return read_places(region)
    except RegionError as error:
        log.warning("the region's places cannot be read", what=str(error))
        return None


def hosts(settings: Settings) -> frozenset[str]:
    """Names by which the desk may be addressed (Host headers): loopback's, where it listens on loopback, and its own.

    The own one is that of ``desk_url``, for a server in front of it.  Refusing others keeps
    a page from elsewhere from reaching the desk by a name that it has pointed at this machine.
    """
    if not is_loopback(settings.desk_host):
        return frozenset()
    own = frozenset({urlsplit(settings.desk_url).netloc.lower()} - {""})
    return own | frozenset(f"{name}:{settings.desk_port}" for name in ("127.0.0.1", "localhost", "[::1]"))


def configure_logging(level: str) -> None:
    """Log one JSON object a line to standard error, from ``level`` up; libraries' warnings too."""
    logging.basicConfig(level=max(logging.WARNING, logging.getLevelName(level.upper())), format="%(message)s")
    structlog.configure(
        processors=[
            structlog.contextvars.merge_contextvars,
            structlog.processors.add_log_level,
            structlog.processors.TimeStamper(fmt="iso", utc=True),
            structlog.processors.dict_tracebacks,
            structlog.processors.JSONRenderer(ensure_ascii=False),
        ],
        wrapper_class=structlog.make_filtering_bound_logger(logging.getLevelName(level.upper())),
        logger_factory=structlog.PrintLoggerFactory(sys.stderr),
    )
