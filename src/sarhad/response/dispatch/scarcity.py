"""What weight of incidents must stay unserved because too few have what they ask for.

One capability alone: each incident served holds one unit that has it.  The sets of
incidents that can each hold one are the independent sets of a transversal matroid
(Edmonds and Fulkerson, 1965), so taking the heaviest that still can be matched is exact.
"""

from __future__ import annotations

from sarhad.response.dispatch.problem import NEVER, Problem


def lost(problem: Problem) -> int:
    """Return a bound on the weight of incidents unserved that could be served alone: the scarcest capability's."""
    able = [j for j, at in enumerate(problem.alone) if at < NEVER]
    asked = sorted({skill for j in able for skill in problem.needs[j].capabilities})
    return max((_lost(problem, able, skill) for skill in asked), default=0)


def _lost(problem: Problem, able: list[int], skill: str) -> int:
    having = problem.having[skill]
    wants = {
        j: [unit for _, unit in problem.by_time[j] if having[unit]]
        for j in able
        if skill in problem.needs[j].capabilities
    }
    holds: dict[int, int] = {}
    return sum(
        problem.weight[j]
        for j in sorted(wants, key=lambda j: (-problem.weight[j], j))
        if not _matched(wants, holds, j, set())
    )


def _matched(wants: dict[int, list[int]], holds: dict[int, int], incident: int, seen: set[int]) -> bool:
    """Give the incident a unit, letting others change theirs (an augmenting path); False where none is left."""
    for unit in wants[incident]:
        if unit not in seen:
            seen.add(unit)
            if unit not in holds or _matched(wants, holds, holds[unit], seen):
                holds[unit] = incident
                return True
    return False
