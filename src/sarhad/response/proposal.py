"""What the planner says: who goes where, when they are there, why, and why not the others.

Every reason is a stable word (``code``) with its ``values``, so that each desk says it in its language.
"""

from __future__ import annotations

from typing import Literal

import msgspec

Value = str | int | tuple[str, ...]


class Said(msgspec.Struct, frozen=True, kw_only=True):
    """Base of a proposal's parts."""


class Reason(Said, frozen=True, kw_only=True):
    """A stable word with what it is about."""

    code: str
    values: dict[str, Value] = {}


class Passing(Said, frozen=True, kw_only=True):
    """A crossing on the way: reached and behind so long after the snapshot; ``wait_s`` there, to open and to pass."""

    crossing: str
    code: str
    reached_s: int
    wait_s: int
    behind_s: int


class Way(Said, frozen=True, kw_only=True):
    """How a time was found.  Seconds; ``arrival_s`` after the snapshot.

    ``how`` road or air; ``off_road_m`` straight over open ground at both ends together;
    ``uncertainty_s`` either way: blurred position, vague incident, off-road part and unknown state of
    roads; ``position_age_s`` None: the position is its home post's.  ``notes`` say in words
    what the time rests on (``plan.note.*`` of the catalogues).
    """

    how: Literal["road", "air"]
    notice_s: int
    arrival_s: int
    off_road_m: int
    passings: tuple[Passing, ...]
    uncertainty_s: int
    position_age_s: int | None
    notes: tuple[Reason, ...] = ()


class Chosen(Said, frozen=True, kw_only=True):
    """A unit that is proposed, its way, and what it is there for."""

    unit: str
    code: str
    party: str
    way: Way
    why: Reason


class PassedOver(Said, frozen=True, kw_only=True):
    """A unit that is nearer, or would be there earlier, than one that was chosen, and why it is not sent."""

    unit: str
    code: str
    party: str
    straight_m: int
    arrival_s: int | None
    why: Reason


class Reached(Said, frozen=True, kw_only=True):
    """A unit's way to an incident, or what keeps it away (then ``way`` may be there, and come too late)."""

    incident: str
    unit: str
    code: str
    party: str
    straight_m: int | None
    way: Way | None
    obstacle: Reason | None


class Unmet(Said, frozen=True, kw_only=True):
    """What no unit can give in time; the nearest that has it, and what keeps it away."""

    what: Reason
    nearest: PassedOver | None


class Answer(Said, frozen=True, kw_only=True):
    """The proposal for one incident; ``adequate_s`` None: it cannot be adequately served."""

    incident: str
    adequate_s: int | None
    chosen: tuple[Chosen, ...] = ()
    passed_over: tuple[PassedOver, ...] = ()
    unmet: tuple[Unmet, ...] = ()


class Stage(Said, frozen=True, kw_only=True):
    """One stage of the objective: its value, the proven bound below it, and the gap between them."""

    name: str
    value: int
    bound: int
    gap: int


class Faster(Said, frozen=True, kw_only=True):
    """What it would take to be faster: without this rule the adequate arrivals together come ``saved_s`` earlier.

    ``weighted_s``: the same by the weights of the objective, by which the rule was picked.
    ``served``: by so much more weight of incidents could be served at all.
    """

    rule: Reason
    saved_s: int
    weighted_s: int = 0
    served: int = 0


class Proposal(Said, frozen=True, kw_only=True):
    """The planner's suggestion; people decide, each side for its own units.

    The same ``snapshot`` under the same ``version`` gives the same bytes again, unless a time
    limit cut it short: then ``status`` is ``feasible``, or ``unasked`` names the rules whose
    cost there was no time to find.
    """

    format: Literal["sarhad-proposal/v1"] = "sarhad-proposal/v1"
    version: str
    snapshot: str
    region: str
    profile: str
    status: Literal["optimal", "feasible"]
    stages: tuple[Stage, ...]
    answers: tuple[Answer, ...]
    faster: Faster | None = None
    unasked: tuple[Reason, ...] = ()

    def to_bytes(self) -> bytes:
        """Return the proposal's canonical bytes."""
        return msgspec.json.encode(self, order="sorted")
