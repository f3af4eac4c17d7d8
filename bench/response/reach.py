"""``python -m bench.response.reach [--quick] [--valhalla FILE]``: the matrix of ways beside its peers.

50 points to 500 on the example region's roads (94,393 nodes), the same answers to the unit: SciPy's
Dijkstra, igraph and NetworkX (fewer sources, scaled).  CPU seconds, the median of the rounds with the
least and the greatest.  With Valhalla's configuration of the tests' map: both engines on that map.
"""

from __future__ import annotations

import argparse
import importlib.util
import statistics
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np

from sarhad.response.geometry import Integers
from sarhad.response.graph import RoadGraph, load
from sarhad.response.osm import graph_of_extract
from sarhad.response.reach import FAR, VEHICLE, Engine, engine_of, skeleton_of
from sarhad.response.reach.hierarchy import Hierarchy, Skeleton
from sarhad.response.reach.roads import Arcs, Ends, arcs_of
from sarhad.response.reach.valhalla import Valhalla

ROOT = Path(__file__).parents[2]
sys.path.insert(0, str(ROOT / "tests"))
REGION = ROOT / "examples" / "sistan-balochistan"
EXTRACT = ROOT / "tests" / "response" / "data" / "liechtenstein.osm.pbf"
SIZE = (50, 500)


def timed(call: Callable[[], Any], rounds: int) -> tuple[list[float], Any]:
    """Return the CPU seconds of each round, and the last answer."""
    took, answer = [], None
    for _ in range(rounds):
        begun = time.process_time()
        answer = call()
        took.append(time.process_time() - begun)
    return took, answer


def told(name: str, took: list[float], ours: list[float] | None = None) -> None:
    """Print a line."""
    ratio = "" if ours is None else f"{statistics.median(took) / statistics.median(ours):9.1f} x ours"
    some = [1000 * one for one in took]
    print(f"{name:34} {statistics.median(some):9.1f} ms ({min(some):.1f} to {max(some):.1f}){ratio}", flush=True)


def points(graph: RoadGraph, count: int, seed: int, below: int = 8) -> Ends:
    """Return random nodes on connected roads of the better classes."""
    good = np.nonzero(graph.connected & ~graph.over_line & (graph.road_class < below))[0]
    return Ends.at(graph.tail[np.random.default_rng(seed).choice(good, count)])


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--quick", action="store_true", help="fewer rounds, fewer peers")
    parser.add_argument("--valhalla", type=Path, help="configuration of tiles built from the tests' map")
    options = parser.parse_args()
    rounds = 3 if options.quick else 9
    graph = load(REGION)
    arcs, inside = arcs_of(graph, VEHICLE), ~graph.over_line
    engine_of(graph, VEHICLE).matrix(points(graph, 2, 0), points(graph, 2, 1))
    print(f"{graph.nodes:,} nodes, {arcs.cost.size:,} arcs, {skeleton_of(graph).arcs:,} with shortcuts")
    told(
        "taking the network apart", timed(lambda: Skeleton.of(graph.rank, graph.tail[inside], graph.head[inside]), 3)[0]
    )
    told("weighing it anew", timed(lambda: Hierarchy(skeleton_of(graph), arcs), rounds)[0])
    sources, targets = points(graph, SIZE[0], 2), points(graph, SIZE[1], 3)
    ours, answer = timed(lambda: engine_of(graph, VEHICLE).matrix(sources, targets), rounds)
    told(f"matrix {SIZE[0]} x {SIZE[1]}, ours", ours)
    beside(arcs, sources, targets, answer, ours, quick=options.quick)
    if options.valhalla:
        beside_valhalla(options.valhalla, rounds)


def beside(arcs: Arcs, sources: Ends, targets: Ends, answer: Integers, ours: list[float], *, quick: bool) -> None:
    """Ask the peers the same, and compare every answer."""
    from response.oracle import Oracle  # noqa: PLC0415  (of the tests, found once their folder is on the path)

    oracle = Oracle(arcs)
    took, found = timed(lambda: oracle.matrix(sources, targets), 2 if quick else 5)
    assert (found == answer).all()
    told("SciPy, the same answers", took, ours)
    if importlib.util.find_spec("igraph") is not None and not quick:
        made = _igraph(arcs)
        took, found = timed(lambda: made(sources.node[:, 0], targets.node[:, 0]), 2)
        assert (found == answer).all()
        told("igraph, the same answers", took, ours)
    if not quick:
        few = 3
        made = _networkx(arcs)
        took, found = timed(lambda: made(sources.node[:few, 0], targets.node[:, 0]), 1)
        assert (found == answer[:few]).all()
        told(f"NetworkX, {few} sources, scaled", [one * len(sources) / few for one in took], ours)


def _igraph(arcs: Arcs) -> Callable[[Integers, Integers], Integers]:
    import igraph  # noqa: PLC0415  (a peer, only where it is installed)

    network = igraph.Graph(n=arcs.nodes, edges=np.stack([arcs.tail, arcs.head], 1).tolist(), directed=True)
    cost = arcs.cost.tolist()

    def matrix(sources: Integers, targets: Integers) -> Integers:
        unique, back = np.unique(targets, return_inverse=True)
        found = np.array(network.distances(sources.tolist(), unique.tolist(), weights=cost))
        return np.where(np.isfinite(found), np.nan_to_num(found, posinf=0), float(FAR)).astype(np.int64)[:, back]

    return matrix


def _networkx(arcs: Arcs) -> Callable[[Integers, Integers], Integers]:
    import networkx  # noqa: PLC0415  (a peer, loaded only when its turn comes)

    network = networkx.DiGraph()
    order = np.argsort(-arcs.cost, kind="stable")  # of parallel arcs the cheapest is written last
    rows = (one[order].tolist() for one in (arcs.tail, arcs.head, arcs.cost))
    network.add_nodes_from(range(arcs.nodes))
    network.add_weighted_edges_from(zip(*rows, strict=True))

    def matrix(sources: Integers, targets: Integers) -> Integers:
        found = [networkx.single_source_dijkstra_path_length(network, int(source)) for source in sources]
        return np.array([[lengths.get(int(t), int(FAR)) for t in targets] for lengths in found], np.int64)

    return matrix


def beside_valhalla(config: Path, rounds: int) -> None:
    """Ask both engines on the tests' map: how long they take, and how their times compare."""
    from sarhad.node.planning_engine import actor  # noqa: PLC0415  (only where Valhalla is asked for)

    graph = graph_of_extract(EXTRACT, "li")
    sources, targets = points(graph, SIZE[0], 4, 6), points(graph, SIZE[1], 5, 6)
    engines: tuple[Engine, Engine] = (engine_of(graph, VEHICLE), Valhalla(graph, actor(config)))
    ours, a = timed(lambda: engines[0].matrix(sources, targets), rounds)
    theirs, b = timed(lambda: engines[1].matrix(sources, targets), 2)
    told(f"matrix on the small map, {graph.nodes:,} nodes", ours)
    told("Valhalla", theirs, ours)
    both = (a < FAR) & (b < FAR) & (a > 20_000)
    low, middle, high = np.percentile(b[both] / a[both], [10, 50, 90])
    alike = np.corrcoef(a[both], b[both])[0, 1]
    print(
        f"Valhalla's times by ours: median {middle:.2f}, 10th to 90th {low:.2f} to {high:.2f}, correlation {alike:.3f}"
    )


if __name__ == "__main__":
    main()
