"""What the Plan screen's calls take and give.  Times are seconds, coordinates 1e-7 degrees, shares 0 to 1."""

from __future__ import annotations

from typing import Annotated, Literal

import msgspec
from msgspec import Meta

from sarhad.web.shapes import Answered, Body
from sarhad.wire.values import Language, Names

Method = Literal["maximal", "all", "median", "centre", "expected"]
"""Most demand in time; all of it with the fewest; least mean time; least worst time; expected with busy units."""

Where = Literal["posts", "crossings", "towns", "villages"]
Format = Literal["geojson", "csv", "pdf", "html"]
Key = Annotated[str, Meta(max_length=80, pattern="^[a-z0-9][a-z0-9:-]*$")]
Weights = Annotated[
    dict[Key, Annotated[float, Meta(ge=0, le=1_000)]],
    Meta(max_length=64, description="What an incident of a category counts for, or of a table (source:<table>)"),
]
Codes = Annotated[tuple[Annotated[str, Meta(max_length=40)], ...], Meta(max_length=40)]
Asker = Annotated[
    str,
    Meta(max_length=40, pattern="^[a-zA-Z0-9-]*$", description="A newer call of the same asker replaces the older one"),
]
Seconds = Annotated[int, Meta(ge=0, le=86_400)]
Mark = Annotated[str, Meta(max_length=24, pattern="^-?[0-9]+x-?[0-9]+$", description="A place, as a search names it")]


class Rules(Body, frozen=True, kw_only=True):
    """What siting and dividend share: what an incident counts for, and the rules at the line.

    ``open``: crossings that may be used (codes); absent, as agreed.  ``answer_s``: until
    the other desk has answered.
    """

    weights: Weights = msgspec.field(default_factory=dict)
    spread_provinces: bool = False
    open: Codes | None = None
    answer_s: Seconds = 300
    asker: Asker = ""


class Scenario(Rules, frozen=True, kw_only=True):
    """A siting question.  ``hour``: of the day, at which the incidents happen; crossings have hours.

    ``joint``: a site serves both sides over the crossings; ``separate``: its own side only.
    ``busy``: share of time that a unit is busy (``expected``).  ``villages``: so many of
    them, those where most incidents may have been.  ``places``: candidates besides, by mark.
    """

    method: Method = "maximal"
    sites: Annotated[int, Meta(ge=0, le=60)] = 6
    minutes: Annotated[int, Meta(ge=5, le=720)] = 60
    mode: Literal["joint", "separate"] = "joint"
    keep_posts: bool = False
    busy: Annotated[float, Meta(ge=0, le=0.95)] = 0.3
    at: Annotated[tuple[Where, ...], Meta(min_length=1, max_length=4)] = ("posts", "crossings", "towns")
    villages: Annotated[int, Meta(ge=1, le=500)] = 100
    places: Annotated[tuple[Mark, ...], Meta(max_length=40)] = ()
    hour: Annotated[int, Meta(ge=0, le=23)] = 12
    limit_s: Annotated[int, Meta(ge=1, le=30)] = 5


class ReachBody(Scenario, frozen=True, kw_only=True):
    """Which candidates stand (``candidate`` of a site, as answered), for the area that they reach."""

    candidates: Annotated[tuple[Annotated[int, Meta(ge=0)], ...], Meta(min_length=1, max_length=120)]


class DividendBody(Rules, frozen=True, kw_only=True):
    """The same units as two forces and as one; no ``kinds``: those that answer an attack.

    ``runs`` 0: without the simulation.  ``fit``: the table that the rate rests on.
    """

    kinds: Codes = ()
    answer_p90_s: Seconds = 900
    runs: Annotated[int, Meta(ge=0, le=200)] = 0
    years: Annotated[int, Meta(ge=1, le=20)] = 5
    seed: Annotated[int, Meta(ge=0, le=2**31)] = 1
    fit: Annotated[str, Meta(max_length=40)] = ""


class SiteExport(Body, frozen=True, kw_only=True):
    """One scenario, or two side by side, as a file."""

    format: Format
    a: Scenario
    b: Scenario | None = None
    lang: Language = "en"


