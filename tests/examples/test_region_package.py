"""The example region: sound as it is shipped, and each way of spoiling it is named."""

from __future__ import annotations

import csv
import gzip
import hashlib
import json
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from sarhad.gateways.geo.check import POST_MARGIN_M, check_region
from sarhad.gateways.geo.ground import read_ground, read_grounds, read_terms
from sarhad.gateways.geo.line import BorderLine, LineError, read_line, thin
from sarhad.gateways.geo.manifest import MAX_FILE_BYTES, RegionError, read_region
from sarhad.gateways.geo.places import read_placenames, read_places
from sarhad.wire.kinds import Agreement, Crossing, Officer, Post, Sector, Unit
from sarhad.wire.record import read, write
from sarhad.wire.values import Point

REGION = Path(__file__).resolve().parents[2] / "examples" / "sistan-balochistan"
LINE = read_line(REGION / "border" / "line.geojson")


def test_the_region_is_sound() -> None:
    assert check_region(REGION) == []


def test_no_file_is_too_large_to_travel() -> None:
    sizes = {path: path.stat().st_size for path in REGION.rglob("*") if path.is_file()}
    assert max(sizes.values()) <= MAX_FILE_BYTES
    assert sum(sizes.values()) < 24_000_000


def test_every_data_file_is_in_the_manifest_with_its_licence() -> None:
    named = {entry.file for entry in read_region(REGION).files()}
    here = {str(path.relative_to(REGION)) for path in REGION.rglob("*") if path.is_file() and path.parent != REGION}
    assert here == named
    provenance = (REGION / "PROVENANCE.md").read_text(encoding="utf-8")
    assert [name for name in sorted(named) if name not in provenance] == []


@pytest.mark.parametrize("party", ["ir", "pk"])
def test_every_draft_of_the_ground_becomes_a_valid_record(party: str) -> None:
    ground = read_ground(REGION / "ground" / f"{party}.json")
    held: dict[str, str] = {}
    for seq, draft in enumerate(ground.drafts):
        data = draft.resolve(held)
        assert read(party, seq, write(party=party, by="administrator", at=0, data=data)).data == data
        held[draft.key] = f"{party}:{seq}"
    counts = {kind: len(ground.of(kind)) for kind in (Officer, Sector, Crossing, Post, Unit)}
    assert counts == {Officer: 7, Sector: 5, Crossing: 4, Post: 7, Unit: 13}
    assert all(ground.home_of(unit.code) is not None for unit in ground.of(Unit))


def test_the_terms_are_the_same_bytes_whoever_signs_them() -> None:
    file = read_terms(REGION / "ground" / "terms.json")
    held: dict[str, str] = {}
    for name, ground in read_grounds(REGION, read_region(REGION)).items():
        held |= {f"{name}/{draft.key}": f"{name}:{seq}" for seq, draft in enumerate(ground.drafts)}
    terms = file.resolve(held)
    proposed = Agreement(terms=terms)
    body = write(party=file.proposer, by="commander", at=0, data=proposed)
    assert read(file.proposer, 9, body).data == proposed
    assert {clock.urgency for clock in terms.clocks} == {"flash", "immediate", "priority", "routine"}
    assert terms.notice_distance_m == 4_000


def test_people_posts_and_units_are_plainly_made_up_in_every_language() -> None:
    for party in ("ir", "pk"):
        ground = read_ground(REGION / "ground" / f"{party}.json")
        names = [post.names for post in ground.of(Post)] + [unit.names for unit in ground.of(Unit)]
        names += [officer.title for officer in ground.of(Officer)]
        for name in names:
            assert "demo" in name.en.lower()
            assert "نمایشی" in name.fa
            assert "نمائشی" in name.ur


def test_no_made_up_post_stands_where_the_map_has_a_real_one() -> None:
    with (REGION / "map" / "facilities.geojson").open(encoding="utf-8") as file:
        features = json.load(file)["features"]
    held = {"police", "border_control", "prison", "aerodrome"}
    real = [f["geometry"]["coordinates"] for f in features if f["properties"]["class"] in held]
    for party in ("ir", "pk"):
        for post in read_ground(REGION / "ground" / f"{party}.json").of(Post):
            near = min(abs(post.place.lat / 1e7 - lat) + abs(post.place.lon / 1e7 - lon) for lon, lat in real)
            assert near > 0.02, f"{post.code} is within about 2 km of a mapped facility"


