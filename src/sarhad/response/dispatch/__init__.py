"""Who is sent: the exact optimum of a stated objective, and why.

The objective, each stage only among what is best by those before: the least weight of
incidents left unserved (flash 8, immediate 4, priority 2, routine 1); the least weighted
sum of adequate arrivals (the moment by which all that is needed is there); the fewest
posts left without cover (no idle unit of their party based there or near enough); the
least time on the way; a fixed tie.
"""

from __future__ import annotations

from sarhad import __version__
from sarhad.response.dispatch.explain import answer, faster
from sarhad.response.dispatch.scene import Scene
from sarhad.response.dispatch.solve import STAGES, solve
from sarhad.response.errors import PlanError
from sarhad.response.graph import RoadGraph
from sarhad.response.proposal import Proposal, Stage
from sarhad.response.reach import VEHICLE, Engines, Profile, engine_of
from sarhad.response.snapshot import Snapshot

__all__ = ["Proposal", "adequate_s", "propose"]


def propose(
    graph: RoadGraph,
    snapshot: Snapshot,
    *,
    profile: Profile = VEHICLE,
    limit_s: float = 10.0,
    engines: Engines = engine_of,
) -> Proposal:
    """Return the explained optimum for the snapshot's incidents.

    Raises PlanError where the question makes no sense (no incident, a zero speed, another region's snapshot).
    """
    scene = _laid(graph, snapshot, profile, engines)
    problem = scene.problem
    solution = solve(problem, limit_s=limit_s)
    stages = zip(STAGES, solution.values, solution.bounds, strict=True)
    costs, unasked = faster(scene, solution, limit_s) if solution.optimal else (None, ())
    return Proposal(
        version=__version__,
        snapshot=snapshot.digest(),
        region=graph.digest,
        profile=profile.name,
        status="optimal" if solution.optimal else "feasible",
        stages=tuple(Stage(name=n, value=v, bound=b, gap=v - b) for n, v, b in stages),
        answers=tuple(answer(scene, problem, solution, j) for j in range(len(scene.snapshot.incidents))),
        faster=costs,
        unasked=unasked,
    )


def adequate_s(
    graph: RoadGraph,
    snapshot: Snapshot,
    *,
    profile: Profile = VEHICLE,
    limit_s: float = 10.0,
    engines: Engines = engine_of,
) -> dict[str, int | None]:
    """Return for each incident when it is adequately served in the optimum, as ``propose`` does, without reasons.

    None where it cannot be; raises PlanError as ``propose`` does.
    """
    scene = _laid(graph, snapshot, profile, engines)
    problem = scene.problem
    last = problem.served_at(solve(problem, limit_s=limit_s).sent)
    return {one.ref: last.get(j) for j, one in enumerate(scene.snapshot.incidents)}


def _laid(graph: RoadGraph, snapshot: Snapshot, profile: Profile, engines: Engines) -> Scene:
    if not snapshot.incidents:
        raise PlanError("plan-no-incident", "the snapshot names no incident to respond to")
    if snapshot.region not in ("", graph.digest):
        raise PlanError("plan-other-region", "the snapshot was made on another road graph", region=snapshot.region)
    return Scene.of(graph, snapshot, profile, engines)
