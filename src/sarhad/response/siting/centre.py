"""p-centre: the least worst time, by set covers over few of the demand points at a time.

Within a time, can so many sites reach everybody?  If not even a few of the points can
all be reached, no; if a choice made for those few reaches everybody, yes; else the
points that it leaves out join the few (Chen and Chen 2009; Contardo, Iori and Kramer
2019).  Exchanges say yes in milliseconds, so the search comes down to the least time by
them alone, and one exact cover, just below it, is the proof.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from sarhad.response.siting.answer import Answer, Deadline, SitingError, checked
from sarhad.response.siting.cover_all import Cover, exchanged, least_cover
from sarhad.response.siting.kernels import Floats, Ints

Bools = NDArray[np.bool_]

ROWS = 256
"""Demand points whose costs are listed at a time."""

EXCHANGES = 20_000
"""Exchanges tried before it is taken that so many sites may not do."""


def p_centre(cost: Floats, sites: int, *, existing: Sequence[int] = (), deadline: Deadline | None = None) -> Answer:
    """Choose ``sites`` new candidates, besides the ``existing`` ones, that make the worst cost least.

    ``cost``: demand points × candidates, infinite where nobody gets there.  Points that
    no candidate serves are left out and listed.  Raises SitingError.
    """
    fixed = checked(cost.shape, np.ones(cost.shape[0]), sites, existing)
    if np.any(np.isnan(cost)) or sites + int(fixed.sum()) == 0:
        raise SitingError("costs must be numbers, and at least one site is needed", where="cost")
    served = np.isfinite(cost).any(axis=1)
    if not served.any():
        raise SitingError("no candidate reaches any demand point", where="cost", code="plan-no-reach")
    near = cost if served.all() else cost[served]
    given = near[:, fixed == 1].min(axis=1, initial=np.inf)
    search = _Search(near, given, np.nonzero(fixed)[0], sites, deadline or Deadline.after(60.0))
    search.run()
    return _answer(search, tuple(int(i) for i in np.nonzero(~served)[0]))


def _answer(search: _Search, unserved: tuple[int, ...]) -> Answer:
    if search.low >= search.levels.size:
        why = "no choice of that many sites reaches every point that some candidate reaches"
        return Answer("infeasible", (), math.inf, math.inf, search.nodes, unserved, why)
    bound = float(search.levels[search.low])
    proved = search.worst <= bound
    chosen = tuple(int(j) for j in search.best)
    return Answer(
        "optimal" if proved else "feasible" if math.isfinite(search.worst) else "unknown",
        chosen if math.isfinite(search.worst) else (),
        search.worst,
        min(bound, search.worst),
        search.nodes,
        unserved,
    )


@dataclass(slots=True)
class _Search:
    """One search over the distinct costs; every field is written by this object only, in one thread.

    ``levels[low - 1]`` and below are proved impossible; ``best`` reaches everybody
    within ``worst``, which is ``levels[top]``.
    """

    near: Floats
    given: Floats
    fixed: Ints
    sites: int
    deadline: Deadline
    levels: Floats = None  # type: ignore[assignment]  # set by __post_init__
    best: Ints = None  # type: ignore[assignment]
    worst: float = math.inf
    low: int = 0
    top: int = 0
    nodes: int = 0

    def __post_init__(self) -> None:
        """Begin with the farthest-first choice, and list the costs that can be the answer: none above its worst."""
        self.best = self.fixed
        first = _farthest_first(self.near, self.given, self.sites)
        least = float(np.minimum(self.near.min(axis=1), self.given).max(initial=0.0))
        most = self._worst(first)
        parts = [np.zeros(0)]
        for at in range(0, self.near.shape[0], ROWS):
            block = self.near[at : at + ROWS]
            parts.append(np.unique(block[(block >= least) & (block <= most) & np.isfinite(block)]))
        self.levels = np.unique(np.concatenate(parts))
        self.top = self.levels.size
        self._offer(first)

    def run(self) -> None:
        """Bring the worst cost down by quick answers, then prove by one set cover that nothing is less.

        Levels below ``unlikely`` are those where exchanges found no cover: no proof, but
        exact covers are left for the one level just below the best choice.
        """
        few = self._quick_no()
        self._quick_yes()
        columns, unlikely = np.setdiff1d(self.best, self.fixed), self.low
        while self.low < self.top and not self.deadline.passed:
            sure = unlikely >= self.top
            level = self.top - 1 if sure else (unlikely + self.top) // 2
            cover = self._cover(self._rows(few, level), columns, sure=sure)
            if cover.least > self.sites:
                self.low = level + 1
            elif cover.columns is None or len(cover.columns) > self.sites:
                if sure:
                    self._raise(few)
                    return
                unlikely = level + 1
            else:
                columns = cover.columns
                few = np.concatenate((few, self._left(level, columns)))
                if self.top <= level and sure:
                    unlikely = self.low

    def _rows(self, few: Ints, level: int) -> Bools:
        """Return who reaches those of the points that the sites that stand do not reach at a level."""
        limit = self.levels[level]
        within: Bools = self.near[few[self.given[few] > limit]] <= limit
        return within

    def _left(self, level: int, columns: Ints) -> Ints:
        """Offer a choice made for few of the points, filled up; return some of the points that it does not reach."""
        limit = self.levels[level]
        left = np.nonzero(np.minimum(self.given, self.near[:, columns].min(axis=1, initial=np.inf)) > limit)[0]
        within, every = self.near[left] <= limit, np.ones(left.size, bool)
        self._offer(_greedy(within, every, columns, self.sites))
        if self.top <= level:
            return np.zeros(0, np.int64)
        return left[_apart(within, np.arange(left.size), max(5, self.sites))]

    def _cover(self, within: Bools, begin: Ints, *, sure: bool) -> Cover:
        """Cover the rows by exchanges from the choice ``begin``; if they find none and it must be ``sure``, exactly."""
        found = exchanged(within, begin, self.sites, EXCHANGES)
        if found is not None or not sure:
            return Cover(found, 0, 0)
        return self._exact(within)

    def _exact(self, within: Bools) -> Cover:
        cover = least_cover(within, self.sites, self.deadline.part(0.5))
        self.nodes += cover.nodes
        return cover

    def _raise(self, few: Ints) -> None:
        """Raise the bound at levels that are easier to prove impossible than the one that took too long."""
        high = self.top
        while self.low < high and not self.deadline.passed:
            middle = (self.low + high) // 2
            if self._exact(self._rows(few, middle)).least > self.sites:
                self.low = middle + 1
            else:
                high = middle

    def _within(self, level: int) -> tuple[Bools, Bools]:
        """Return who reaches whom at a level, and which points the sites that stand do not reach."""
        limit = self.levels[level]
        return self.near <= limit, ~(self.given <= limit)

    def _worst(self, columns: Ints) -> float:
        return float(np.minimum(self.given, self.near[:, columns].min(axis=1, initial=np.inf)).max())

    def _offer(self, columns: Ints) -> None:
        worst = self._worst(columns)
        if worst < self.worst or (self.best is self.fixed and math.isfinite(worst)):
            self.worst, self.best = worst, np.union1d(self.fixed, columns)
            self.top = min(int(np.searchsorted(self.levels, worst)), self.levels.size)

    def _quick_yes(self) -> None:
        """Lower the worst cost by greedy covers."""
        low, high = self.low, self.top
        while low < high and not self.deadline.passed:
            middle = (low + high) // 2
            within, bare = self._within(middle)
            self._offer(_greedy(within, bare, np.zeros(0, np.int64), self.sites))
            low, high = (low, min(middle, self.top)) if self.top <= middle else (middle + 1, high)

    def _quick_no(self) -> Ints:
        """Raise the bound by points that no site reaches two of; return such points to begin with."""
        low, high, few = self.low, self.top, np.zeros(0, np.int64)
        while low < high and not self.deadline.passed:
            middle = (low + high) // 2
            within, bare = self._within(middle)
            found = _apart(within, np.nonzero(bare)[0], self.sites + 1)
            if found.size > self.sites:
                low = self.low = middle + 1
            else:
                high, few = middle, found
        return few


def _farthest_first(near: Floats, given: Floats, sites: int) -> Ints:
    """Open, again and again, the candidate nearest to the point that is worst off."""
    now, chosen = given.copy(), list[int]()
    for _ in range(sites):
        worst = int(np.argmax(now))
        chosen.append(int(np.argmin(near[worst])))
        now = np.minimum(now, near[:, chosen[-1]])
    return np.array(chosen, np.int64)


def _greedy(within: Bools, bare: Bools, columns: Ints, sites: int) -> Ints:
    """Add to ``columns``, up to ``sites`` of them, whatever reaches most of the points still bare."""
    chosen, bare = [int(j) for j in columns], bare.copy()
    gain = within[bare].sum(axis=0, dtype=np.int64)
    while len(chosen) < sites and gain.any():
        chosen.append(int(np.argmax(gain)))
        newly = bare & within[:, chosen[-1]]
        gain -= within[newly].sum(axis=0, dtype=np.int64)
        bare &= ~newly
    return np.array(chosen, np.int64)


def _apart(within: Bools, points: Ints, most: int) -> Ints:
    """Return up to ``most`` of the points, those hardest to reach first, of which no site reaches two."""
    order = points[np.argsort(within[points].sum(axis=1), kind="stable")]
    taken, found = np.zeros(within.shape[1], bool), list[int]()
    for i in order:
        if len(found) == most:
            break
        if not (within[i] & taken).any():
            found.append(int(i))
            taken |= within[i]
    return np.array(found, np.int64)
