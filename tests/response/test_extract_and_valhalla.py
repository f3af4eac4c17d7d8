"""Roads from a map extract, and Valhalla beside our own engine on the same map."""

from __future__ import annotations

import json
import shutil
import subprocess
import threading
from collections.abc import Callable, Iterator
from http.server import BaseHTTPRequestHandler, HTTPServer
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from sarhad.node.planning_engine import actor, engines, service
from sarhad.response.errors import PlanError
from sarhad.response.geometry import great_circle_m
from sarhad.response.graph import CLASSES, EAST, RoadGraph, load
from sarhad.response.osm import graph_of_extract, read_extract
from sarhad.response.reach import FAR, VEHICLE, Traveller, engine_of, matrix
from sarhad.response.reach.roads import Ends
from sarhad.response.reach.valhalla import REFERENCE_KMH, Valhalla

EXTRACT = Path(__file__).parent / "data" / "liechtenstein.osm.pbf"
REGION = Path(__file__).resolve().parents[2] / "examples" / "sistan-balochistan"
VADUZ, BALZERS, RUGGELL = (471_410_000, 95_215_000), (470_660_000, 95_020_000), (472_380_000, 95_270_000)


@pytest.fixture(scope="module")
def map_() -> RoadGraph:
    return graph_of_extract(EXTRACT, "li")


def test_an_extract_becomes_the_same_kind_of_graph(map_: RoadGraph) -> None:
    assert 3_000 < map_.nodes < 12_000
    assert set(np.unique(map_.bank)) == {EAST}
    assert map_.parties == ("", "li")
    assert map_.connected.mean() > 0.85
    assert {CLASSES[k] for k in np.unique(map_.road_class)} >= {"primary", "secondary", "minor", "track"}
    assert map_.oneway.any()
    edge, straight = (
        map_.spots[:, 0],
        great_circle_m(map_.lat[map_.tail], map_.lon[map_.tail], map_.lat[map_.head], map_.lon[map_.head]),
    )
    assert (map_.length_dm >= straight * 10 - 20).all()
    assert np.unique(edge).size == map_.tail.size


def test_ways_over_the_map_take_what_the_land_is_long(map_: RoadGraph) -> None:
    (lat, lon), there = VADUZ, (BALZERS, RUGGELL)
    found = matrix(map_, [Traveller(lat, lon, 60)], [a for a, _ in there], [b for _, b in there])
    straight = [float(great_circle_m(lat, lon, a, b)) / 60 * 3.6 for a, b in there]
    assert (found[0] > straight).all()
    assert (found[0] < 2.5 * np.array(straight)).all()


def test_a_region_may_bring_an_extract_in_place_of_tables(tmp_path: Path) -> None:
    manifest = json.loads((REGION / "region.json").read_text())
    manifest["layers"] = [layer for layer in manifest["layers"] if not layer["kind"].startswith("road-")]
    manifest["layers"].append({"kind": "road-extract", "id": "roads", "file": "roads.osm.pbf"})
    for layer in manifest["layers"][:-1]:
        (tmp_path / layer["file"]).parent.mkdir(exist_ok=True)
        if layer["kind"] in ("line", "polygons"):
            shutil.copy(REGION / layer["file"], tmp_path / layer["file"])
    shutil.copy(EXTRACT, tmp_path / "roads.osm.pbf")
    (tmp_path / "region.json").write_text(json.dumps(manifest))
    graph = load(tmp_path, tmp_path / "cache")
    assert graph.nodes == read_extract(EXTRACT)["lat"].size
    assert graph.parties == ("ir", "pk")


@pytest.mark.parametrize("content", [b"", b"not a map"])
def test_what_is_no_extract_is_told_so(tmp_path: Path, content: bytes) -> None:
    bad = tmp_path / "bad.osm.pbf"
    bad.write_bytes(content)
    with pytest.raises(PlanError) as told:
        graph_of_extract(bad, "li")
    assert told.value.code == "plan-no-extract"


def ends(graph: RoadGraph, count: int) -> Ends:
    chance = np.random.default_rng(4)
    edge = chance.choice(np.nonzero(graph.connected & (graph.road_class < CLASSES.index("service")))[0], count)
    return Ends.at(graph.tail[edge])


def test_valhalla_is_asked_in_blocks_and_its_seconds_become_good_road_decimetres(map_: RoadGraph) -> None:
    asked = []

    def ask(request: dict[str, Any]) -> dict[str, Any]:
        asked.append((len(request["sources"]), len(request["targets"])))
        row = [36.0] * (len(request["targets"]) - 1) + [None]
        return {"sources_to_targets": {"durations": [row] * len(request["sources"])}}

    nodes = Ends.at(np.arange(120))
    found = Valhalla(map_, ask).matrix(nodes, Ends.at(np.arange(30)))
    assert asked == [(50, 30), (50, 30), (20, 30)]
    assert (found[:, :-1] == 36 * REFERENCE_KMH * 10 / 3.6).all()
    assert (found[:, -1] == FAR).all()


