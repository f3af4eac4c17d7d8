"""``python -m bench.response.instances [DIR] [--family NAME]``: whole families of published problems, proved.

``DIR`` holds ``pmed*.txt`` (OR-Library), ``sjc/`` and ``mclp_city/``; what is missing is
left out.  A line a problem: value, bound, gap, status, CPU seconds, and the value in
``known.csv`` beside this file.  Limits are in CPU seconds, since the machine may be
shared.  The exit status is 1 when an answer contradicts a known value, or a family
misses its aim.

Known values: OR-Library (Beasley 1985) for medians; Elloumi, Labbé and Pochet 2004 for
centres; Máximo, Cordeau and Nascimento 2023 for cities (best known, not proved); those of
SJC (Lorena and Pereira) were computed with a proof.
"""

from __future__ import annotations

import argparse
import csv
import math
import re
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from functools import cache
from pathlib import Path

import numpy as np

from sarhad.response import siting
from sarhad.response.siting import Answer, Deadline, instances

SMALL = Path(__file__).parents[2] / "tests" / "response" / "data"
KNOWN = Path(__file__).with_name("known.csv")
SJC_RADIUS = 800.0


@dataclass(frozen=True, slots=True)
class Case:
    """One problem: ``solve`` gets the deadline; ``known`` is the published value."""

    name: str
    solve: Callable[[Deadline], Answer]
    known: float | None
    larger: bool


@dataclass(frozen=True, slots=True)
class Family:
    """Problems of one kind with the aim: seconds for each, CPU seconds for all, and the greatest gap."""

    cases: Callable[[Path], Iterator[Case]]
    each_s: float
    all_s: float
    gap: float


@cache
def known() -> dict[tuple[str, str, int, float], float]:
    """Return the known values by (problem, instance, p, radius); p and radius 0 where the file says them."""
    rows = csv.DictReader(KNOWN.read_text(encoding="utf-8").splitlines())
    return {
        (row["problem"], row["instance"], int(row["p"] or 0), float(row["radius"] or 0)): float(row["value"])
        for row in rows
    }


def _pmed(folder: Path) -> Iterator[tuple[str, instances.MedianInstance]]:
    for path in sorted(folder.glob("pmed*.txt"), key=lambda path: int(re.sub(r"\D", "", path.stem) or 0)):
        if re.fullmatch(r"pmed\d+", path.stem):
            yield path.stem, instances.read_pmed(path.read_text())


def median(folder: Path) -> Iterator[Case]:
    for name, problem in _pmed(folder):
        solve = _bind(siting.p_median, problem.distance, np.ones(len(problem.distance)), problem.p)
        yield Case(f"{name} p={problem.p}", solve, known().get(("median", name, 0, 0.0)), larger=False)


def centre(folder: Path) -> Iterator[Case]:
    for name, problem in _pmed(folder):
        solve = _bind(siting.p_centre, problem.distance, problem.p)
        yield Case(f"{name} p={problem.p}", solve, known().get(("centre", name, 0, 0.0)), larger=False)


def sjc(folder: Path) -> Iterator[Case]:
    """Yield each number of sites up to the least that covers everybody, and what is known beyond."""
    for path in sorted((folder / "sjc").glob("SJC*.txt"), key=lambda path: int(path.stem[3:])):
        place = instances.read_sjc(path.read_text(), path.with_name(f"demand-{path.stem}.dat").read_text())
        covers = instances.planar(place) <= SJC_RADIUS
        fewest = int(siting.set_covering(covers[place.weight > 0]).value)
        for p in range(1, len(covers) + 1):
            value = known().get(("covering", path.stem, p, SJC_RADIUS))
            if p > fewest and value is None:
                break
            yield Case(
                f"{path.stem} p={p}", _bind(siting.maximal_covering, covers, place.weight, p), value, larger=True
            )


def city(folder: Path) -> Iterator[Case]:
    for path in sorted((folder / "mclp_city").glob("*.txt")):
        place = instances.read_city(path.read_text())
        away = instances.haversine(place.x, place.y, place.x, place.y)
        for (problem, name, p, radius), value in known().items():
            if (problem, name) == ("covering", path.stem):
                solve = _bind(siting.maximal_covering, away <= radius, place.weight, p)
                yield Case(f"{name} p={p} r={radius:g}", solve, value, larger=True)


