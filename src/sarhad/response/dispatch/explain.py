"""Why each unit, why not the nearer ones, what is missing, and which rule costs most."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from dataclasses import replace

from sarhad.response.dispatch.problem import Problem
from sarhad.response.dispatch.scene import Scene, caveat_reason
from sarhad.response.dispatch.solve import Solution, hope_of, undercut
from sarhad.response.dispatch.ways import way
from sarhad.response.proposal import Answer, Chosen, Faster, PassedOver, Reason, Unmet, Value


def answer(scene: Scene, problem: Problem, solution: Solution, j: int) -> Answer:
    """Return the explained proposal for one incident."""
    sent = [u for u, where in enumerate(solution.sent) if where == j]
    incident = scene.snapshot.incidents[j].ref
    if not sent:
        return Answer(incident=incident, adequate_s=None, unmet=tuple(_unmet(scene, problem, j)))
    return Answer(
        incident=incident,
        adequate_s=max(problem.arrivals[u][j] for u in sent),
        chosen=tuple(_chosen(scene, problem, u, j) for u in sorted(sent, key=lambda u: problem.arrivals[u][j])),
        passed_over=tuple(_passed_over(scene, problem, solution, sent, j)),
    )


def _chosen(scene: Scene, problem: Problem, u: int, j: int) -> Chosen:
    unit, need = scene.snapshot.units[u], problem.needs[j]
    gives = tuple(sorted(problem.skills[u] & frozenset(need.capabilities)))
    why = Reason(code="provides", values={"capabilities": gives, "strength": unit.strength.low})
    return Chosen(unit=unit.ref, code=unit.code, party=unit.party, way=way(scene, u, j), why=why)


def _passed_over(scene: Scene, problem: Problem, solution: Solution, sent: list[int], j: int) -> Iterator[PassedOver]:
    """Name each unit that is nearer, or would be earlier, than the farthest or last one sent; nearest first."""
    last = max(problem.arrivals[u][j] for u in sent)
    farthest = max(scene.straight_m(u, j) or 0 for u in sent)
    found = []
    for u, (straights, arrivals) in enumerate(zip(scene.straights, scene.arrivals, strict=True)):
        straight, at = straights[j], arrivals[j]
        if u in sent or straight is None or (straight > farthest and (at is None or at > last)):
            continue
        why = scene.obstacle(u, j) or _outdone(scene, problem, solution, u, j, last)
        found.append(_other(scene, u, j, why))
    yield from sorted(found, key=lambda one: (one.straight_m, one.unit))


def _other(scene: Scene, u: int, j: int, why: Reason) -> PassedOver:
    unit = scene.snapshot.units[u]
    return PassedOver(
        unit=unit.ref,
        code=unit.code,
        party=unit.party,
        straight_m=scene.straight_m(u, j) or 0,
        arrival_s=scene.arrival_s(u, j),
        why=why,
    )


def _outdone(scene: Scene, problem: Problem, solution: Solution, u: int, j: int, last: int) -> Reason:
    """Say why a unit that could come is not sent."""
    need, where = problem.needs[j], solution.sent[u]
    if where < 0 and (why := _forbidden(scene, problem, solution, u, j)) is not None:
        return why
    missing = frozenset(need.capabilities) - problem.skills[u]
    at = problem.arrivals[u][j]
    if where >= 0:
        return Reason(code="sent-elsewhere", values={"incident": scene.snapshot.incidents[where].ref})
    if need.capabilities and len(missing) == len(need.capabilities):
        return Reason(code="lacks-capability", values={"capabilities": tuple(sorted(missing))})
    if at > last:
        return Reason(code="arrives-later", values={"arrival_s": at, "chosen_s": last})
    if not missing and problem.strength[u] < need.strength:
        return Reason(code="too-few", values={"strength": problem.strength[u], "needed": need.strength})
    for units, post in zip(problem.posts, scene.covered, strict=True):
        if u in units and all(v == u or solution.sent[v] >= 0 for v in units):
            return Reason(code="kept-in-reserve", values={"post": post.code})
    return Reason(code="not-needed", values={"arrival_s": at, "chosen_s": last})


def _forbidden(scene: Scene, problem: Problem, solution: Solution, u: int, j: int) -> Reason | None:
    """Say what forbids that the unit joins those who are sent, None if nothing does."""
    for rule, caveat in zip(problem.apart, scene.apart_by, strict=True):
        others = rule.other if u in rule.one else rule.one if u in rule.other else frozenset()
        if j in rule.incidents and any(solution.sent[v] == j for v in others):
            return caveat_reason("caveat-apart", caveat)
    for limit, gate in zip(problem.limits, scene.limited, strict=True):
        if (u, j) in limit.passes and not limit.holds([*solution.pairs, (u, j)]):
            return Reason(code="crossing-full", values={"code": gate.code})
    return None


def _unmet(scene: Scene, problem: Problem, j: int) -> Iterator[Unmet]:
    """Say what nobody can give; of what could be given alone, that it is needed elsewhere."""
    need = problem.needs[j]
    able = [u for _, u in problem.by_time[j]]
    before: dict[str, Value] = {} if need.before is None else {"before": need.before}
    late = "-before" if before else ""
    found = False
    for skill in need.capabilities or ("",):
        if any(not skill or skill in problem.skills[u] for u in able):
            continue
        found = True
        nearest = _nearest(scene, problem, skill, j)
        code = "none-at-all" if nearest is None else f"none-in-reach{late}"
        values: dict[str, Value] = {"capability": skill} | (before if nearest is not None else {})
        yield Unmet(what=Reason(code=code, values=values), nearest=nearest)
    persons = sum(problem.strength[u] for u in able)
    if persons < need.strength:
        found = True
        counts: dict[str, Value] = {"strength": persons, "needed": need.strength, **before}
        yield Unmet(
            what=Reason(code=f"too-few-in-reach{late}", values=counts), nearest=_nearest(scene, problem, "", j, able)
        )
    if not found:
        yield Unmet(what=Reason(code="needed-elsewhere"), nearest=None)


def _nearest(scene: Scene, problem: Problem, skill: str, j: int, able: list[int] | None = None) -> PassedOver | None:
    """Return the nearest unit with the capability that cannot come, and what keeps it away; None: nobody has it."""
    having = [
        (scene.straight_m(u, j) or 0, u)
        for u in range(len(problem.skills))
        if (not skill or skill in problem.skills[u]) and scene.straight_m(u, j) is not None and u not in (able or ())
    ]
    if not having:
        return None
    u = min(having)[1]
    return _other(scene, u, j, scene.obstacle(u, j) or Reason(code="not-needed"))


def faster(
    scene: Scene, solution: Solution, limit_s: float, clock: Callable[[], float] = time.monotonic
) -> tuple[Faster | None, tuple[Reason, ...]]:
    """Return the one rule that costs most, found by answering again without it; and the rules not answered in time.

    None when no single rule costs a second.  Of rules that cost as much, the first counts.
    """
    until = clock() + limit_s
    unserved, late = solution.values[:2]
    best, first = (0, 0), -1
    found: Faster | None = None
    unasked = []
    ranked = sorted(_hopes(scene, solution), key=lambda one: (*(-x for x in one[0]), one[1]))
    rivals = [*(hope[0] for hope, *_ in ranked[1:]), 0]
    for (hope, index, rule, problem), rival in zip(ranked, rivals, strict=False):
        if hope < best or (hope == best and first < index):
            continue  # what comes after has no more to hope for
        known = solution.sent if problem.allows(solution.sent) else (-1,) * len(problem.skills)
        gain = unserved - best[0], late - best[1] + (index < first)
        enough = unserved - max(best[0], rival)  # with less left unserved, no other rule can cost as much
        again, proved = undercut(problem, known, gain, solution.prices, enough=enough, left_s=lambda: until - clock())
        if not proved:
            unasked.append((index, rule))
        if again is None:
            continue
        values = problem.values(again)
        best, first = (unserved - values[0], late - values[1]), index
        served = best[0]
        sooner = (
            0
            if served
            else sum(scene.problem.served_at(solution.sent).values()) - sum(problem.served_at(again).values())
        )
        found = Faster(rule=rule, saved_s=sooner, weighted_s=0 if served else best[1], served=served)
    return found, tuple(rule for _, rule in sorted(unasked, key=lambda one: one[0]))


def _hopes(scene: Scene, solution: Solution) -> Iterator[tuple[tuple[int, int], int, Reason, Problem]]:
    """Yield what relaxing each rule could gain at the most, its place, the rule, and the problem without it."""
    for index, (rule, problem) in enumerate(relaxations(scene)):
        if not problem.same_as(scene.problem):
            hope = hope_of(problem, solution)
            if hope > (0, 0):
                yield hope, index, rule, problem


def relaxations(scene: Scene) -> Iterator[tuple[Reason, Problem]]:
    """Yield the problem without one rule at a time, in a fixed order."""
    for k, gate in enumerate(scene.gates):
        others = (
            ("crossing-hours", gate.always_open()),
            ("crossing-permission", gate.for_everybody()),
            ("crossing-wait", replace(gate, wait_ms=0)),
            ("crossing-capacity", gate.without_limit()),
        )
        for code, other in others:
            if other != gate:
                gates = (*scene.gates[:k], other, *scene.gates[k + 1 :])
                values: dict[str, Value] = {"crossing": gate.refs[0], "code": gate.code}
                yield Reason(code=code, values=values), scene.relaxed(gates=gates)
    fleet = scene.fleet
    for code, keeps, without in (
        ("stays-on-its-side", not fleet.crosses.all(), fleet.crossing_all()),
        ("notice-to-move", fleet.depart_ms.any(), fleet.without_notice()),
    ):
        if keeps:
            yield Reason(code=code), scene.relaxed(fleet=without)
    if scene.caveats:
        yield Reason(code="caveats"), scene.relaxed(caveats=())
