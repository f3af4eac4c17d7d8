"""``python -m bench.response.dispatch [--quick]``: dispatch beside SCIP, and equal to it; then whole proposals.

CPU seconds.  Random problems from one seed each: median and 95th percentile over them, with the
least and the greatest, ours and SCIP's on the same ones, every stage's value compared.
Whole proposals are made on the example region's roads, reasons and costs of every rule included.
"""

from __future__ import annotations

import argparse
import time
from pathlib import Path
from random import Random

import numpy as np
from bench.response import _scip as scip

from sarhad.response.dispatch import propose
from sarhad.response.dispatch.problem import NEVER, Problem
from sarhad.response.dispatch.solve import solve
from sarhad.response.graph import RoadGraph, load
from sarhad.response.snapshot import CrossingState, IncidentState, Need, PostState, Snapshot, UnitState
from sarhad.wire.kinds import CrossingRule
from sarhad.wire.values import Place, Range

REGION = Path(__file__).parents[2] / "examples" / "sistan-balochistan"
KINDS = ("patrol", "reaction", "medical", "engineer", "explosive-disposal", "aviation", "drone", "liaison")
SHARES = (0.30, 0.20, 0.15, 0.08, 0.08, 0.04, 0.08, 0.07)
LIMIT_S = 60.0
"""Seconds for each stage that SCIP is given."""
AT = 1_790_000_000_000_000


