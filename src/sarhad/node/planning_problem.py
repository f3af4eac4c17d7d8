"""``sarhad plan site`` on a problem that the user brings, instead of a region."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
from rich.table import Table

from sarhad.node.planning_print import answer_fields, headline, plain, saying, show
from sarhad.response.siting import Answer, Deadline, SitingError
from sarhad.response.siting.problem_files import Brought, read_points, read_problem
from sarhad.response.siting.question import Method, Question, ask

MAX_BYTES = 256_000_000


def solve_problem(
    problem: Path | None, weights: Path | None, demand: Path | None, candidates: Path | None,
    method: Method, count: int | None, within: float | None, busy: float, limit: float, as_json: bool,
) -> int:  # fmt: skip
    """Read, solve and print; exit status 0 if proved, else 1.  Raises SitingError."""
    with saying("Reading the problem"):
        brought = _brought(problem, weights, demand, candidates)
    number = count if count is not None else brought.count
    if number is None and method != "all":
        raise SitingError("this file does not say how many sites are wanted", where="COUNT", do="Give the number")
    if within is None and method in ("maximal", "all", "expected"):
        raise SitingError(
            f"{method} needs to know what counts as reached", where="--within", do=f"Give it in {brought.unit}"
        )
    reach = within if within is not None else float("inf")
    points, sites = brought.question.cost.shape
    with saying(f"Choosing among {sites} candidates for {points} points, at most {limit:g} s"):
        answer = ask(brought.question, method, number or 0, within=reach, busy=busy, deadline=Deadline.after(limit))
    facts = [
        ("problem", f"{brought.format}, {points} demand points, {sites} candidates, costs in {brought.unit}"),
        ("order", "the answer does not depend on the order of points and candidates"),
    ]
    rows = _rows(brought.question, answer)
    if as_json:
        whole = {"method": method, "count": number, "within": within, "answer": answer_fields(answer)}
        print(json.dumps(plain(whole | {"sites": rows, "rests_on": facts})))
        return int(answer.status != "optimal")
    shown = Table(title=headline(method, answer))
    for column in ("candidate", "number", "units", "existing", "weight served first"):
        shown.add_column(column)
    for name, j, units, stays, serves in (
        (r["name"], r["number"], r["units"], r["existing"], r["serves"]) for r in rows
    ):
        shown.add_row(str(name), str(j), str(units), "yes" if stays else "", f"{serves:,.1f}")
    show(shown, facts, answer.why)
    return int(answer.status != "optimal")


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
        raise SitingError("demand and candidates belong together", where="--demand, --candidates", do="Give both")
    return read_points(_text(demand), _text(candidates))


def _text(path: Path) -> str:
    try:
        if path.stat().st_size > MAX_BYTES:
            raise SitingError(f"is larger than {MAX_BYTES // 1_000_000} MB", where=str(path))
        return path.read_text(encoding="utf-8-sig")
    except OSError as error:
        raise SitingError(f"cannot be read: {error.strerror}", where=str(path)) from error
    except UnicodeDecodeError as error:
        raise SitingError("is no text in UTF-8", where=str(path)) from error
