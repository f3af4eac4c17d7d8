"""The stage: two fictional parties made from the region package, two node processes, two cables."""

from __future__ import annotations

import asyncio
import contextlib
import os
import secrets
import shutil
import signal
import socket
import sys
from collections.abc import AsyncIterator, Awaitable, Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import msgspec

from sarhad.exchange import invitation
from sarhad.gateways.geo.ground import Ground, read_ground, read_terms
from sarhad.node import setup
from sarhad.node.build import Node, opened
from sarhad.node.demo.relay import Relay
from sarhad.node.drill.scenario import Scenario, read_scenario
from sarhad.node.officer import OfficerClient
from sarhad.node.running import require_free
from sarhad.node.settings import Settings
from sarhad.wire.errors import SarhadError
from sarhad.wire.kinds import Agreement, Officer
from sarhad.wire.registry import KINDS

MARKER = ".sarhad-demo"
SCENARIO = "founding-case.json"
START_TIMEOUT_S = 30.0
STOP_TIMEOUT_S = 15.0


@dataclass(slots=True)
class Side:
    """One party on the stage: its folder, sign-ins, process and officers at work."""

    party: str
    ground: Ground
    folder: Path
    desk_port: int
    exchange_port: int
    relay: Relay  # the cable that leads to this side
    relay_port: int
    passwords: dict[str, str] = field(default_factory=dict)
    officers: dict[str, OfficerClient] = field(default_factory=dict)  # filled by sign_in()
    process: asyncio.subprocess.Process | None = None  # set by start(), cleared by stop()
    refs: dict[str, str] = field(default_factory=dict)  # key of the ground -> reference

    @property
    def url(self) -> str:
        """Address of the desk's pages."""
        return f"http://127.0.0.1:{self.desk_port}"

    def __getitem__(self, officer: str) -> OfficerClient:
        """Return the officer at work under this sign-in name."""
        return self.officers[officer]


@dataclass(slots=True)
class Stage:
    """Both sides and the scenario.  ``a`` proposes the terms, ``b`` signs them."""

    a: Side
    b: Side
    region: Path
    scenario: Scenario
    fingerprints: dict[str, tuple[str, str]] = field(default_factory=dict)
    signed: dict[str, str] = field(default_factory=dict)  # "terms": the proposal in force; written by the story

    @property
    def sides(self) -> tuple[Side, Side]:
        """Both sides."""
        return self.a, self.b

    def side(self, party: str) -> Side:
        """Return the side of a party."""
        return self.a if self.a.party == party else self.b

    def cut(self) -> None:
        """Pull both cables."""
        for side in self.sides:
            side.relay.cut()

    def heal(self) -> None:
        """Plug both cables in again."""
        for side in self.sides:
            side.relay.join()


def clear_folder(folder: Path) -> None:
    """Make an empty demo folder; replaces an earlier demo's, and nothing else."""
    if folder.exists() and any(folder.iterdir()) and not (folder / MARKER).exists():
        raise SarhadError(
            "the folder holds something that is not a demo", where=str(folder), do="Name another with --folder"
        )
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    (folder / MARKER).write_text("Made by sarhad demo; replaced by the next one.\n")


def free_port() -> int:
    """Return a TCP port of 127.0.0.1 that is free now."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


async def make_stage(folder: Path, region: Path, port: int, *, joined: bool = True) -> Stage:
    """Make both parties' folders, start the cables, join the parties if asked to; nothing is served yet."""
    for number in (port, port + 1) if port else ():
        require_free("127.0.0.1", number, "--port (0 takes any)")
    clear_folder(folder)
    terms = read_terms(region / "ground" / "terms.json")
    names = sorted(terms.terms.parties, key=lambda party: party != terms.proposer)
    sides = [
        await _make_side(folder, region, party, port + i if port else free_port()) for i, party in enumerate(names)
    ]
    scenario = read_scenario(region / SCENARIO)
    stage = Stage(sides[0], sides[1], region, scenario)
    if joined:
        await _join(folder, stage)
    return stage


