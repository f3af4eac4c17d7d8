"""A first answer without proof: good enough to prune by, often as good as any."""

from __future__ import annotations

from collections.abc import Sequence

from sarhad.response.dispatch.problem import NEVER, Problem


def first_answer(problem: Problem) -> tuple[int, ...]:
    """Return an allowed assignment: incidents in turn, in a few orders, each served as early as what is left allows."""
    least = problem.alone
    servable = [j for j, at in enumerate(least) if at < NEVER]
    orders = (
        sorted(servable, key=lambda j: (-problem.weight[j], least[j], j)),
        sorted(servable, key=lambda j: (-problem.weight[j], -least[j], j)),
        sorted(servable, key=lambda j: (-problem.weight[j], _choice(problem, j), j)),
        sorted(servable, key=lambda j: (_choice(problem, j), -problem.weight[j], j)),
    )
    return min((_in_turn(problem, order) for order in orders), key=lambda sent: (problem.values(sent), sent))


def _choice(problem: Problem, incident: int) -> int:
    """Return how many units could do the scarcest part of what an incident needs."""
    need = problem.needs[incident]
    able = [unit for _, unit in problem.by_time[incident]]
    return min((sum(skill in problem.skills[u] for u in able) for skill in need.capabilities), default=len(able))


def _in_turn(problem: Problem, order: Sequence[int]) -> tuple[int, ...]:
    sent = [-1] * len(problem.skills)
    for incident in order:
        taken = {unit for unit, where in enumerate(sent) if where >= 0}
        while (level := problem.earliest(incident, taken)) < NEVER:
            able = [unit for at, unit in problem.by_time[incident] if at <= level and unit not in taken]
            chosen = _enough(problem, incident, able)
            for unit in chosen:
                sent[unit] = incident
            if problem.may(sent):
                break
            taken.add(_offender(problem, sent, chosen))  # a forbidden combination: try without the one that spoils it
    return tuple(sent)


def _offender(problem: Problem, sent: list[int], chosen: Sequence[int]) -> int:
    """Take the chosen back, and return the first of them that cannot join the others."""
    incident = sent[chosen[0]]
    for unit in chosen:
        sent[unit] = -1
    offender = chosen[0]
    for unit in chosen:
        sent[unit] = incident
        if not problem.may(sent):
            offender = unit
            break
    for unit in chosen:
        sent[unit] = -1
    return offender


def _enough(problem: Problem, incident: int, able: Sequence[int]) -> list[int]:
    """Choose few of ``able``, who are enough together: who brings most of what is missing, with least to spare."""
    need = problem.needs[incident]
    missing, persons = set(need.capabilities), need.strength
    chosen: list[int] = []
    left = list(able)
    while missing or persons > 0 or not chosen:
        unit = min(
            left,
            key=lambda u: (
                -len(missing & problem.skills[u]) if missing else -min(problem.strength[u], persons),
                -min(problem.strength[u], persons),
                len(problem.skills[u]),
                problem.strength[u],
                int(problem.travel_s[u, incident]),
                u,
            ),
        )
        left.remove(unit)
        chosen.append(unit)
        missing -= problem.skills[unit]
        persons -= problem.strength[unit]
    for unit in list(chosen):
        rest = [u for u in chosen if u != unit]
        if problem.adequate(incident, rest):
            chosen = rest
    return chosen