def test_valhalla_is_never_asked_over_the_line() -> None:
    graph = load(REGION)
    west, east = (int(np.nonzero(graph.bank == side)[0][0]) for side in (0, 1))

    def ask(request: dict[str, Any]) -> dict[str, Any]:
        raise AssertionError("asked over the line")

    assert Valhalla(graph, ask).matrix(Ends.at(np.array([west])), Ends.at(np.array([east])))[0, 0] == FAR


@pytest.mark.parametrize("answer", [{}, {"sources_to_targets": {"durations": [[1.0, 2.0]]}}, {"error": "no tiles"}])
def test_an_answer_that_is_no_matrix_is_told_so(map_: RoadGraph, answer: dict[str, Any]) -> None:
    with pytest.raises(PlanError) as told:
        Valhalla(map_, lambda _: answer).matrix(Ends.at(np.array([0])), Ends.at(np.array([1])))
    assert told.value.code == "plan-engine"


@pytest.fixture
def over_http() -> Iterator[Callable[[bytes], str]]:
    servers = []

    def serve(answer: bytes) -> str:
        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                asked = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
                assert self.path == "/sources_to_targets"
                assert asked["costing"] == "auto"
                self.send_response(200)
                self.end_headers()
                self.wfile.write(answer)

            def log_message(self, *_: object) -> None:
                """Stay quiet."""

        server = HTTPServer(("127.0.0.1", 0), Handler)
        threading.Thread(target=server.serve_forever, daemon=True).start()
        servers.append(server)
        return f"http://127.0.0.1:{server.server_port}"

    yield serve
    for server in servers:
        server.shutdown()
        server.server_close()


def test_a_service_is_asked_over_http(map_: RoadGraph, over_http: Callable[[bytes], str]) -> None:
    address = over_http(b'{"sources_to_targets": {"durations": [[90]]}}')
    one, other = Ends.at(np.array([0])), Ends.at(np.array([1]))
    assert engines(address)(map_, VEHICLE).matrix(one, other)[0, 0] == 90 * REFERENCE_KMH * 10 / 3.6
    assert engines(None) is engine_of


def test_a_service_that_is_not_there_is_told_so() -> None:
    with pytest.raises(PlanError, match="does not answer"):
        service("http://127.0.0.1:9")({"costing": "auto"})


@pytest.mark.skipif(find_spec("valhalla") is not None, reason="pyvalhalla is here")
def test_without_pyvalhalla_it_is_said_how_to_get_it(tmp_path: Path) -> None:
    with pytest.raises(PlanError, match="not installed") as told:
        actor(tmp_path / "valhalla.json")
    assert "3.12" in told.value.do


@pytest.mark.skipif(find_spec("valhalla") is None, reason="pyvalhalla has no wheel for this Python (3.12 and newer)")
def test_both_engines_agree_on_how_long_ways_are(map_: RoadGraph, tmp_path: Path) -> None:
    """Valhalla weighs turns and towns, ours classes of road: the ratio stays in a band, and the order agrees."""
    ask = actor(tiles(tmp_path))
    some = ends(map_, 40)
    ours, theirs = (engine.matrix(some, some) for engine in (engine_of(map_, VEHICLE), Valhalla(map_, ask)))
    both = (ours < FAR) & (theirs < FAR) & (ours > 20_000)
    assert both.mean() > 0.5
    ratio = np.percentile(theirs[both] / ours[both], [10, 50, 90])
    assert 0.7 < ratio[0] < ratio[1] < ratio[2] < 3.0, ratio
    assert np.corrcoef(theirs[both], ours[both])[0, 1] > 0.9


def tiles(folder: Path) -> Path:
    """Build Valhalla's tiles of the extract; return the configuration that names them."""
    import valhalla

    (folder / "tiles").mkdir()
    config = valhalla.get_config(tile_dir=str(folder / "tiles"), tile_extract="", verbose=False)
    config["mjolnir"].update({"tile_extract": "", "concurrency": 1})
    path = folder / "valhalla.json"
    path.write_text(json.dumps(config))
    program = Path(valhalla.PYVALHALLA_DIR) / "bin" / "valhalla_build_tiles"
    subprocess.run([str(program), "-c", str(path), str(EXTRACT)], check=True, capture_output=True)
    return path
