"""Drills begun and joined at the desk: each node plays its own side, by the clock of the record that began the drill.

The beginning is a note in the exercise, released to all partners: which scenario, the digest
of its file, how fast.  Its claimed time is second 0 for everybody.  A partner's node that holds
the same file offers its officers to play their side of it; nobody plays another's.  Nothing
else is kept: after a restart the note is still there, and what was written is found.
"""

from __future__ import annotations

import asyncio
import hashlib
import re
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

import msgspec

from sarhad.desk import Actor, NotFound
from sarhad.node import exporting
from sarhad.node.build import Node
from sarhad.node.drill.hands import GROUND, DirectorsHand, of_exercise
from sarhad.node.drill.player import Player, in_order
from sarhad.node.drill.scenario import Confirm, Inject, Scenario, ScenarioError, Title, read_scenario
from sarhad.node.drill.scoring import matched, score_bundle
from sarhad.picture.views import RecordFilter
from sarhad.web.drilling import (
    DrillStepView,
    DrillView,
    ScenarioView,
    ScoreLineView,
    ScoreSideView,
    ScoreView,
    StartBody,
    StepNameView,
)
from sarhad.wire.errors import Refused, SarhadError
from sarhad.wire.kinds import Note
from sarhad.wire.record import Record
from sarhad.wire.values import JOINT, Words

BEGINS = re.compile(r"Drill begins: scenario ([a-z0-9][a-z0-9-]{0,62}), file ([0-9a-f]{64}), speed ([1-9][0-9]{0,2})\.")
"""What ``begins_note`` writes; ui/src/model/nodesays.ts reads it in the reader's language."""
MAX_FILES = 200
PATIENCE_S = 12 * 3_600.0
"""How long our side waits for what the other side has not played; an officer stops it sooner."""


def begins_note(scenario: str, sha256: str, speed: int) -> str:
    """The first note of a drill."""
    return f"Drill begins: scenario {scenario}, file {sha256}, speed {speed}."


def ends_note(party: str) -> str:
    """The note of a desk that stops its side."""
    return f"Drill stopped at the desk of {party}."


@dataclass(frozen=True, slots=True)
class _Begun:
    """A drill as its first note tells it."""

    exercise: str
    scenario: str
    sha256: str
    speed: int
    note: Record


@dataclass(slots=True)
class _Playing:
    """Our side's player: ``problem`` is written when it ends, "" when it came to its end."""

    director: str
    task: asyncio.Task[None]
    problem: str = ""