def test_the_towns_of_either_side_lie_on_their_side_of_the_line() -> None:
    with (REGION / "map" / "places.geojson").open(encoding="utf-8") as file:
        features = [f for f in json.load(file)["features"] if f["properties"]["class"] in ("city", "town")]
    banks = {"IRN": "west", "PAK": "east"}
    checked = 0
    for feature in features:
        bank = banks.get(feature["properties"]["country"])
        lon, lat = feature["geometry"]["coordinates"]
        if bank is not None and 25.19 < lat < 29.85:
            assert LINE.bank(Point(lat=round(lat * 1e7), lon=round(lon * 1e7))) == bank, feature["properties"]
            checked += 1
    assert checked > 50


def test_the_whole_road_graph_is_there_and_its_edges_join_its_nodes() -> None:
    with gzip.open(REGION / "roads" / "nodes.csv.gz", "rt", encoding="utf-8", newline="") as file:
        nodes = {row["id"] for row in csv.DictReader(file)}
    with gzip.open(REGION / "roads" / "edges.csv.gz", "rt", encoding="utf-8", newline="") as file:
        ends = [(row["u"], row["v"]) for row in csv.DictReader(file)]
    assert (len(nodes), len(ends)) == (94_393, 123_801)
    assert {node for pair in ends for node in pair} <= nodes


def test_the_basemap_is_pmtiles_version_3() -> None:
    assert (REGION / "map" / "basemap.pmtiles").read_bytes()[:8] == b"PMTiles\x03"


def test_what_places_are_called_is_by_names_that_the_map_has() -> None:
    called = read_placenames(REGION, read_region(REGION))
    places = json.loads((REGION / "map" / "places.geojson").read_text(encoding="utf-8"))["features"]
    ours = {one["properties"]["name"] for one in places if one["properties"]["class"] in ("city", "town")}
    assert len(ours & set(called)) > 50
    assert all(name.en and name.en.isascii() for name in called.values())
    index = read_places(REGION)
    assert index is not None
    assert index.find("Qasr-e Qand")[0].name == "قصرقند"


def edit(path: Path, change: Callable[[Any], object]) -> None:
    value = json.loads(path.read_text(encoding="utf-8"))
    change(value)
    path.write_text(json.dumps(value), encoding="utf-8")


@pytest.fixture
def copy(tmp_path: Path) -> Path:
    """A small copy of the region: manifest, line and ground, without hashes that would hide the rest."""
    for part in ("border/line.geojson", "ground/ir.json", "ground/pk.json", "ground/terms.json", "region.json"):
        (tmp_path / part).parent.mkdir(exist_ok=True)
        shutil.copyfile(REGION / part, tmp_path / part)

    shutil.copyfile(REGION / "map" / "placenames.json", tmp_path / "ground" / "names.json")

    def strip(manifest: Any) -> None:
        manifest["layers"] = [layer for layer in manifest["layers"] if layer["id"] in ("border", "placenames")]
        manifest["layers"][0]["file"] = "ground/names.json"
        manifest["tables"] = []

    edit(tmp_path / "region.json", strip)
    return tmp_path


def resign(folder: Path) -> None:
    """Write the sizes and hashes of changed files into the manifest."""

    def change(manifest: Any) -> None:
        for entry in (*manifest["layers"], *manifest["ground"], manifest["terms"]):
            content = (folder / entry["file"]).read_bytes()
            entry["bytes"], entry["sha256"] = len(content), hashlib.sha256(content).hexdigest()

    edit(folder / "region.json", change)


def move_post(lat: int, lon: int) -> Callable[[Any], None]:
    def change(ground: Any) -> None:
        ground["posts"][0]["data"]["place"] |= {"lat": lat, "lon": lon}

    return change


def set_in(*path: str | int, value: object) -> Callable[[Any], None]:
    def change(ground: Any) -> None:
        for step in path[:-1]:
            ground = ground[step]
        ground[path[-1]] = value

    return change


