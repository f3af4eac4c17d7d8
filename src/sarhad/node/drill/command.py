"""``sarhad drill``: sign the officers in, play, tell; fetch the proofs, score, tell."""

from __future__ import annotations

import asyncio
import contextlib
import os
import sys
import tempfile
from collections.abc import Callable, Sequence
from pathlib import Path

import msgspec
from rich.box import SIMPLE
from rich.console import Console
from rich.table import Table

from sarhad.node.drill.hands import SignedInHand
from sarhad.node.drill.player import Player, needed
from sarhad.node.drill.scenario import Confirm, Inject, Scenario, read_scenario
from sarhad.node.drill.scoring import Score, score_bundle
from sarhad.node.officer import OfficerClient
from sarhad.wire.errors import SarhadError, VerificationError

WIDTH = 140
Ask = Callable[[str], str]
"""Asks a person for a password, given whose."""


def run(
    path: Path,
    desks: Sequence[str],
    names: Sequence[str],
    exercise: str | None,
    speed: float,
    reactions: bool,
    patience_s: float,
    ca: Path | None,
    ask: Ask,
) -> None:
    """Play the scenario's injects for the parties of ``desks`` by the officers named (none: all that it needs)."""
    scenario = read_scenario(path)
    console = Console(highlight=False, markup=False, width=None if sys.stdout.isatty() else WIDTH)

    def told(what: str, part: Inject | Confirm, ref: str) -> None:
        doing = f"{part.kind} {part.name}" if isinstance(part, Inject) else f"{part.step} {part.of}"
        said = {"played": ref, "found": f"{ref} (was there)", "left": "left to people", "missed": "not played"}[what]
        console.print(f"{part.at_s:>6} s  {part.party}/{part.officer:<14} {doing:<40} {said}")

    async def play() -> None:
        async with contextlib.AsyncExitStack() as stack:
            officers = {}
            for url in desks:
                officers.update(await _at_desk(stack, url, scenario, names, reactions, ca, ask))
            hands = {who: SignedInHand(client) for who, client in officers.items()}
            player = Player(scenario, exercise or scenario.name, hands, reactions, speed, patience_s, told=told)
            console.print(f"EXERCISE {player.exercise}: {scenario.about.en}")
            await player.run()

    asyncio.run(play())


async def _at_desk(
    stack: contextlib.AsyncExitStack,
    url: str,
    scenario: Scenario,
    names: Sequence[str],
    reactions: bool,
    ca: Path | None,
    ask: Ask,
) -> dict[tuple[str, str], OfficerClient]:
    """Sign in at one desk whoever the scenario needs there."""
    probe = OfficerClient(url, "", "", ca)
    try:
        party = str((await probe.get("/api/health"))["party"])
    finally:
        await probe.close()
    if party not in scenario.parties:
        raise SarhadError(f"the desk is of {party}, which takes no part", where=url, do="Name another desk")
    wanted = needed(scenario, party, reactions=reactions)
    found = {}
    for name in sorted(wanted & set(names) if names else wanted):
        client = OfficerClient(url, name, password(party, name, ask), ca)
        stack.push_async_callback(client.close)
        await client.sign_in()
        found[party, name] = client
    return found


def password(party: str, officer: str, ask: Ask) -> str:
    """Return SARHAD_PASSWORD_<PARTY>_<OFFICER>, SARHAD_PASSWORD_<OFFICER> or SARHAD_PASSWORD, or ask."""
    for words in ((party, officer), (officer,), ()):
        name = "_".join(("SARHAD_PASSWORD", *words)).upper().replace("-", "_").replace(".", "_")
        if found := os.environ.get(name):
            return found
    return ask(f"{officer} of {party}")


def score(
    path: Path,
    bundle: Path | None,
    desk: str | None,
    officer: str,
    *,
    exercise: str | None,
    pins: Sequence[str],
    as_json: bool,
    ca: Path | None,
    ask: Ask,
) -> int:
    """Score from a bundle, or from one that the desk is asked for; return 0, or 1 when a proof does not hold."""
    if (bundle is None) == (desk is None):
        raise SarhadError("name either a bundle or a desk", do="Give --bundle FILE or --desk URL")
    scenario = read_scenario(path)
    pinned = dict(_pin(text) for text in pins)
    with tempfile.TemporaryDirectory(prefix="sarhad-drill-") as folder:
        file = bundle or Path(folder) / "drill.zip"
        if desk is not None:
            file.write_bytes(asyncio.run(_fetch(desk, officer, ca, ask)))
        try:
            found = score_bundle(scenario, file, exercise or scenario.name, pinned)
        except VerificationError as error:
            print(f"sarhad: {error}", file=sys.stderr)
            return 1
    if as_json:
        print(msgspec.json.encode(found).decode())
    else:
        _print(found)
    return 0


def _pin(text: str) -> tuple[str, str]:
    party, sign, fingerprint = text.partition("=")
    if not sign:
        raise SarhadError(f"{text!r} is not PARTY=FINGERPRINT", where="--pin")
    return party, fingerprint


async def _fetch(desk: str, officer: str, ca: Path | None, ask: Ask) -> bytes:
    probe = OfficerClient(desk, "", "", ca)
    try:
        party = str((await probe.get("/api/health"))["party"])
    finally:
        await probe.close()
    client = OfficerClient(desk, officer, password(party, officer, ask), ca)
    try:
        await client.sign_in()
        return await client.download("/api/export", {"audience": "own"})
    finally:
        await client.close()


def _print(found: Score) -> None:
    console = Console(highlight=False, markup=False, width=None if sys.stdout.isatty() else WIDTH)
    console.print(f"EXERCISE {found.exercise}, scenario {found.scenario}: by countersigned times only")
    table = Table(box=SIMPLE, pad_edge=False)
    for heading in ("Expected", "Of", "Step", "Within", "Took at most", "Outcome", "Record", "Done by"):
        table.add_column(heading, justify="right" if heading in ("Within", "Took at most") else "left")
    for line in found.lines:
        took = "?" if line.took_s is None else f"{line.took_s} s"
        outcome = line.outcome.upper() if line.outcome != "met" else "met"
        table.add_row(line.by, line.of, line.step, f"{line.within_s} s", took, outcome, line.ref, line.done_by)
    console.print(table)
    for side in found.sides:
        middle = "?" if side.median_s is None else f"{side.median_s:g} s"
        console.print(
            f"{side.party}: {side.expected} expected, {side.met} met, {side.late} late, {side.missing} missing, "
            f"{side.unproven} unproven, {side.not_scored} not to be scored; median {middle}"
        )
    if found.left:
        console.print(f"Not played: {', '.join(found.left)}")
