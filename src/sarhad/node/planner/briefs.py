"""The two pages: where to stand (one scenario, or two beside each other), and what acting jointly is worth."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np

from sarhad.node.planner.board import Board
from sarhad.node.planner.brief import Brief, Grid, Picture
from sarhad.node.planner.drawing import AMBER, BLUE, GREEN, GREY, RED, Curve, Dots, Pin, curves, ground_map, sizes
from sarhad.node.planner.resting import dividend_rests, kind_name, made_lines, site_rests
from sarhad.node.planner.saying import Saying
from sarhad.web.plan_shapes import (
    CoverView,
    DividendBody,
    DividendView,
    EstimateView,
    LoadView,
    RuleView,
    Scenario,
    SitedView,
    Stamp,
)
from sarhad.wire.values import Language

COLOURS = {"a": BLUE, "b": AMBER}
MAX_RULES = 6
LOADED = ("within_1800", "within_3600", "within_7200", "median_s", "p90_s")
"""Figures under load, in the order that they are shown in."""
COVER = ("plan.within.30", "plan.within.60", "plan.within.120", "plan.median", "plan.p90")


def party_name(board: Board, party: str, saying: Saying) -> str:
    """Return a party's name in the language."""
    names = board.names_of(party)
    return saying.name(names) if names is not None else party


def headings(saying: Saying) -> tuple[str, ...]:
    """Return the five headings of a cover."""
    return tuple(saying.say(key) for key in COVER)


# Where to stand


def site_brief(board: Board, asked: Sequence[tuple[Scenario, SitedView]], stamp: Stamp, lang: Language) -> Brief:
    """Return the page of one scenario, or of A beside B."""
    saying = Saying(lang)
    named = [("A", "a"), ("B", "b")][: len(asked)]
    first = asked[0][1]
    lead = saying.say(
        "plan.site.lead", count=saying.number(len(first.sites)), share=saying.percent(first.cover.within[1])
    )
    if len(asked) == 2:
        values = [saying.percent(made.cover.within[1]) for _, made in asked]
        lead = saying.say("plan.site.lead.two", a=values[0], b=values[1])
    drawn = [
        Picture(
            svg=_site_map(board, made, COLOURS[key], saying.say("plan.map.of", name=letter)),
            title=saying.say("plan.map.of", name=letter),
            caption=f"{letter} · {question(saying, scenario)}",
        )
        for (letter, key), (scenario, made) in zip(named, asked, strict=True)
    ]
    lines = [
        Curve(letter, COLOURS[key], "" if key == "a" else "6 3", made.cover.curve)
        for (letter, key), (_, made) in zip(named, asked, strict=True)
    ]
    title = saying.say("plan.curve")
    size = 14 if len(asked) == 2 else 10.5
    curve = Picture(svg=curves(lines, saying, title, size=size), title=title, caption=title)
    return Brief(
        lang=lang,
        title=saying.say("plan.site.title"),
        under=saying.say("plan.under"),
        lead=lead,
        pictures=(*drawn, curve),
        grids=(_scenarios(board, saying, asked), _proof(saying, asked), *_chosen(board, saying, asked)),
        rests_title=saying.say("plan.rests"),
        rests=tuple(site_rests(board, asked[0][0], saying)),
        made=made_lines(stamp, saying),
    )


def question(saying: Saying, scenario: Scenario) -> str:
    """Return the question of a scenario in a line."""
    sites = "" if scenario.method == "all" else saying.say("plan.asked.sites", count=saying.number(scenario.sites))
    limit = scenario.method in ("maximal", "all", "expected")
    parts = [
        saying.say(f"plan.method.{scenario.method}"),
        sites,
        saying.minutes(scenario.minutes * 60) if limit else "",
        saying.say(f"plan.mode.{scenario.mode}"),
    ]
    return " · ".join(part for part in parts if part)


