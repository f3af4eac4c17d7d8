"""What the drill screen asks of the node: scenarios, what is played in an exercise, and the proved times of it."""

from __future__ import annotations

from typing import Annotated, Literal, Protocol

from msgspec import Meta

from sarhad.desk import Actor
from sarhad.web.shapes import Answered, Body, Exercise


class ScenarioView(Answered, frozen=True, kw_only=True):
    """A scenario that is here: ``title`` (or {}) and ``about`` by language; ``sha256`` of its file.

    How long it lasts, how many steps a side plays.
    """

    name: str
    title: dict[str, str]
    about: dict[str, str]
    sha256: str
    parties: tuple[str, ...]
    lasts_s: int
    ours: int
    theirs: int
    reactions: int
    expectations: int


class DrillStepView(Answered, frozen=True, kw_only=True):
    """One step: an inject (``kind``) or a confirmation (``kind`` is its step), and the record that it became.

    ``title``: it in words, by language; {} where the scenario has none.  ``reaction``: the people who are drilled
    should do it themselves.  ``ref`` empty: not played, or not here yet.
    """

    name: str
    title: dict[str, str]
    at_s: int
    party: str
    kind: str
    reaction: bool
    ref: str
    at_us: int | None


class DrillView(Answered, frozen=True, kw_only=True):
    """A drill by the record that began it.  ``state`` is of our own side's player.

    ``ready``: nobody plays our side now; whoever directs may begin or go on.  ``same``: our file is the one it was
    begun from; without it our side cannot be played or scored.
    """

    exercise: str
    scenario: str
    title: dict[str, str]
    about: dict[str, str]
    same: bool
    begun_by: str
    begun_ref: str
    begun_us: int
    speed: int
    lasts_s: int
    state: Literal["running", "ready", "done", "failed"]
    director: str
    problem: str


class ScoreLineView(Answered, frozen=True, kw_only=True):
    """One expectation of a step; ``took_s``: at most so long, proved.  See spec/scenario.md."""

    of: str
    title: dict[str, str]
    by: str
    step: str
    within_s: int
    outcome: Literal["met", "late", "missing", "unproven", "not-delivered", "not-played"]
    ref: str
    done_by: str
    took_s: int | None


class ScoreSideView(Answered, frozen=True, kw_only=True):
    """One party's sum."""

    party: str
    expected: int
    met: int
    late: int
    missing: int
    unproven: int
    not_scored: int
    median_s: float | None


class StepNameView(Answered, frozen=True, kw_only=True):
    """A step by its name in the scenario, and in words by language ({}: there are none)."""

    name: str
    title: dict[str, str]


class ScoreView(Answered, frozen=True, kw_only=True):
    """Both sides' times, by countersigned times only; ``left``: what nobody played."""

    exercise: str
    scenario: str
    lines: tuple[ScoreLineView, ...]
    sides: tuple[ScoreSideView, ...]
    left: tuple[StepNameView, ...]


class StartBody(Body, frozen=True, kw_only=True):
    """Which scenario, under which new name, how many times as fast, and whether reactions are played as well."""

    scenario: Annotated[str, Meta(max_length=63)]
    exercise: Exercise
    speed: Annotated[int, Meta(ge=1, le=100)] = 1
    reactions: bool = False


class JoinBody(Body, frozen=True, kw_only=True):
    """Whether our side's reactions are played as well."""

    reactions: bool = False


class Drilling(Protocol):
    """What the node lends the drill screen; every method raises SarhadError where it cannot."""

    def scenarios(self) -> list[ScenarioView]:
        """The scenarios here in which we take part.  Blocks on the disk."""

    def drills(self) -> list[DrillView]:
        """Every drill that somebody began, newest first."""

    def steps(self, exercise: str) -> list[DrillStepView]:
        """What is played of one drill; none where its scenario is not here."""

    async def start(self, actor: Actor, order: StartBody) -> None:
        """Begin a drill and play our side of it."""

    async def join(self, actor: Actor, exercise: str, *, reactions: bool) -> None:
        """Play our side of a drill that is begun, in step with it; or go on with it."""

    async def stop(self, actor: Actor, exercise: str) -> None:
        """Stop playing our side."""

    async def score(self, exercise: str) -> ScoreView:
        """Score both sides."""