async def _make_side(folder: Path, region: Path, party: str, desk_port: int) -> Side:
    ground = read_ground(region / "ground" / f"{party}.json")
    exchange_port = free_port()
    relay = Relay(("127.0.0.1", exchange_port))
    relay_port = await relay.start()
    side = Side(party, ground, folder / party, desk_port, exchange_port, relay, relay_port)

    profile = setup.Profile(
        party=party,
        names=ground.names,
        country=ground.country,
        zone=ground.zone,
        calendar=ground.calendar,
        endpoint=f"https://127.0.0.1:{relay_port}",
        origin=f"sarhad.example/{party}",
    )
    settings = Settings(desk_port=desk_port, exchange_port=exchange_port, region=str(region.resolve()))
    setup.make_node(side.folder, profile, settings)
    return side


async def _join(folder: Path, stage: Stage) -> None:
    """Exchange invitation files and compare the fingerprints on both sides, as two people would."""
    for inviter, joiner in ((stage.a, stage.b), (stage.b, stage.a)):
        path = folder / f"{inviter.party}{invitation.SUFFIX}"
        setup.invite(inviter.folder, path)
        read_out = invitation.read_invitation(path).fingerprint
        setup.join(joiner.folder, path, read_out)
        stage.fingerprints[inviter.party] = (read_out, invitation.read_invitation(path).fingerprint)


async def furnish(side: Side, work: Callable[[Node], Awaitable[None]]) -> None:
    """Write the ground and the officers' sign-ins of one side, then do ``work``, before anything is served."""
    async with opened(side.folder) as node:
        side.refs = await setup.write_ground(node, side.ground)
        for officer in side.ground.of(Officer):
            side.passwords[officer.officer] = secrets.token_urlsafe(9)
            node.accounts.set_password(officer.officer, side.passwords[officer.officer])
        await work(node)


async def start(side: Side) -> None:
    """Start the node's process and wait until its desk answers; raises SarhadError with its last words."""
    log = (side.folder / "node.log").open("ab")
    side.process = await asyncio.create_subprocess_exec(
        sys.executable, "-m", "sarhad", "run", str(side.folder), stdout=log, stderr=log, env=dict(os.environ)
    )
    log.close()
    probe = OfficerClient(side.url, "", "")
    try:
        healthy = asyncio.create_task(probe.until("/api/health", lambda answer: True, START_TIMEOUT_S))
        ended = asyncio.create_task(side.process.wait())
        await asyncio.wait({healthy, ended}, return_when=asyncio.FIRST_COMPLETED)
        if ended.done() or await healthy is None:
            healthy.cancel()
            words = (side.folder / "node.log").read_text(errors="replace").strip().splitlines()[-5:]
            raise SarhadError(f"the node of {side.party} did not start: {' / '.join(words)}", where=str(side.folder))
        ended.cancel()
    finally:
        await probe.close()


async def sign_in(side: Side) -> None:
    """Sign every officer of one side in at its desk."""
    for name, password in side.passwords.items():
        client = OfficerClient(side.url, name, password)
        await client.sign_in()
        side.officers[name] = client


async def stop(side: Side) -> None:
    """Sign the officers off and end the process."""
    for client in side.officers.values():
        await client.close()
    side.officers.clear()
    if side.process is not None and side.process.returncode is None:
        with contextlib.suppress(ProcessLookupError):
            side.process.send_signal(signal.SIGTERM)
        try:
            await asyncio.wait_for(side.process.wait(), STOP_TIMEOUT_S)
        except TimeoutError:
            side.process.kill()
            await side.process.wait()
    side.process = None


@contextlib.asynccontextmanager
async def ending(stage: Stage) -> AsyncIterator[Stage]:
    """End processes and cables however the play ends."""
    try:
        yield stage
    finally:
        for side in stage.sides:
            await stop(side)
            await side.relay.stop()


def agreement_data(stage: Stage, *, at_speed: bool) -> dict[str, Any]:
    """The terms of the region package, with the scenario's quicker clocks when played at speed."""
    draft = read_terms(stage.region / "ground" / "terms.json")
    held = {f"{side.party}/{key}": ref for side in stage.sides for key, ref in side.refs.items()}
    terms = draft.resolve(held)
    plain: dict[str, Any] = msgspec.to_builtins(Agreement(terms=terms))
    if at_speed:
        plain["terms"]["clocks"] = msgspec.to_builtins(stage.scenario.clocks)
    KINDS["agreement"].decode(msgspec.json.encode(plain))
    return plain