def _scenarios(board: Board, saying: Saying, asked: Sequence[tuple[Scenario, SitedView]]) -> Grid:
    rows = [(letter, *saying.cover_cells(made.cover)) for letter, (_, made) in zip("AB", asked, strict=False)]
    if len(asked) == 2:
        rows.append((saying.say("plan.difference"), *saying.cover_change(asked[0][1].cover, asked[1][1].cover)))
    for party in asked[0][1].by_party:
        for letter, (_, made) in zip("AB", asked, strict=False):
            if party in made.by_party:
                name = f"{letter} · {saying.say('plan.incidents.of', party=party_name(board, party, saying))}"
                rows.append((name, *saying.cover_cells(made.by_party[party])))
    strong = (2,) if len(asked) == 2 else ()
    return Grid(title=saying.say("plan.cover"), headings=("", *headings(saying)), rows=tuple(rows), strong=strong)


def _proof(saying: Saying, asked: Sequence[tuple[Scenario, SitedView]]) -> Grid:
    keys = ("plan.status", "plan.value", "plan.bound", "plan.gap", "plan.outofreach")
    rows = tuple(
        (
            letter,
            saying.say(f"plan.status.{made.status}"),
            measured(saying, made, made.value),
            measured(saying, made, made.bound),
            "–" if made.gap is None else saying.percent(made.gap),
            saying.percent(made.out_of_reach),
        )
        for letter, (_, made) in zip("AB", asked, strict=False)
    )
    return Grid(title=saying.say("plan.proof"), headings=("", *(saying.say(key) for key in keys)), rows=rows)


def measured(saying: Saying, made: SitedView, value: float | None) -> str:
    """Return a value or bound in the unit of its method."""
    if value is None:
        return "–"
    match made.measure:
        case "weight":
            return saying.percent(value / made.total)
        case "sites":
            return saying.number(value)
        case "seconds":
            return saying.minutes(value)
        case "weighted-seconds":
            return saying.minutes(value / made.total)


def _chosen(board: Board, saying: Saying, asked: Sequence[tuple[Scenario, SitedView]]) -> list[Grid]:
    keys = ("plan.site", "plan.party", "plan.what", "plan.units", "plan.serves")
    found = []
    for letter, (_, made) in zip("AB", asked, strict=False):
        rows = tuple(
            (
                saying.name(site.names),
                party_name(board, site.party, saying),
                saying.say("plan.what.kept") if site.existing else saying.say("plan.what.new"),
                saying.number(site.units),
                saying.percent(site.serves / made.total),
            )
            for site in made.sites
        )
        title = saying.say("plan.sites.of", name=letter) if len(asked) == 2 else saying.say("plan.sites")
        found.append(Grid(title=title, headings=tuple(saying.say(key) for key in keys), rows=rows))
    return found


def _site_map(board: Board, made: SitedView, colour: str, title: str) -> str:
    arrival = np.array(made.arrival_s)
    hue = np.select(
        [arrival < 0, arrival <= 1800, arrival <= 3600, arrival <= 7200], [RED, GREEN, "#62a87c", AMBER], GREY
    )
    dots = Dots(
        [spot.lat / 1e7 for spot in board.places], [spot.lon / 1e7 for spot in board.places],
        sizes(board.weight({}).tolist()), hue.tolist(),
    )  # fmt: skip
    pins = [Pin(site.lat / 1e7, site.lon / 1e7, colour, not site.existing) for site in made.sites]
    return ground_map(board, dots, pins, title)


# What acting jointly is worth