def random_problem(units: int, incidents: int, seed: int) -> Problem:
    """Return units and incidents on a square of 400 km: a quarter of the pairs forbidden, one to three needs."""
    chance = np.random.default_rng(seed)
    here, there = chance.random((units, 2)) * 400, chance.random((incidents, 2)) * 400
    away = np.hypot(*(here[:, None] - there[None]).transpose(2, 0, 1))
    speed = chance.choice([45, 60, 70, 220], units, p=[0.15, 0.40, 0.40, 0.05])
    travel = np.round(away * 1.3 / speed[:, None] * 3600).astype(np.int64)
    arrival = travel + chance.choice([300, 600, 900, 1800, 3600], units)[:, None]
    home = chance.integers(0, units // 3, units)
    posts = (frozenset(np.nonzero(home == post)[0].tolist()) for post in range(units // 3))
    return Problem(
        arrival_s=np.where(chance.random(arrival.shape) < 0.25, NEVER, arrival),
        travel_s=travel,
        skills=tuple(frozenset([KINDS[k]]) for k in chance.choice(len(KINDS), units, p=SHARES)),
        strength=tuple(int(x) for x in chance.integers(3, 25, units)),
        posts=tuple(post for post in posts if post),
        needs=tuple(
            Need(
                capabilities=tuple(sorted(set(chance.choice(KINDS[:5], chance.integers(1, 4)).tolist()))),
                strength=int(chance.choice([0, 10, 20, 40])),
            )
            for _ in range(incidents)
        ),
        weight=tuple(int(x) for x in chance.choice([1, 2, 4, 8], incidents)),
        tie=chance.integers(1, 65_536, (units, incidents)),
    )


def random_snapshot(graph: RoadGraph, units: int, incidents: int, seed: int) -> Snapshot:
    """Return units of both sides at posts on the region's roads, four crossings with hours, and incidents."""
    chance = Random(seed)
    nodes = np.nonzero(np.bincount(graph.tail[graph.connected & ~graph.over_line], minlength=graph.nodes) > 0)[0]

    def somewhere() -> tuple[Place, str]:
        node = int(chance.choice(nodes))
        place = Place(lat=int(graph.lat[node]), lon=int(graph.lon[node]), precision=1)
        return place, graph.parties[int(graph.bank[node])]

    posts = []
    for k in range(units // 3):
        place, party = somewhere()
        posts.append(PostState(ref=f"{party}:{10_000 + k}", party=party, code=f"P{k}", place=place))
    over = np.nonzero(graph.over_line & graph.connected & (graph.road_class <= 3))[0]
    gates = [(int(graph.lat[e]), int(graph.lon[e])) for e in graph.tail[over[:: max(1, len(over) // 4)]][:4]]
    return Snapshot(
        at=AT,
        party=graph.parties[0],
        units=tuple(_unit(chance, k, chance.choice(posts)) for k in range(units)),
        crossings=tuple(
            CrossingState(
                ref=f"{graph.parties[0]}:{20_000 + k}", party=graph.parties[0], code=f"C{k}",
                place=Place(lat=lat, lon=lon, precision=1), opens_s=6 * 3600, closes_s=20 * 3600, wait_s=600,
                vehicles_per_h=60,
            )
            for k, (lat, lon) in enumerate(gates)
        ),
        rules=tuple(CrossingRule(crossing=f"{graph.parties[0]}:{20_000 + k}", parties=graph.parties) for k in range(2)),
        incidents=tuple(_incident(chance, k, somewhere()[0]) for k in range(incidents)),
        posts=tuple(posts),
    )  # fmt: skip


def _unit(chance: Random, k: int, post: PostState) -> UnitState:
    low = chance.randrange(3, 25)
    return UnitState(
        ref=f"{post.party}:{k}",
        party=post.party,
        code=f"U{k}",
        kind=chance.choices(KINDS, SHARES)[0],
        strength=Range(low=low, best=low + 2, high=low + 4),
        speed_kmh=chance.choice((45, 60, 70)),
        notice_s=chance.choice((300, 600, 900, 1800)),
        crosses_line=chance.random() < 0.5,
        place=post.place,
        home=post.ref,
        vehicles=chance.randrange(1, 5),
    )


def _incident(chance: Random, k: int, place: Place) -> IncidentState:
    needed = tuple(sorted(set(chance.choices(KINDS[:5], k=chance.randrange(1, 4)))))
    need = Need(capabilities=needed, strength=chance.choice((0, 10, 20, 40)))
    urgency = chance.choice(("flash", "immediate", "priority", "routine"))
    return IncidentState(ref=f"ir:{30_000 + k}", place=place, urgency=urgency, need=need)  # type: ignore[arg-type]


def spread(took: list[float]) -> str:
    """Return the median and 95th percentile in milliseconds, and from where to where."""
    some = np.array(took) * 1000
    return (
        f"median {np.median(some):6.0f}, p95 {np.percentile(some, 95):6.0f} ms ({some.min():.0f} to {some.max():.0f})"
    )


def beside_scip(units: int, incidents: int, rounds: int, theirs: int, *, helped: bool) -> None:
    """Solve random problems; the first ``theirs`` of them with SCIP as well.

    ``helped``: SCIP may leave out what is worse than the values found here, which it proves or betters.
    """
    ours, other, checks = [], [], []
    for seed in range(rounds):
        problem = random_problem(units, incidents, seed)
        begun = time.process_time()
        found = solve(problem, limit_s=120)
        ours.append(time.process_time() - begun)
        assert found.optimal
        if seed < theirs:
            begun = time.process_time()
            checks.append((found.values, scip.solve(problem, limit_s=LIMIT_S, known=found.values if helped else None)))
            other.append(time.process_time() - begun)
    print(f"{units} x {incidents}: ours {spread(ours)}", flush=True)
    whole = sum(len(check.proved) == scip.STAGES for _, check in checks)
    equal = sum(values[: len(check.proved)] == check.proved for values, check in checks)
    ratio = "told our values" if helped else f"{np.median(other) / np.median(ours[:theirs]):.0f} x"
    print(f"{'':10} SCIP {spread(other)}, {ratio}; equal in all that it proved {equal} of {len(checks)}, "
          f"all stages proved {whole}", flush=True)  # fmt: skip
    for values, check in checks:
        if len(check.proved) < scip.STAGES:
            print(f"{'':10} SCIP stopped in stage {len(check.proved) + 1} after {LIMIT_S:.0f} s: best {check.best}, "
                  f"bound {check.bound} (gap {check.gap:.2%}), ours {values[len(check.proved)]}")  # fmt: skip


def whole(graph: RoadGraph, units: int, incidents: int, rounds: int) -> None:
    """Make whole proposals on the region's roads."""
    took, optimal, costs = [], 0, 0
    for seed in range(rounds):
        snapshot = random_snapshot(graph, units, incidents, seed)
        begun = time.process_time()
        proposal = propose(graph, snapshot, limit_s=60)
        took.append(time.process_time() - begun)
        optimal += proposal.status == "optimal" and not proposal.unasked
        costs += proposal.faster is not None
    print(f"{units} x {incidents} with roads, reasons and rules: {spread(took)}; proved {optimal} of {rounds}, "
          f"a rule that costs time in {costs}", flush=True)  # fmt: skip


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--quick", action="store_true", help="small sizes, few rounds")
    quick = parser.parse_args().quick
    graph = load(REGION)
    solve(random_problem(20, 3, 0))
    propose(graph, random_snapshot(graph, 20, 3, 0))
    sizes = [(60, 5, 5, 3)] if quick else [(60, 5, 20, 20), (200, 10, 40, 6), (500, 25, 20, 3)]
    for units, incidents, rounds, theirs in sizes:
        beside_scip(units, incidents, rounds, theirs, helped=units >= 500)
    for units, incidents, rounds, _ in sizes:
        whole(graph, units, incidents, rounds)


if __name__ == "__main__":
    main()
