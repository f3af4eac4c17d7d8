"""The one check of a whole region package, for operators and for the tests.

It looks at what no type can say: that the files are those the manifest names, that a
post stands on its party's side of the line with a margin, that a crossing lies on the
line, that every code resolves, and that both sides cut their sectors from the line.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

from sarhad.gateways.geo.ground import Ground, read_grounds, read_terms
from sarhad.gateways.geo.line import BorderLine, read_line
from sarhad.gateways.geo.manifest import FILE_NAME, Bounds, Region, RegionError, check_file, read_region
from sarhad.gateways.geo.places import read_placenames
from sarhad.wire.kinds import Crossing, Post, Sector
from sarhad.wire.values import Place, Point

POST_MARGIN_M = 2_000
"""Least distance of a post from the line: more than the line's own doubt, so that the side is sure."""

CROSSING_TOLERANCE_M = 1_000
SECTOR_TOLERANCE_M = 400
"""A sector is drawn with fewer points than the line that it is cut from."""

Progress = Callable[[str], None]


def check_region(folder: Path, progress: Progress = lambda what: None) -> list[str]:
    """Return every problem found in the region package, each with its file; empty when it is sound.

    Raises RegionError only when ``region.json`` itself cannot be read.
    """
    region = read_region(folder)
    problems = [*_files(folder, region, progress)]
    if problems:
        return problems
    try:
        line = _line(folder, region)
        grounds = read_grounds(folder, region)
        read_placenames(folder, region)
    except RegionError as error:
        return [str(error)]
    for ground in grounds.values():
        progress(f"ground of {ground.party}")
        problems += _ground(region, line, ground)
    return [*problems, *_terms(folder, region, grounds)]


def _files(folder: Path, region: Region, progress: Progress) -> Iterator[str]:
    named = {entry.file for entry in region.files()}
    for entry in region.files():
        progress(entry.file)
        if problem := check_file(folder, entry):
            yield problem
    ids = [layer.id for layer in region.layers]
    yield from (f"{FILE_NAME}: two layers are called {name}" for name in sorted({i for i in ids if ids.count(i) > 1}))
    if len(named) != sum(1 for _ in region.files()):
        yield f"{FILE_NAME}: a file is named twice"
    if not region.bounds.hold(region.centre):
        yield f"{FILE_NAME}: the centre lies outside of the bounds"


def _line(folder: Path, region: Region) -> BorderLine:
    lines = [layer for layer in region.layers if layer.kind == "line"]
    if len(lines) != 1:
        raise RegionError(f"{len(lines)} layers of kind line", where=FILE_NAME, do="Name exactly one border line")
    return read_line(folder / lines[0].file)


def _ground(region: Region, line: BorderLine, ground: Ground) -> Iterator[str]:
    head = f"ground of {ground.party}"
    bank = region.bank_of(ground.party)
    if bank is None:
        yield f"{head}: region.json does not say which bank is its land"
    for post in ground.of(Post):
        at = _point(post.place)
        yield from (f"{head}, post {post.code}: {what}" for what in _post(region.bounds, line, bank, at))
    for crossing in ground.of(Crossing):
        off = line.distance_m(_point(crossing.place))
        if off > CROSSING_TOLERANCE_M:
            yield f"{head}, crossing {crossing.code}: {off:.0f} m from the line"
    on_line = frozenset(line.points)
    for sector in ground.of(Sector):
        worst = max((line.distance_m(point) for point in sector.line if point not in on_line), default=0.0)
        if worst > SECTOR_TOLERANCE_M:
            yield f"{head}, sector {sector.code}: {worst:.0f} m off the line"
    yield from (f"{head}, unit {key}: has no home" for key in _homeless(ground))


def _post(bounds: Bounds, line: BorderLine, bank: str | None, at: Point) -> Iterator[str]:
    if not bounds.hold(at):
        yield "outside of the region's bounds"
    if bank is not None and line.bank(at) != bank:
        yield f"on the {line.bank(at)} side of the line, not on its party's"
    if (away := line.distance_m(at)) < POST_MARGIN_M:
        yield f"{away:.0f} m from the line, nearer than {POST_MARGIN_M} m"


def _homeless(ground: Ground) -> Iterator[str]:
    return (d.key.partition("/")[2] for d in ground.drafts if d.key.startswith("unit/") and "home" not in d.refs)


def _terms(folder: Path, region: Region, grounds: dict[str, Ground]) -> Iterator[str]:
    if region.terms is None:
        return
    try:
        file = read_terms(folder / region.terms.file)
    except RegionError as error:
        yield str(error)
        return
    known = {f"{ground.party}/{draft.key}" for ground in grounds.values() for draft in ground.drafts}
    for rule in file.crossing_rules:
        if rule.crossing not in known:
            yield f"{region.terms.file}: {rule.crossing} is in no ground file"
    for party in file.terms.parties:
        if party not in grounds:
            yield f"{region.terms.file}: the party {party} has no ground file"


def _point(place: Place) -> Point:
    return Point(lat=place.lat, lon=place.lon)