def dividend_brief(board: Board, body: DividendBody, made: DividendView, stamp: Stamp, lang: Language) -> Brief:
    """Return the one-page result for whoever decides."""
    saying = Saying(lang)
    lines = [
        Curve(saying.say("plan.two"), GREY, "6 3", made.separate.curve),
        Curve(saying.say("plan.one"), GREEN, "", made.joint.curve),
    ]
    title = saying.say("plan.curve")
    return Brief(
        lang=lang,
        title=saying.say("plan.dividend.title"),
        under=saying.say("plan.under"),
        lead=dividend_lead(saying, made),
        pictures=(
            Picture(svg=curves(lines, saying, title), title=title, caption=title),
            Picture(
                svg=_change_map(board, body, made, saying.say("plan.map.change")),
                title=saying.say("plan.map.change"),
                caption=saying.say("plan.map.change.legend"),
            ),
        ),
        grids=tuple(grid for grid in (
            forces_grid(saying, made), helps_grid(saying, made), rules_grid(saying, made), _under_load(saying, made),
        ) if grid is not None),
        rests_title=saying.say("plan.rests"),
        rests=tuple(dividend_rests(board, body, made, saying)),
        made=made_lines(stamp, saying),
    )  # fmt: skip


def dividend_lead(saying: Saying, made: DividendView) -> str:
    """Return what acting jointly is worth, in a sentence or two."""
    before, after = made.separate.within[1], made.joint.within[1]
    key = "same" if abs(after - before) < 0.0005 else "more" if after > before else "fewer"
    lead = saying.say(f"plan.dividend.{key}", before=saying.percent(before), after=saying.percent(after))
    free = made.free.within[1]
    if key == "same":
        more = "plan.dividend.rules" if free - after >= 0.0005 else "plan.dividend.line"
        lead += " " + saying.say(more, share=saying.percent(free))
    best = _best_help(made)
    if best:
        lead += " " + _help_sentence(saying, made, best)
    return lead


def _best_help(made: DividendView) -> str:
    """Return the kind of unit whose median wins most minutes jointly; "" when none wins any."""
    won = {
        one.kind: one.separate.median_s - one.joint.median_s
        for one in made.by_kind
        if one.separate.median_s is not None and one.joint.median_s is not None
    }
    best = max(won, key=lambda kind: won[kind], default="")
    return best if best and won[best] >= 60 else ""


def _help_sentence(saying: Saying, made: DividendView, kind: str) -> str:
    one = next(held for held in made.by_kind if held.kind == kind)
    before, after = saying.minutes(one.separate.median_s), saying.minutes(one.joint.median_s)
    return saying.say("plan.dividend.help", kind=kind_name(saying, kind), before=before, after=after)


def forces_grid(saying: Saying, made: DividendView) -> Grid:
    """Return both forces and what lies between them."""
    rows = [
        (saying.say("plan.two"), *saying.cover_cells(made.separate)),
        (saying.say("plan.one"), *saying.cover_cells(made.joint)),
        (saying.say("plan.dividend"), *saying.cover_change(made.separate, made.joint)),
    ]
    return Grid(
        title=saying.say("plan.dividend.forces"), headings=("", *headings(saying)), rows=tuple(rows), strong=(2,)
    )


def helps_grid(saying: Saying, made: DividendView) -> Grid:
    """Return, for each kind of unit, how long help of that kind takes, and the rule that costs it most."""
    rows = tuple(
        (
            f"{kind_name(saying, one.kind)} ({saying.number(one.units)})",
            saying.minutes(one.separate.median_s),
            saying.minutes(one.joint.median_s),
            saying.change(one.separate.median_s, one.joint.median_s),
            saying.change(one.separate.p90_s, one.joint.p90_s),
            _rule_words(saying, one.joint, one.rule),
        )
        for one in made.by_kind
    )
    keys = ("plan.help.kind", "plan.help.two", "plan.help.one", "plan.help.median", "plan.help.p90", "plan.help.rule")
    note = saying.say("plan.help.note")
    return Grid(title=saying.say("plan.help"), headings=tuple(saying.say(key) for key in keys), rows=rows, note=note,
                widths=(0, 3, 3, 3, 3, 10))  # fmt: skip


