"""What a plan is made from: frozen, whole numbers only, one byte string for one set of facts.

A snapshot holds what the asking party may see: the other side's units as that side
released them, blurred or without a position.  It is kept with the proposal, so that
the same question can be put again.
"""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from typing import Annotated, Literal, Self, TypeVar

import msgspec
from msgspec import Meta

from sarhad.response.errors import PlanError
from sarhad.wire.ids import party_of
from sarhad.wire.kinds import Closure, CrossingRule, GroundSpeed
from sarhad.wire.values import Microseconds, Place, Range, Urgency

P = TypeVar("P", bound=msgspec.Struct)
MOBILE = ("available", "resting")
"""Statuses in which a unit can be sent; a resting one is taken at its notice to move."""


class Part(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Base of a snapshot's parts."""


class UnitState(Part, frozen=True, kw_only=True):
    """A unit as its party released it.

    ``place`` None: its position was not released and no home post is known.  ``as_of``
    None: no position was ever stated, ``place`` is its home post's.  ``home`` is the post
    that it keeps covered.  ``blurred``: ``place`` is a cell that its party released in place
    of the point.  ``speeds`` are those that it states beside the usual shares.
    """

    ref: str
    party: str
    code: str
    kind: str
    capabilities: tuple[str, ...] = ()
    strength: Range
    speed_kmh: int
    notice_s: int = 0
    crosses_line: bool = False
    status: str = "available"
    place: Place | None = None
    as_of: Microseconds | None = None
    home: str = ""
    blurred: bool = False
    vehicles: Annotated[int, Meta(ge=1)] = 1
    speeds: tuple[GroundSpeed, ...] = ()


class PostState(Part, frozen=True, kw_only=True):
    """A post that should not be left without cover."""

    ref: str
    party: str
    code: str
    place: Place


class CaveatState(Part, frozen=True, kw_only=True):
    """A caveat in force on who takes part (see the record kind): ``on`` a party, or a unit's reference."""

    ref: str
    party: str
    code: str
    on: str
    part: Literal["apart", "no"]
    incidents: tuple[str, ...] = ()
    why: str = ""

    def concerns(self, unit: str, party: str, incident: str) -> bool:
        """Tell whether it says anything of a unit of a party at an incident."""
        return self.on in (unit, party) and (not self.incidents or incident in self.incidents)

    def bars(self, unit: str, party: str, incident: str) -> bool:
        """Tell whether it keeps the unit out: everywhere if the caveat is its own party's, else from that party's."""
        here = party == self.party or party_of(incident) == self.party
        return self.part == "no" and here and self.concerns(unit, party, incident)


class CrossingState(Part, frozen=True, kw_only=True):
    """A crossing as one party keeps it; both sides' rules hold at a place that both keep.

    ``opens_s``, ``closes_s``: seconds after midnight of ``zone`` (both 0: always).
    ``wait_s`` is what passing takes, ``vehicles_per_h`` how many get through (0: not
    stated).  ``closures`` are announced beforehand.
    """

    ref: str
    party: str
    code: str
    place: Place
    modes: tuple[str, ...] = ("road",)
    status: Literal["open", "restricted", "closed"] = "open"
    opens_s: int = 0
    closes_s: int = 0
    zone: str = "UTC"
    wait_s: Annotated[int, Meta(ge=0)] = 0
    vehicles_per_h: Annotated[int, Meta(ge=0)] = 0
    closures: tuple[Closure, ...] = ()


class Need(Part, frozen=True, kw_only=True):
    """What an incident asks for: every capability at least once, and persons in all.

    A capability is met by a unit that has it among its ``capabilities``, or is of that kind.
    ``before``: an arrival after it is of no use (None: no such time).
    """

    capabilities: tuple[str, ...] = ()
    strength: Annotated[int, Meta(ge=0)] = 0
    before: Microseconds | None = None


class IncidentState(Part, frozen=True, kw_only=True):
    """An incident to respond to."""

    ref: str
    place: Place
    urgency: Urgency = "immediate"
    need: Need = Need()


class Snapshot(Part, frozen=True, kw_only=True):
    """All that a plan rests on, as of ``at`` (microseconds), seen by ``party``.

    ``rules`` are those of the agreements in force: without a rule nobody passes.  ``agreed``: whether
    the party has an agreement in force with anybody; where it is not stated, it is not known here.
    ``region`` is the digest of the road graph, "" where none is laid down.  A post is
    covered while an idle unit of its party is based there or can be there in ``cover_s``.
    """

    format: Literal["sarhad-snapshot/v1"] = "sarhad-snapshot/v1"
    at: Microseconds
    party: str
    exercise: str | None = None
    region: str = ""
    units: tuple[UnitState, ...] = ()
    crossings: tuple[CrossingState, ...] = ()
    rules: tuple[CrossingRule, ...] = ()
    agreed: bool | msgspec.UnsetType = msgspec.UNSET
    incidents: tuple[IncidentState, ...] = ()
    posts: tuple[PostState, ...] = ()
    caveats: tuple[CaveatState, ...] = ()
    cover_s: Annotated[int, Meta(ge=0)] = 1_800

    def ordered(self) -> Self:
        """Return the same facts in the one order that they are written in."""
        return msgspec.structs.replace(
            self,
            units=tuple(sorted((_speeds(_sets(u, "capabilities")) for u in self.units), key=_ref)),
            crossings=tuple(sorted((_closures(_sets(c, "modes")) for c in self.crossings), key=_ref)),
            rules=tuple(sorted((_sets(r, "parties", "units") for r in self.rules), key=msgspec.json.encode)),
            incidents=tuple(
                sorted(
                    (msgspec.structs.replace(i, need=_sets(i.need, "capabilities")) for i in self.incidents), key=_ref
                )
            ),
            posts=tuple(sorted(self.posts, key=_ref)),
            caveats=tuple(sorted((_sets(c, "incidents") for c in self.caveats), key=_ref)),
        )

    def to_bytes(self) -> bytes:
        """Return the snapshot's canonical bytes: sorted keys, the one order, no floats."""
        return _encoder.encode(self.ordered())

    def digest(self) -> str:
        """Return the SHA-256 of the canonical bytes, in hexadecimal."""
        return hashlib.sha256(self.to_bytes()).hexdigest()

    def check(self) -> None:
        """Raise PlanError where a name stands twice or a number makes no sense."""
        named: tuple[tuple[str, Sequence[Named]], ...] = (
            ("unit", self.units),
            ("crossing", self.crossings),
            ("incident", self.incidents),
            ("post", self.posts),
            ("caveat", self.caveats),
        )
        for what, parts in named:
            refs = [part.ref for part in parts]
            for ref in sorted({ref for ref in refs if refs.count(ref) > 1}):
                raise PlanError("plan-twice", f"the {what} {ref} stands twice in the snapshot", ref=ref, kind=what)
        for unit in self.units:
            if unit.speed_kmh <= 0:
                raise PlanError(
                    "plan-zero-speed",
                    f"unit {unit.code} has a speed of {unit.speed_kmh} km/h and never arrives anywhere",
                    do="Give its speed on a good road, 1 km/h or more",
                    unit=unit.ref,
                    unit_code=unit.code,
                    speed_kmh=unit.speed_kmh,
                )


_encoder = msgspec.json.Encoder(order="sorted")


Named = UnitState | CrossingState | IncidentState | PostState | CaveatState


def _ref(part: Named) -> str:
    return part.ref


def _speeds(part: UnitState) -> UnitState:
    return msgspec.structs.replace(part, speeds=tuple(sorted(part.speeds, key=lambda one: one.ground)))


def _sets(part: P, *names: str) -> P:
    """Return the part with the fields that are sets sorted, each value once."""
    return msgspec.structs.replace(part, **{name: tuple(sorted(set(getattr(part, name)))) for name in names})


def _closures(part: CrossingState) -> CrossingState:
    return msgspec.structs.replace(part, closures=tuple(sorted(part.closures, key=lambda c: (c.start, c.end))))


def read(raw: bytes) -> Snapshot:
    """Return the snapshot that ``raw`` (JSON) states; raise PlanError if it is none."""
    try:
        found = msgspec.json.decode(raw, type=Snapshot)
    except (msgspec.MsgspecError, ValueError) as error:
        raise PlanError("plan-no-snapshot", f"this is no snapshot: {error}") from error
    found.check()
    return found.ordered()