@pytest.mark.parametrize(
    ("file", "change", "said"),
    [
        ("ir", move_post(289_000_000, 620_000_000), "Sabz-1: on the east side"),
        ("ir", move_post(289_775_000, 615_450_000), f"nearer than {POST_MARGIN_M} m"),
        ("ir", move_post(359_000_000, 510_000_000), "outside of the region's bounds"),
        ("pk", set_in("crossings", 0, "data", "place", "lat", value=285_000_000), "crossing C1: "),
        ("pk", set_in("sectors", 0, "data", "line", 3, "lon", value=600_000_000), "sector S1: "),
        ("ir", set_in("units", 0, "refs", value={}), "unit Sabz-11: has no home"),
        ("ir", set_in("units", 0, "refs", "home", value="post/Nowhere"), "names post/Nowhere"),
        ("ir", set_in("units", 0, "refs", value={"boss": "post/Sabz-1"}), "boss is no reference"),
        ("ir", set_in("units", 1, "data", "code", value="Sabz-11"), "unit/Sabz-11 is there twice"),
        ("ir", set_in("units", 0, "data", "strength", "low", value=99), "low <= best <= high"),
        ("ir", set_in("units", 0, "data", "colour", value="green"), ""),
        ("ir", set_in("party", value="pk"), "speaks for pk, not ir"),
        ("terms", set_in("crossing_rules", 0, "crossing", value="ir/crossing/C9"), "ir/crossing/C9 is in no"),
        ("names", set_in("names", "زاهدان", "de", value="Zahedan"), "names.json"),
        ("terms", set_in("proposer", value="af"), "the proposer is not one of the parties"),
    ],
)
def test_each_way_of_spoiling_the_ground_is_named(
    copy: Path, file: str, change: Callable[[Any], None], said: str
) -> None:
    assert check_region(copy) == []
    edit(copy / "ground" / f"{file}.json", change)
    assert "the content is not what region.json says" in check_region(copy)[0]
    resign(copy)
    problems = check_region(copy)
    if said:
        assert any(said in problem for problem in problems), problems
    else:
        assert problems == [], "a field of a newer version is no error"


def test_a_missing_file_and_a_broken_manifest_are_named(copy: Path) -> None:
    (copy / "ground" / "pk.json").unlink()
    assert check_region(copy) == ["ground/pk.json: the file is not there"]
    (copy / "region.json").write_text('{"format":"sarhad-region/v2"}')
    with pytest.raises(RegionError, match=r"region\.json"):
        check_region(copy)
    with pytest.raises(RegionError, match="not there"):
        check_region(copy / "nowhere")


def test_a_file_outside_of_the_folder_cannot_be_named(copy: Path) -> None:
    for name in ("../secret", "/etc/passwd", "border/../../x"):
        edit(copy / "region.json", set_in("layers", 0, "file", value=name))
        with pytest.raises(RegionError):
            read_region(copy)


def test_either_side_of_a_zigzag_line_is_told_apart() -> None:
    line = BorderLine(tuple(Point(lat=lat, lon=lon) for lat, lon in ((40, 0), (30, 20), (20, -20), (10, 20), (0, 0))))
    for lat, lon, bank in ((30, 19, "west"), (30, 21, "east"), (20, -21, "west"), (20, -19, "east"), (99, -1, "west")):
        assert line.bank(Point(lat=lat, lon=lon)) == bank
        assert line.bank(Point(lat=-99, lon=1)) == "east"


def test_a_thinned_line_stays_within_its_tolerance() -> None:
    part = LINE.points[:2_000]
    thinned = thin(part, 150)
    assert len(thinned) < 200
    kept = BorderLine(thinned)
    assert max(kept.distance_m(point) for point in part[::10]) < 160


@pytest.mark.parametrize(
    "content",
    [
        "", "{}", '{"features":[]}',
        '{"features":[{"geometry":{"type":"Point","coordinates":[1,2]}}]}',
        '{"features":[{"geometry":{"type":"LineString","coordinates":[[1,2]]}}]}',
        '{"features":[{"geometry":{"type":"LineString","coordinates":[[1,2],[1,99]]}}]}',
        '{"features":[{"geometry":{"type":"LineString","coordinates":[[1,2],[1,3]]}}]}',
    ],
)  # fmt: skip
def test_what_is_no_southward_line_is_refused(tmp_path: Path, content: str) -> None:
    (tmp_path / "line.geojson").write_text(content)
    with pytest.raises(LineError, match=r"line\.geojson"):
        read_line(tmp_path / "line.geojson")