def _rule_words(saying: Saying, joint: CoverView, rule: RuleView | None) -> str:
    if rule is None:
        return "–"
    p90, median = saying.change(joint.p90_s, rule.cover.p90_s), saying.change(joint.median_s, rule.cover.median_s)
    moved = median if joint.p90_s == rule.cover.p90_s else p90
    words = [saying.say(f"plan.rule.{rule.key}"), *([saying.name(rule.crossing_names)] if rule.crossing_names else [])]
    return f"{saying.several(words)}: {moved}"


def rules_grid(saying: Saying, made: DividendView) -> Grid:
    """Return the rules that cost or win something, the dearest first."""
    told = sorted((rule for rule in made.rules if rule.cover != made.joint), key=lambda rule: _worth(made.joint, rule))
    told = [rule for rule in told if _worth(made.joint, rule) != (0, 0, 0)][:MAX_RULES]
    rows = tuple(
        (
            saying.say(f"plan.rule.{rule.key}")
            + (f" · {saying.name(rule.crossing_names)}" if rule.crossing_names else ""),
            *saying.cover_change(made.joint, rule.cover),
        )
        for rule in told
    )
    note = "" if rows else saying.say("plan.rules.none")
    return Grid(title=saying.say("plan.rules"), headings=("", *headings(saying)), rows=rows, note=note)


def _worth(joint: CoverView, rule: RuleView) -> tuple[int, int, int]:
    p90 = (joint.p90_s if joint.p90_s is not None else 1e6) - (
        rule.cover.p90_s if rule.cover.p90_s is not None else 1e6
    )
    median = (joint.median_s or 1e6) - (rule.cover.median_s or 1e6)
    return -round(abs(p90) / 60), -round(abs(median) / 60), -round(1000 * abs(joint.within[1] - rule.cover.within[1]))


def _under_load(saying: Saying, made: DividendView) -> Grid | None:
    load = made.load
    if load is None:
        return None
    told = [{key: one[key] for key in LOADED if key in load.gain} for one in (load.separate, load.joint, load.gain)]
    return load_grid(saying, load_title(saying, load), told)


def load_grid(saying: Saying, title: str, forces: Sequence[Mapping[str, EstimateView]]) -> Grid:
    """Return two forces, one force and the gain under load, by figure."""
    rows = []
    for key, gain in forces[2].items():
        scale = load_scale(key)
        shown = [saying.interval(force[key], scale, 1) for force in forces[:2]]
        rows.append((saying.say(f"plan.load.{key}"), *shown, saying.interval(gain, scale, 1, signed=True)))
    keys = ("plan.two", "plan.one", "plan.load.gain")
    note = saying.say("plan.load.note")
    return Grid(title=title, headings=("", *(saying.say(key) for key in keys)), rows=tuple(rows), note=note)


def load_scale(key: str) -> float:
    """Return by what a figure of a simulation is shown: in minutes, or per cent."""
    return 1 / 60 if key.endswith("_s") else 100.0


def load_title(saying: Saying, load: LoadView) -> str:
    """Return how the figures under load were made."""
    return saying.say(
        "plan.load.title",
        runs=saying.number(load.runs),
        years=saying.number(load.years),
        seed=saying.digits(str(load.seed)),
    )


def _change_map(board: Board, body: DividendBody, made: DividendView, title: str) -> str:
    apart, joint = np.array(made.separate_s), np.array(made.joint_s)
    sooner = (joint >= 0) & ((apart < 0) | (joint < apart - 60))
    hue = np.select([joint < 0, sooner, joint > apart + 60], [RED, GREEN, AMBER], GREY)
    weight = board.weight(body.weights)
    dots = Dots(
        [spot.lat / 1e7 for spot in board.places],
        [spot.lon / 1e7 for spot in board.places],
        sizes(weight.tolist()),
        hue.tolist(),
    )
    pins = [Pin(home.lat / 1e7, home.lon / 1e7, BLUE, solid=True) for home in board.fielded.homes]
    return ground_map(board, dots, pins, title)
