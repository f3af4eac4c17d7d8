"""What a region package itself says of the ground: for a plan without a node, and its tables of incidents."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

import msgspec

from sarhad.gateways.geo.ground import DraftRule, Ground, read_grounds, read_terms
from sarhad.gateways.geo.manifest import RegionError
from sarhad.gateways.tables import drafts_from_hand, drafts_from_ucdp
from sarhad.node.planner.land import Land
from sarhad.response.snapshot import CrossingState, PostState, UnitState
from sarhad.response.standing import Happened, Standing, offsets_min
from sarhad.wire.kinds import Crossing, CrossingRule, Post, Unit


def standing_of_region(land: Land, at: int) -> Standing:
    """Return the ground that the package makes up, and the rules of its terms; raises RegionError, PlanError.

    Items are numbered in the order of each file, as the records would be that are made of them.
    ``at`` (microseconds): clocks are as they are set then.
    """
    grounds = read_grounds(land.folder, land.region)
    refs = {
        f"{ground.party}/{draft.key}": f"{ground.party}:{number}"
        for ground in grounds.values()
        for number, draft in enumerate(ground.drafts)
    }
    terms = None if land.region.terms is None else read_terms(land.folder / land.region.terms.file)
    rules = () if terms is None else tuple(_rule(refs, draft) for draft in terms.crossing_rules)
    stated = [(g, refs[f"{g.party}/{d.key}"], d) for g in grounds.values() for d in g.drafts]
    crossings = tuple(_crossing(g, ref, d.data) for g, ref, d in stated if isinstance(d.data, Crossing))
    return Standing(
        origin="region",
        units=tuple(_unit(g, ref, d.data, refs, d.refs) for g, ref, d in stated if isinstance(d.data, Unit)),
        crossings=crossings,
        rules=rules,
        agreed=terms is not None,
        posts=tuple(
            PostState(ref=ref, party=g.party, code=d.data.code, place=d.data.place)
            for g, ref, d in stated
            if isinstance(d.data, Post)
        ),
        names={ref: d.data.names for _, ref, d in stated if isinstance(d.data, Post | Crossing)}
        | {ground.party: ground.names for ground in grounds.values()},
        countries={ground.party: ground.country for ground in grounds.values()},
        offsets_min=offsets_min(crossings, at),
    )


def zones_of_region(land: Land) -> tuple[tuple[str, str], ...]:
    """Return each party's time zone."""
    return tuple((party, ground.zone) for party, ground in sorted(read_grounds(land.folder, land.region).items()))


def _rule(refs: Mapping[str, str], draft: DraftRule) -> CrossingRule:
    if draft.crossing not in refs:
        raise RegionError(f"the terms name {draft.crossing}, which no ground has", where="terms")
    return CrossingRule(crossing=refs[draft.crossing], parties=draft.parties, units=draft.units)


def _crossing(ground: Ground, ref: str, one: Crossing) -> CrossingState:
    return CrossingState(
        ref=ref,
        party=ground.party,
        code=one.code,
        place=one.place,
        modes=one.modes,
        status=one.status,
        opens_s=one.opens_s,
        closes_s=one.closes_s,
        zone=ground.zone,
        wait_s=one.passing_s,
        vehicles_per_h=one.vehicles_per_h,
    )


def _unit(ground: Ground, ref: str, one: Unit, refs: Mapping[str, str], named: Mapping[str, str]) -> UnitState:
    home = named.get("home", "")
    return UnitState(
        ref=ref,
        party=ground.party,
        code=one.code,
        kind=one.unit_kind,
        capabilities=one.capabilities,
        strength=one.strength,
        speed_kmh=one.speed_kmh,
        notice_s=one.notice_to_move_s,
        crosses_line=one.crosses_line,
        place=ground.home_of(one.code),
        home=refs[f"{ground.party}/{home}"] if home else "",
        vehicles=one.vehicles,
        speeds=one.speeds,
    )


def tables_of_region(land: Land) -> tuple[Happened, ...]:
    """Return the incidents of the package's tables; raises TableError."""
    return tuple(sorted(_happened(land), key=msgspec.json.encode))


def _happened(land: Land) -> Iterator[Happened]:
    for table in land.region.tables:
        if table.kind == "reports":
            continue
        read = drafts_from_ucdp if table.kind == "ucdp-ged" else drafts_from_hand
        for draft in read(land.folder / table.file, country=table.country).accepted:
            place, when = draft.incident.place, draft.incident.when
            yield Happened(
                lat=place.lat,
                lon=place.lon,
                precision=place.precision,
                start=when.start,
                end=when.end,
                category=draft.incident.category,
                table=table.id,
                side=draft.country or table.country,
            )