@dataclass(slots=True)
class Drills:
    """See sarhad.web.drilling.Drilling.  ``_playing`` is written by join() and stop(), in the event loop."""

    node: Node
    _playing: dict[str, _Playing] = field(default_factory=dict)
    _files: dict[Path, tuple[int, str, Scenario | None]] = field(default_factory=dict)
    # By exercise, for so many records of it; what is not asked for is not made, what has not changed is not made anew.
    _begins: dict[str, tuple[int, _Begun | None]] = field(default_factory=dict)  # written by _begun()
    _matches: dict[str, tuple[int, dict[str, str]]] = field(default_factory=dict)  # written by _matched()

    def scenarios(self) -> list[ScenarioView]:
        """The scenarios here in which we take part, by name."""
        return [self._scenario_view(sha256, one) for sha256, one in self._held()]

    def _held(self) -> Iterator[tuple[str, Scenario]]:
        settings = self.node.settings
        folder = Path(settings.scenario_folder) if settings.scenario_folder else settings.region_folder()
        if folder is None or not folder.is_dir():
            return
        for path in sorted(folder.glob("*.json"))[:MAX_FILES]:
            sha256, found = self._read(path)
            if found is not None and self.node.party in found.parties:
                yield sha256, found

    def _read(self, path: Path) -> tuple[str, Scenario | None]:
        """Read a file once for each time that it changes; None where it is no scenario."""
        changed = path.stat().st_mtime_ns
        held = self._files.get(path)
        if held is None or held[0] != changed:
            sha256 = hashlib.sha256(path.read_bytes()).hexdigest()
            try:
                held = changed, sha256, read_scenario(path)
            except (ScenarioError, OSError):
                held = changed, sha256, None
            self._files[path] = held
        return held[1], held[2]

    def _scenario_view(self, sha256: str, one: Scenario) -> ScenarioView:
        parts = list(in_order(one))
        played = [part for part in parts if not _is_reaction(part)]
        ours = sum(part.party == self.node.party for part in played)
        return ScenarioView(
            name=one.name,
            title=_words(one.title),
            about=msgspec.to_builtins(one.about),
            sha256=sha256,
            parties=one.parties,
            lasts_s=max(part.at_s for part in parts),
            ours=ours,
            theirs=len(played) - ours,
            reactions=len(parts) - len(played),
            expectations=len(one.expectations),
        )

    def drills(self) -> list[DrillView]:
        """Every drill that somebody began, newest first."""
        held = dict(self._held())
        begun = [found for name in self.node.desk.exercises if (found := self._begun(name)) is not None]
        views = [self._view(one, held.get(one.sha256)) for one in begun]
        return sorted(views, key=lambda view: -view.begun_us)

    def _begun(self, exercise: str) -> _Begun | None:
        """Read the first note of an exercise that begins a drill; the earliest by claimed time, then by name."""
        count = self._count(exercise, ("note",))
        held = self._begins.get(exercise)
        if held is None or held[0] != count:
            held = self._begins[exercise] = count, self._read_notes(exercise)
        return held[1]

    def _count(self, exercise: str | None, kinds: tuple[str, ...] = ()) -> int:
        """How many records of an exercise are here: they only become more, and counting them is quick."""
        return self.node.picture.records(RecordFilter(exercise=exercise, kinds=kinds, limit=1)).total

    def _read_notes(self, exercise: str) -> _Begun | None:
        notes = sorted(of_exercise(self.node.desk, exercise, ("note",)), key=lambda one: (one.header.at, one.ref))
        for note in notes:
            found = BEGINS.match(note.data.text.text) if isinstance(note.data, Note) else None
            if found is not None:
                return _Begun(exercise, found[1], found[2], int(found[3]), note)
        return None

    def _view(self, one: _Begun, scenario: Scenario | None) -> DrillView:
        playing = self._playing.get(one.exercise)
        state = "ready"
        if playing is not None:
            state = "running" if not playing.task.done() else "failed" if playing.problem else "done"
        return DrillView(
            exercise=one.exercise,
            scenario=one.scenario,
            title={} if scenario is None else _words(scenario.title),
            about={} if scenario is None else msgspec.to_builtins(scenario.about),
            same=scenario is not None,
            begun_by=one.note.party,
            begun_ref=one.note.ref,
            begun_us=one.note.header.at,
            speed=one.speed,
            lasts_s=0 if scenario is None else max(part.at_s for part in in_order(scenario)),
            state=state,  # type: ignore[arg-type]  # one of the four words above
            director=playing.director if playing is not None else "",
            problem=playing.problem if playing is not None else "",
        )

    def steps(self, exercise: str) -> list[DrillStepView]:
        """The steps of a drill, by time; raises NotFound where none of this name was begun."""
        one = self._begun(exercise)
        if one is None:
            raise NotFound("no drill of this name was begun", where="exercise", do="See the list")
        scenario = dict(self._held()).get(one.sha256)
        return [] if scenario is None else list(self._steps(one, scenario))

    def _matched(self, one: _Begun, scenario: Scenario) -> dict[str, str]:
        """The record that each inject became; looked for anew when there are more records."""
        count = self._count(one.exercise) + self._count(None, GROUND)
        held = self._matches.get(one.exercise)
        if held is None or held[0] != count:
            found = matched(scenario, self._records(one.exercise), one.exercise)
            held = self._matches[one.exercise] = count, found
        return held[1]

    def _steps(self, one: _Begun, scenario: Scenario) -> Iterator[DrillStepView]:
        found = self._matched(one, scenario)
        titles = {inject.name: _words(inject.title) for inject in scenario.injects}
        for part in in_order(scenario):
            name = part.name if isinstance(part, Inject) else part.of
            ref, at = found.get(name, ""), None
            if isinstance(part, Confirm):
                ref, at = self._receipt(ref, part) if ref else ("", None)
            elif ref:
                held = self.node.desk.held(ref)
                at = None if held is None else held.header.at
            yield DrillStepView(
                name=name,
                title=titles[name],
                at_s=part.at_s,
                party=part.party,
                kind=part.kind if isinstance(part, Inject) else part.step,
                reaction=_is_reaction(part),
                ref=ref,
                at_us=at,
            )

    def _records(self, exercise: str) -> list[Record]:
        """The records of a drill and of the ground, in the order of their logs."""
        found = [*of_exercise(self.node.desk, exercise), *of_exercise(self.node.desk, None, GROUND)]
        return sorted(found, key=lambda record: (record.log, record.seq))

    def _receipt(self, ref: str, part: Confirm) -> tuple[str, int | None]:
        view = self.node.picture.record(ref)
        for receipt in view.receipts if view is not None else ():
            if receipt.party == part.party and receipt.step == part.step:
                return receipt.ref, receipt.at
        return "", None

    async def start(self, actor: Actor, order: StartBody) -> None:
        """Begin a drill and play our side; raise Refused for a name in use, NotFound for no such scenario."""
        if order.exercise in self.node.desk.exercises:
            raise Refused("there is an exercise of this name", where="exercise", do="Choose another name")
        for found, scenario in await asyncio.to_thread(lambda: list(self._held())):
            if scenario.name == order.scenario:
                sha256 = found
                break
        else:
            raise NotFound("there is no such scenario here", where="scenario", do="Choose one of the list")
        strangers = set(scenario.parties) - self.node.desk.partners() - {self.node.party}
        if strangers:
            raise Refused(
                f"{', '.join(sorted(strangers))} takes part and is no partner", where="scenario", do="Choose another"
            )
        await self._note(actor, order.exercise, begins_note(scenario.name, sha256, order.speed))
        await self.join(actor, order.exercise, reactions=order.reactions)

    async def join(self, actor: Actor, exercise: str, *, reactions: bool) -> None:
        """Play our side from where it stands; raise NotFound or Refused."""
        one = self._begun(exercise)
        if one is None:
            raise NotFound("no drill of this name was begun", where="exercise", do="See the list")
        playing = self._playing.get(exercise)
        if playing is not None and not playing.task.done():
            raise Refused("our side is played already", where="exercise", do=f"{playing.director} directs it")
        held = dict(await asyncio.to_thread(lambda: list(self._held())))
        scenario = held.get(one.sha256)
        if scenario is None:
            raise Refused(
                f"the file of the scenario {one.scenario} is not here, or another version of it",
                where="scenario",
                do="Get it from who began the drill, and put it into the folder of scenarios",
            )
        hand = DirectorsHand(self.node.desk, actor)
        ours = self.node.party
        hands = {(ours, part.officer): hand for part in in_order(scenario) if part.party == ours}
        elapsed_s = max(0.0, (self.node.clock() - one.note.header.at) / 1e6)
        player = Player(
            scenario, exercise, hands, reactions, float(one.speed), patience_s=PATIENCE_S, elapsed_s=elapsed_s
        )
        started = _Playing(actor.officer, asyncio.create_task(player.run()))
        self._playing[exercise] = started
        started.task.add_done_callback(lambda task: self._ended(started, task))

    def _ended(self, playing: _Playing, task: asyncio.Task[None]) -> None:
        if task.cancelled():
            playing.problem = "stopped"
        elif isinstance(error := task.exception(), SarhadError):
            playing.problem = error.what
        elif error is not None:
            playing.problem = f"something went wrong inside the node: {type(error).__name__}"
        self.node.desk.hub.publish("changed", ("drill",), self.node.clock())

    async def stop(self, actor: Actor, exercise: str) -> None:
        """Stop our side's player; what it wrote stays.  Raises NotFound where none plays."""
        playing = self._playing.get(exercise)
        if playing is None or playing.task.done():
            raise NotFound("our side of it is not being played", where="exercise", do="See the list")
        playing.task.cancel()
        await asyncio.wait({playing.task})
        await self._note(actor, exercise, ends_note(self.node.party))

    async def _note(self, actor: Actor, exercise: str, text: str) -> None:
        await self.node.desk.act(actor, Note(text=Words(lang="en", text=text)), release=JOINT, exercise=exercise)

    async def score(self, exercise: str) -> ScoreView:
        """Score from a bundle of the drill's records, every proof of it verified."""
        one = self._begun(exercise)
        held = dict(await asyncio.to_thread(lambda: list(self._held())))
        scenario = held.get(one.sha256) if one is not None else None
        if scenario is None:
            raise NotFound("no drill of this name was begun from a scenario that is here", where="exercise")
        refs = tuple(record.ref for record in self._records(exercise))
        with tempfile.TemporaryDirectory(prefix="sarhad-drill-") as folder:
            path = Path(folder) / "drill.zip"
            await exporting.write(self.node, path, "own", refs)
            found = await asyncio.to_thread(score_bundle, scenario, path, exercise, {})
        titles = {inject.name: _words(inject.title) for inject in scenario.injects}
        lines = [
            msgspec.convert(msgspec.to_builtins(line) | {"title": titles[line.of]}, ScoreLineView)
            for line in found.lines
        ]
        sides = [msgspec.convert(side, ScoreSideView, from_attributes=True) for side in found.sides]
        return ScoreView(
            exercise=exercise,
            scenario=scenario.name,
            lines=tuple(lines),
            sides=tuple(sides),
            left=tuple(StepNameView(name=name, title=titles[name]) for name in found.left),
        )


def _words(title: Title | None) -> dict[str, str]:
    """A title by language; {} where there is none."""
    return {} if title is None else {lang: text for lang, text in msgspec.to_builtins(title).items() if text}


def _is_reaction(part: Inject | Confirm) -> bool:
    return isinstance(part, Confirm) or part.reaction