def _bind(method: Callable[..., Answer], *arguments: object) -> Callable[[Deadline], Answer]:
    return lambda until: method(*arguments, deadline=until)


FAMILIES = {
    "median": Family(median, 15.0, 60.0, 0.0),
    "centre": Family(centre, 30.0, 90.0, 0.0),
    "sjc": Family(sjc, 30.0, 60.0, 0.0),
    "city": Family(city, 30.0, 720.0, 0.01),
}


def warm() -> None:
    """Compile what is compiled at its first call: it is kept on disk from then on."""
    cost = np.random.default_rng(0).random((30, 30))
    siting.p_median(cost, np.ones(30), 3)
    siting.maximal_covering(cost < 0.1, np.ones(30), 3)
    large = np.random.default_rng(0).random((600, 600))
    siting.maximal_covering(large < 0.3, np.ones(600), 3, deadline=Deadline.after(3.0))


def run(name: str, family: Family, folder: Path, only: str) -> bool:
    """Solve a family, print its table; return whether nothing contradicts and the aim is met."""
    print(f"\n{name:24} {'value':>11} {'bound':>13} {'gap':>8} {'status':9} {'CPU s':>7} {'wall s':>7}  known")
    spent, worst, wide, wrong, count, short = 0.0, 0.0, 0.0, 0, 0, 0
    for case in family.cases(folder):
        if not re.search(only, case.name):
            continue
        begun, began = time.process_time(), time.monotonic()
        answer = case.solve(Deadline.after(family.each_s, time.process_time))
        cpu, wall = time.process_time() - begun, time.monotonic() - began
        mark, contradicts = verdict(case, answer)
        print(
            f"{case.name:24} {answer.value:>11,.0f} {answer.bound:>13,.1f} {answer.gap:>8.3%} {answer.status:9}"
            f" {cpu:>7.2f} {wall:>7.2f}  {mark}",
            flush=True,
        )
        spent, worst, wide = spent + cpu, max(worst, cpu), max(wide, answer.gap)
        wrong, count, short = wrong + contradicts, count + 1, short + mark.startswith("known")
    if not count:
        print("no such files")
        return True
    met = wide <= family.gap and spent <= family.all_s and worst <= family.each_s * 1.05
    print(
        f"{count} problems: {spent:.1f} CPU s (aim {family.all_s:g}), worst {worst:.1f} (aim {family.each_s:g}), "
        f"widest gap {wide:.3%} (aim {family.gap:.1%}), {short} short of the known value, {wrong} contradict: "
        f"{'met' if met and not wrong else 'MISSED'}"
    )
    return met and not wrong


def verdict(case: Case, answer: Answer) -> tuple[str, bool]:
    """Return how the answer stands to the known value, and whether the two contradict each other."""
    if case.known is None:
        return "-", False
    better = answer.value > case.known if case.larger else answer.value < case.known
    beyond = answer.bound < case.known if case.larger else answer.bound > case.known
    if answer.value == case.known:
        return "the same", False
    if better:
        return f"better than {case.known:,.0f}", False
    return f"known {case.known:,.0f}", beyond


def main(argv: Sequence[str] | None = None) -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("folder", nargs="?", type=Path, default=SMALL, help="by default the few that the tests carry")
    parser.add_argument("--family", action="append", choices=sorted(FAMILIES), help="repeat for more; by default all")
    parser.add_argument("--only", default="", metavar="REGEX", help="problems whose name matches")
    parser.add_argument("--seconds", type=float, metavar="N", help="CPU seconds for each instead of the family's aim")
    parser.add_argument("--quick", action="store_true", help="no different here: the default folder is small")
    options = parser.parse_args(argv)
    warm()
    families = {name: FAMILIES[name] for name in options.family or FAMILIES}
    if options.seconds is not None:
        families = {name: replace(one, each_s=options.seconds, all_s=math.inf) for name, one in families.items()}
    good = [run(name, family, options.folder, options.only) for name, family in families.items()]
    return 0 if all(good) else 1


if __name__ == "__main__":
    sys.exit(main())
