"""``sarhad plan site`` on a problem that the user brings, instead of a region."""

from __future__ import annotations

import json
import math
from collections.abc import Sequence
from pathlib import Path

import numpy as np

from sarhad.node.planner.brief import Grid
from sarhad.node.planner.saying import Saying
from sarhad.node.planner.telling import Telling
from sarhad.node.planning_print import answer_fields, plain, saying, show
from sarhad.response.errors import PlanError
from sarhad.response.siting import Answer, Deadline
from sarhad.response.siting.problem_files import Brought, read_points, read_problem
from sarhad.response.siting.question import Method, Question, ask
from sarhad.wire.values import Language

MAX_BYTES = 256_000_000


def solve_problem(
    problem: Path | None, weights: Path | None, demand: Path | None, candidates: Path | None,
    method: Method, count: int | None, within: float | None, busy: float, limit: float, as_json: bool,
    lang: Language,
) -> int:  # fmt: skip
    """Read, solve and print; exit status 0 if proved, else 1.  Raises PlanError."""
    words = Saying(lang)
    with saying(words.say("plan.told.reading.problem")):
        brought = _brought(problem, weights, demand, candidates)
    number = count if count is not None else brought.count
    if number is None and method != "all":
        raise PlanError("plan-no-count", "this file does not say how many sites are wanted", where="COUNT",
                        do="Give the number")  # fmt: skip
    if within is None and method in ("maximal", "all", "expected"):
        raise PlanError("plan-within-needed", f"{method} needs to know what counts as reached", where="--within",
                        do=f"Give it in {brought.unit}", option="--within")  # fmt: skip
    reach = within if within is not None else float("inf")
    points, sites = brought.question.cost.shape
    counts = {"candidates": words.number(sites), "places": words.number(points)}
    with saying(words.say("plan.told.choosing", **counts, limit=words.digits(f"{limit:g}"))):
        answer = ask(brought.question, method, number or 0, within=reach, busy=busy, deadline=Deadline.after(limit))
    rows = _rows(brought.question, answer)
    if as_json:
        whole = {"method": method, "count": number, "within": within, "answer": answer_fields(answer)}
        print(json.dumps(plain(whole | {"sites": rows, "rests_on": _facts(brought)})))
    else:
        show(_telling(brought, method, answer, rows, words))
    return int(answer.status != "optimal")


def _facts(brought: Brought) -> list[tuple[str, str]]:
    """Return what the answer rests on, for programs."""
    points, sites = brought.question.cost.shape
    return [
        ("problem", f"{brought.format}, {points} demand points, {sites} candidates, costs in {brought.unit}"),
        ("order", "the answer does not depend on the order of points and candidates"),
    ]


def _telling(
    brought: Brought, method: Method, answer: Answer, rows: Sequence[dict[str, object]], words: Saying
) -> Telling:
    """Return the answer in the reader's language; figures are in the problem's own unit."""
    sentences = [words.say(f"plan.told.method.{method}"), _proof(answer, words)]
    if answer.unserved:
        sentences.append(words.say("plan.told.nowhere", count=words.number(len(answer.unserved))))
    keys = ("plan.told.head.candidate", "plan.told.head.number", "plan.units", "plan.told.head.existing",
            "plan.told.head.serves")  # fmt: skip
    cells = tuple(
        (
            str(row["name"]),
            words.digits(str(row["number"])),
            words.digits(str(row["units"])),
            words.say("plan.told.yes") if row["existing"] else "",
            words.number(float(str(row["serves"])), 1),
        )
        for row in rows
    )
    points, sites = brought.question.cost.shape
    unit = words.say("plan.told.unit.m" if brought.unit == "m" else "plan.told.unit.own")
    counts = {"points": words.number(points), "candidates": words.number(sites)}
    rests = (
        (words.say("plan.told.problem"), words.say("plan.told.problem.of", format=brought.format, unit=unit, **counts)),
        (words.say("plan.told.order"), words.say("plan.told.order.of")),
    )
    grid = Grid(title=words.say("plan.sites"), headings=tuple(map(words.say, keys)), rows=cells)
    return Telling(tuple(sentences), (grid,), rests)


def _proof(answer: Answer, words: Saying) -> str:
    if answer.status == "infeasible":
        return words.say("plan.impossible.fits")
    if answer.status == "unknown":
        return words.say("plan.told.unknown", option="--limit")
    gap = words.percent(answer.gap, 2) if math.isfinite(answer.gap) else "–"
    bound = words.number(answer.bound, 1) if math.isfinite(answer.bound) else "–"
    found = words.say("plan.told.value.number", n=words.number(answer.value, 1))
    return words.say(f"plan.told.{answer.status}", value=found, bound=bound, gap=gap)


def _rows(question: Question, answer: Answer) -> list[dict[str, object]]:
    """Return a row a site; ``number`` counts the candidates of the file from 1."""
    chosen = sorted(set(answer.sites))
    if not chosen:
        return []
    reach = question.cost[:, chosen]
    nearest, served = np.argmin(reach, axis=1), np.isfinite(reach).any(axis=1)
    return [
        {
            "name": question.candidates[j],
            "number": j + 1,
            "units": answer.sites.count(j),
            "existing": j in question.existing,
            "serves": float(question.weight[served & (nearest == k)].sum()),
        }
        for k, j in enumerate(chosen)
    ]


def _brought(problem: Path | None, weights: Path | None, demand: Path | None, candidates: Path | None) -> Brought:
    if problem is not None:
        beside = problem.with_name(f"demand-{problem.stem}.dat")
        paired = weights or (beside if beside.exists() else None)
        return read_problem(_text(problem), _text(paired) if paired else None)
    if demand is None or candidates is None:
        raise PlanError("plan-both-tables", "demand and candidates belong together", where="--demand, --candidates",
                        do="Give both", options="--demand, --candidates")  # fmt: skip
    return read_points(_text(demand), _text(candidates))


def _text(path: Path) -> str:
    try:
        size = path.stat().st_size
        if size <= MAX_BYTES:
            return path.read_text(encoding="utf-8-sig")
    except OSError as error:
        raise PlanError("plan-no-file", f"cannot be read: {error.strerror}", where=str(path), file=str(path)) from error
    except UnicodeDecodeError as error:
        raise PlanError("plan-no-text", "is no text in UTF-8", where=str(path), file=str(path)) from error
    limit = MAX_BYTES // 1_000_000
    raise PlanError("plan-too-large", f"is larger than {limit} MB", where=str(path), file=str(path), mb=limit)
