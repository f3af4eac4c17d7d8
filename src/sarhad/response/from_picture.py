"""A snapshot from the picture: what this party's node may see, as of a time that is passed in."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import msgspec

from sarhad.picture import Picture
from sarhad.picture.views import CrossingView, PostView, UnitView
from sarhad.response.errors import PlanError
from sarhad.response.snapshot import (
    CaveatState,
    CrossingState,
    IncidentState,
    Need,
    PostState,
    Snapshot,
    UnitState,
)
from sarhad.response.standing import OWN_TABLE, Happened, Standing, offsets_min
from sarhad.wire.kinds import Crossing, CrossingRule, Incident
from sarhad.wire.values import Place, Point, Urgency


def snapshot_of(
    picture: Picture,
    party: str,
    at: int,
    incidents: Sequence[IncidentState],
    *,
    exercise: str | None = None,
    region: str = "",
) -> Snapshot:
    """Return the snapshot of the ground as the picture holds it at ``at`` (microseconds)."""
    ground = picture.ground(exercise)
    agreements = [picture.agreement_in_force(party, partner) for partner in sorted(picture.parties() - {party})]
    in_force = [terms for terms in agreements if terms is not None]
    rules = {repr(rule).encode(): rule for terms in in_force for rule in terms.crossings}
    crossings = [
        CrossingState(
            ref=one.ref,
            party=one.party,
            code=one.code,
            place=one.place,
            modes=one.modes,
            status="open" if one.status == "open" else "restricted" if one.status == "restricted" else "closed",
            opens_s=one.opens_s,
            closes_s=one.closes_s,
            zone=_zone(picture, one.party),
            wait_s=one.passing_s,
            vehicles_per_h=one.vehicles_per_h,
            closures=one.closures,
        )
        for one in ground.crossings
    ]
    return Snapshot(
        at=at,
        party=party,
        exercise=exercise,
        region=region,
        units=tuple(_unit(picture, one, exercise) for one in ground.units),
        crossings=tuple(crossings),
        rules=tuple(_current(picture, crossings, rule) for rule in rules.values()),
        agreed=bool(in_force),
        incidents=tuple(incidents),
        posts=tuple(PostState(ref=one.ref, party=one.party, code=one.code, place=one.place) for one in ground.posts),
        caveats=tuple(_caveats(picture, at, exercise)),
    ).ordered()


def standing_of(
    picture: Picture, party: str, at: int, incidents: tuple[Happened, ...], exercise: str | None = None
) -> Standing:
    """Return what this party's node may see of the ground, with the closures and caveats in force at ``at``."""
    taken = snapshot_of(picture, party, at, (), exercise=exercise)
    ground = picture.ground(exercise)
    named: list[PostView | CrossingView] = [*ground.posts, *ground.crossings]
    manifests = {n: held for n in sorted(picture.parties()) if (held := picture.manifest(n)) is not None}
    return Standing(
        origin="records",
        units=taken.units,
        crossings=tuple(
            msgspec.structs.replace(
                one,
                status="closed" if any(c.start <= at < c.end for c in one.closures) else one.status,
                closures=(),
            )
            for one in taken.crossings
        ),
        rules=taken.rules,
        agreed=taken.agreed is True,
        posts=taken.posts,
        caveats=taken.caveats,
        names={one.ref: one.names for one in named} | {name: held.names for name, held in manifests.items()},
        countries={name: held.country for name, held in manifests.items()},
        incidents=incidents,
        offsets_min=offsets_min(taken.crossings, at),
    )


def happened(picture: Picture, exercise: str | None = None) -> tuple[Happened, ...]:
    """Return the incidents of an exercise (None: live), those of an import under the name of its data set."""
    marks = picture.marks(exercise)
    found = []
    for row, ref in enumerate(marks.ref):
        held = picture.held(ref)
        external = held.data.external if held is not None and isinstance(held.data, Incident) else ""
        found.append(
            Happened(
                lat=marks.lat[row],
                lon=marks.lon[row],
                precision=marks.precision[row],
                start=marks.start_us[row],
                end=marks.start_us[row] + marks.lasts_us[row],
                category=marks.categories[marks.category[row]],
                table=external.partition(":")[0] or OWN_TABLE,
            )
        )
    return tuple(sorted(found, key=msgspec.json.encode))


def _current(picture: Picture, crossings: Sequence[CrossingState], rule: CrossingRule) -> CrossingRule:
    """Return the rule for the newest record of its crossing: a later one with the same code replaces the earlier."""
    held = picture.held(rule.crossing)
    if held is None or not isinstance(held.data, Crossing):
        return rule
    named = (held.party, held.data.code)
    newest = next((one.ref for one in crossings if (one.party, one.code) == named), rule.crossing)
    return msgspec.structs.replace(rule, crossing=newest)


def incident_state(picture: Picture, ref: str, need: Need, urgency: Urgency) -> IncidentState:
    """Return an incident of the picture with what it needs; raise PlanError if none of that name is held."""
    view = picture.incident(ref)
    if view is None:
        raise PlanError("plan-no-such-incident", f"no incident {ref} is held here", ref=ref)
    return IncidentState(ref=ref, place=view.place, urgency=urgency, need=need)


def point_state(point: Point, name: str, need: Need, urgency: Urgency) -> IncidentState:
    """Return a bare point as an incident."""
    return IncidentState(ref=name, place=Place(lat=point.lat, lon=point.lon, precision=1), urgency=urgency, need=need)


def _caveats(picture: Picture, at: int, exercise: str | None) -> Iterator[CaveatState]:
    """Yield those in force at ``at`` that say who takes part; a unit is known by its newest record."""
    for one in picture.ground(exercise).caveats:
        if one.part == "yes" or (one.until is not None and one.until < at):
            continue
        yield CaveatState(
            ref=one.ref,
            party=one.party,
            code=one.code,
            on=one.on_party or picture.current(one.on_unit or "", exercise),
            part=one.part,
            incidents=one.incidents,
            why=one.reason.text,
        )


def _unit(picture: Picture, view: UnitView, exercise: str | None) -> UnitState:
    stated = view.last if view.last is not None and view.last.place is not None else None
    return UnitState(
        ref=view.ref,
        party=view.party,
        code=view.code,
        kind=view.unit_kind,
        capabilities=view.capabilities,
        strength=view.strength,
        speed_kmh=view.speed_kmh,
        notice_s=view.notice_to_move_s,
        crosses_line=view.crosses_line,
        status=view.last.status if view.last is not None else "available",
        place=view.place,
        as_of=stated.as_of.end if stated is not None else None,
        home=picture.current(view.home, exercise) if view.home else "",
        blurred=stated is not None and stated.blurs is not None,
        vehicles=view.vehicles,
        speeds=view.speeds,
    )


def _zone(picture: Picture, party: str) -> str:
    manifest = picture.manifest(party)
    return "unknown" if manifest is None else manifest.zone