class DividendExport(DividendBody, frozen=True, kw_only=True):
    """The dividend as a file; ``pdf`` and ``html`` are the one-page result."""

    format: Format
    lang: Language = "en"


class TableView(Answered, frozen=True, kw_only=True):
    """A table of incidents: how many of each precision, of which years, and what one counts for by default."""

    id: str
    incidents: int
    used: int
    precision: dict[str, int]
    first_year: int
    last_year: int
    weight: float


class PlaceFound(Answered, frozen=True, kw_only=True):
    """A place of the region that a search found; ``mark`` names it among a scenario's ``places``."""

    mark: str
    names: Names
    what: str
    party: str
    lat: int
    lon: int


class PassageView(Answered, frozen=True, kw_only=True):
    """A crossing with its rule: who may pass; no ``units`` named: any kind.  ``agreed``: open as things stand.

    ``opens_s``, ``closes_s`` by the clock of ``zone``, now ``offset_min`` minutes east of UTC: when
    both sides have it open.  ``shut``:
    closed by a side, or by an announced closure that is in force.
    """

    code: str
    names: Names
    lat: int
    lon: int
    opens_s: int
    closes_s: int
    zone: str
    offset_min: int
    wait_s: int
    parties: tuple[str, ...]
    units: tuple[str, ...]
    agreed: bool
    shut: bool


class KindCount(Answered, frozen=True, kw_only=True):
    """How many units of a kind each party has; ``responds``: answers an attack."""

    kind: str
    units: dict[str, int]
    responds: bool


class PlacesView(Answered, frozen=True, kw_only=True):
    """Places that have demand, as columns of one length; ``weight`` as of the default weights."""

    name: tuple[str, ...]
    lat: tuple[int, ...]
    lon: tuple[int, ...]
    party: tuple[str, ...]
    weight: tuple[float, ...]


class StandView(Answered, frozen=True, kw_only=True):
    """Where units are based."""

    names: Names
    lat: int
    lon: int
    party: str
    units: int


Lacking = Literal[
    "no-side", "no-position", "out-of-service", "caveat", "outside-region", "in-the-sea", "far-from-roads"
]
"""Why a unit counts for nothing."""


class AwayView(Answered, frozen=True, kw_only=True):
    """A unit that counts for nothing, and why."""

    ref: str
    code: str
    party: str
    why: Lacking


class PlanView(Answered, frozen=True, kw_only=True):
    """What a plan is made from.  ``categories``: incidents used, by category; ``outside`` the region: not.

    ``origin``: units, posts and crossings are this node's records, or made up by the
    region package.  ``lent``: no imported incident is on record here: the package's stand in.
    ``away``: units that cannot be counted; ``blurred``: how many are counted where they were
    released coarsely.  ``agreed``: one is in force.  ``ground`` changes when any of this does.
    """

    region: str
    ground: str
    origin: Literal["records", "region"]
    lent: bool
    away: tuple[AwayView, ...]
    blurred: int
    parties: tuple[str, ...]
    tables: tuple[TableView, ...]
    categories: dict[str, int]
    left_out: dict[str, int]
    outside: int
    places: PlacesView
    candidates: dict[str, int]
    crossings: tuple[PassageView, ...]
    agreed: bool
    kinds: tuple[KindCount, ...]
    homes: tuple[StandView, ...]
    speed_kmh: int


class CoverView(Answered, frozen=True, kw_only=True):
    """First arrival: shares within 30, 60, 120 minutes; by 5 minutes to 240 (``curve``); null: never."""

    within: tuple[float, float, float]
    median_s: float | None
    p90_s: float | None
    curve: tuple[float, ...]
    never: float


class SiteView(Answered, frozen=True, kw_only=True):
    """A chosen site: ``units`` that stand there, the weight that it is first to serve, whether a post stood there."""

    candidate: int
    names: Names
    party: str
    what: str
    lat: int
    lon: int
    units: int
    existing: bool
    serves: float


Measure = Literal["weight", "sites", "weighted-seconds", "seconds"]


