"""Playing a scenario at running desks: each inject at its time, by the officer that it names, as exercise traffic.

Nothing is remembered outside the records: what a player finds already written it does
not write again, so a drill that was interrupted goes on where it stopped, and the
players of several parties need not know each other.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field

import msgspec

from sarhad.node.drill.hands import Hand
from sarhad.node.drill.scenario import Confirm, Inject, Scenario
from sarhad.node.drill.template import Template, plain
from sarhad.wire.errors import Unavailable
from sarhad.wire.registry import KINDS

POLL_S = 0.2
Told = Callable[[str, Inject | Confirm, str], None]
"""Called with what happened (``played``, ``found``, ``left``, ``missed``), to what, and the reference if any."""


@dataclass(slots=True)
class _Waiting:
    """A part that waits for a record, until when (the loop's clock), and for which."""

    part: Inject | Confirm
    until: float
    lacks: str = ""

    @property
    def name(self) -> str:
        """The inject, or what is confirmed of which."""
        part = self.part
        return part.name if isinstance(part, Inject) else f"{part.step} of {part.of}"


@dataclass(slots=True)
class Player:
    """Plays one scenario.  ``officers`` are those who play, by (party, name); others' injects are left to people.

    ``elapsed_s``: seconds that have passed since the drill began, where another began it.
    """

    scenario: Scenario
    exercise: str
    officers: Mapping[tuple[str, str], Hand]
    reactions: bool = False
    speed: float = 1.0
    patience_s: float = 600.0
    elapsed_s: float = 0.0
    told: Told = lambda what, which, ref: None
    refs: dict[str, str] = field(default_factory=dict)
    """Inject to the record that it became; written by _find() and _play() only."""
    _templates: dict[str, Template] = field(init=False)

    def __post_init__(self) -> None:
        """Set the references of every inject apart."""
        self._templates = self.scenario.templates()

    async def run(self) -> None:
        """Play everything that is this player's, each at its time, or once what it names has come.

        What waits for a record of another side holds nothing else up.  Raises SarhadError
        when a desk refuses, and Unavailable at the end for what was waited for in vain.
        """
        clock = asyncio.get_running_loop().time
        began = clock() - self.elapsed_s
        waiting: list[_Waiting] = []
        missed: list[_Waiting] = []
        for part in in_order(self.scenario):
            if not self._is_ours(part):
                self.told("left", part, "")
                continue
            due = began + part.at_s / self.speed
            while (left := due - clock()) > 0:
                await asyncio.sleep(min(left, POLL_S) if waiting else left)
                missed += await self._try(waiting, clock())
            waiting.append(_Waiting(part, clock() + self.patience_s))
            missed += await self._try(waiting, clock())
        while waiting:
            await asyncio.sleep(POLL_S)
            missed += await self._try(waiting, clock())
        if missed:
            what = "; ".join(f"{one.name} waited for {one.lacks}" for one in missed)
            do = "Is it played elsewhere, and is the link up? Run again to go on from here"
            raise Unavailable(f"not played: {what}", where=self.scenario.name, do=do)

    async def _try(self, waiting: list[_Waiting], now: float) -> list[_Waiting]:
        """Play what can be played; take it, and what was waited for too long, off the list; return the latter."""
        missed = []
        for one in tuple(waiting):
            one.lacks = await self._lacks(one.part)
            if not one.lacks:
                await (self._play(one.part) if isinstance(one.part, Inject) else self._confirm(one.part))
            elif now <= one.until:
                continue
            else:
                missed.append(one)
                self.told("missed", one.part, "")
            waiting.remove(one)
        return missed

    async def _lacks(self, part: Inject | Confirm) -> str:
        """Name the first record that the part needs and its officer's desk does not hold; "" when all are there."""
        officer = self.officers[part.party, part.officer]
        markers = self._templates[part.name].markers.values() if isinstance(part, Inject) else (part.of,)
        for marker in markers:
            ref = self.refs.get(marker) or await self._find(officer, marker)
            if ref is None or not await officer.holds(ref):
                return marker
        return ""

    def _is_ours(self, part: Inject | Confirm) -> bool:
        reaction = isinstance(part, Confirm) or part.reaction
        return (part.party, part.officer) in self.officers and (self.reactions or not reaction)

    async def _play(self, inject: Inject) -> None:
        officer = self.officers[inject.party, inject.officer]
        template = self._templates[inject.name]
        found = await self._find(officer, inject.name)
        if found is not None:
            self.told("found", inject, found)
            return
        data = template.fill(self.refs.__getitem__, await officer.now_us())
        key = f"drill/{self.exercise[:50]}/{inject.name[:50]}"
        self.refs[inject.name] = await officer.act(
            inject.kind, data, msgspec.to_builtins(inject.release), self.exercise, key
        )
        self.told("played", inject, self.refs[inject.name])

    async def _confirm(self, confirm: Confirm) -> None:
        officer = self.officers[confirm.party, confirm.officer]
        ref = self.refs[confirm.of]
        written = await officer.confirm(confirm.step, ref)
        self.told("played" if written else "found", confirm, ref)

    async def _find(self, officer: Hand, marker: str) -> str | None:
        """Look for the record of an inject, or of the ground, at the officer's desk."""
        if "/" in marker:
            found = await officer.ground(marker)
        else:
            found = await self._find_inject(officer, self.scenario.inject(marker))
        if found is not None:
            self.refs[marker] = found
        return found

    async def _find_inject(self, officer: Hand, inject: Inject) -> str | None:
        template = self._templates[inject.name]
        for marker in template.markers.values():
            if marker not in self.refs and await self._find(officer, marker) is None:
                return None
        taken = set(self.refs.values())
        for held in sorted(await officer.records(self.exercise, inject.kind, inject.party), key=lambda one: one.place):
            data = plain(KINDS[inject.kind], held.data)
            if held.ref not in taken and template.fits(data, lambda marker, ref: self.refs[marker] == ref):
                return held.ref
        return None


def in_order(scenario: Scenario) -> Iterator[Inject | Confirm]:
    """Yield injects and confirmations by time; at the same second what is confirmed comes first."""
    parts: list[Inject | Confirm] = [*scenario.injects, *scenario.confirmations]
    yield from sorted(parts, key=lambda part: part.at_s)


def needed(scenario: Scenario, party: str, *, reactions: bool) -> set[str]:
    """Return the officers of a party that the scenario plays."""
    parts = [part for part in in_order(scenario) if part.party == party]
    return {part.officer for part in parts if reactions or (isinstance(part, Inject) and not part.reaction)}