class SitedView(Answered, frozen=True, kw_only=True):
    """The sites, with value, bound and gap; ``arrival_s`` of each place in the order of the plan, -1 never.

    ``by_party``: the cover of each side's incidents.  ``out_of_reach``: share of the weight
    that no candidate reaches (within the threshold, where the method has one), at the places
    ``unserved``.  ``ground``: of which plan's ground this is.
    """

    status: Literal["optimal", "feasible", "infeasible", "unknown"]
    measure: Measure
    value: float | None
    bound: float | None
    gap: float | None
    nodes: int
    took_ms: int
    why: str
    total: float
    candidates: int
    sites: tuple[SiteView, ...]
    cover: CoverView
    by_party: dict[str, CoverView]
    out_of_reach: float
    unserved: tuple[int, ...]
    ground: str
    arrival_s: tuple[int, ...]


class BandView(Answered, frozen=True, kw_only=True):
    """Runs of cells reached within ``minutes`` and not within the band before: (row, first column, last column)."""

    minutes: int
    runs: tuple[tuple[int, int, int], ...]


class ReachView(Answered, frozen=True, kw_only=True):
    """Area within reach by road, as a raster of ``cell`` from its south-west corner; a cell counts that has a road."""

    south: int
    west: int
    cell: int
    bands: tuple[BandView, ...]


class RuleView(Answered, frozen=True, kw_only=True):
    """One rule changed, all else as agreed."""

    key: str
    crossing: str
    crossing_names: Names | None
    cover: CoverView


class HelpView(Answered, frozen=True, kw_only=True):
    """The dividend of one kind of unit, and the changed rule that would win most (null: none wins anything)."""

    kind: str
    units: int
    separate: CoverView
    joint: CoverView
    rule: RuleView | None


class EstimateView(Answered, frozen=True, kw_only=True):
    """Mean over the runs with its 95 % confidence interval; null where it is infinite."""

    mean: float | None
    low: float | None
    high: float | None


class LoadView(Answered, frozen=True, kw_only=True):
    """With busy units, simulated on the same streams; ``gain`` is what one force wins, negative where it loses."""

    runs: int
    years: int
    seed: int
    separate: dict[str, EstimateView]
    joint: dict[str, EstimateView]
    gain: dict[str, EstimateView]
    table: str
    incidents: int
    fitted_years: int
    dispersion: float
    p_value: float


class DividendView(Answered, frozen=True, kw_only=True):
    """Two forces beside one: first arrival over all hours of the day, all units idle; then under load.

    ``separate_s``, ``joint_s``: mean over the day at each place in the order of the plan,
    -1 where nobody comes at some hour.  ``free``: were every crossing open to every unit at
    all hours, and the other desk's answer there at once: what all rules together cost.
    """

    kinds: tuple[str, ...]
    units: int
    separate: CoverView
    joint: CoverView
    by_party: dict[str, tuple[CoverView, CoverView]]
    rules: tuple[RuleView, ...]
    free: CoverView
    by_kind: tuple[HelpView, ...]
    load: LoadView | None
    separate_s: tuple[int, ...]
    joint_s: tuple[int, ...]
    ground: str
    took_ms: int


class Stamp(msgspec.Struct, frozen=True, kw_only=True):
    """Who has a file made, when (µs UTC), and by which clocks it is dated: (party, IANA zone), the own one first."""

    party: str = ""
    officer: str = ""
    now_us: int = 0
    zones: tuple[tuple[str, str], ...] = ()


class SiteOrder(msgspec.Struct, frozen=True, kw_only=True):
    """A file of sites, as the worker is asked for it."""

    order: SiteExport
    stamp: Stamp


class DividendOrder(msgspec.Struct, frozen=True, kw_only=True):
    """A file of the dividend, as the worker is asked for it."""

    order: DividendExport
    stamp: Stamp


class Asked(msgspec.Struct, frozen=True, kw_only=True):
    """What the worker is asked: the ground (a Standing) as JSON, and the question."""

    ground: msgspec.Raw
    question: msgspec.Raw


class Search(msgspec.Struct, frozen=True, kw_only=True):
    """Places of the region by name, or those of these marks."""

    text: str = ""
    marks: tuple[Mark, ...] = ()


class FileMade(msgspec.Struct, frozen=True, kw_only=True):
    """A file that the planner made."""

    name: str
    media_type: str
    content: bytes
