"""A pool of good choices for a large maximal covering, crossed and annealed (Moscato 1989).

A pool begins with choices annealed each by itself.  Then a child takes a district from one
member and the rest from another, is annealed a little, so that the seam heals, and takes the
place of the member it came from, or of one that it hardly differs from, if it covers more.
"""

from __future__ import annotations

import math
from concurrent.futures import ThreadPoolExecutor
from dataclasses import InitVar, dataclass, field, replace
from itertools import pairwise
from typing import TypeVar

import numpy as np

from sarhad.response.siting import cover_books, cover_cross
from sarhad.response.siting.answer import Deadline
from sarhad.response.siting.cover_books import Choice, Cover, uniform
from sarhad.response.siting.cover_part import Part, greedy
from sarhad.response.siting.jit import compiled
from sarhad.response.siting.kernels import Floats, Ints

Amounts = TypeVar("Amounts", Ints, Floats)

HOTTEST, COLDEST, SWEEPS = 0.018, 0.002, 2400
"""A member to begin with: its first and its last heat, as shares of what a site covers on average; steps for
each site to open."""

BEGIN_SHARE = 0.35
"""The share of the time left after which no member is begun."""

CHILD_HOT, CHILD_COLD, CHILD_SWEEPS = 0.006, 0.0005, 30
"""The same of a child."""

DISTRICT = 0.5
"""At most such a share of the sites comes from the other parent."""

ALIKE = 3
"""Two members differ by more sites than that."""

BATCH, BREEDERS = 10, 2
"""Children that a breeder has from the same members; breeders side by side, each in a thread."""

SPARE, COLDER = 0.4, 0.1
"""Where nearly everything can be covered, choices differ by little: where less than so many sites' cover is
spare the coldest heat falls with it, down to such a share of the usual one; a child's by the square root of that."""

STRETCH = 300
"""Children between two looks."""

LOOKS = 20
"""How often the clock is looked at while a member is annealed."""


@compiled
def values(problem: Cover, weight: Amounts, members: Ints) -> Amounts:
    """Return what each of the ``members`` (a row of sites) covers by these weights of the points."""
    result, seen = np.zeros(len(members), weight.dtype), np.full(weight.size, -1, np.int32)
    for m in range(len(members)):
        for j in members[m]:
            for k in range(problem.from_site[j], problem.from_site[j + 1]):
                i = problem.point[k]
                if seen[i] != m:
                    seen[i] = m
                    result[m] += weight[i]
    return result


@compiled
def _bred(
    problem: Cover, one: Choice, members: Ints, hot: float, cold: float, children: Ints, covered: Ints, parents: Ints
) -> None:
    """Fill the ``children`` (each a row of sites), what each ``covered``, and which member was its parent."""
    count, opened = members.shape
    slots = np.arange(opened)
    for c in range(len(children)):
        a = int(uniform(one.state) * count)
        b = (a + 1 + int(uniform(one.state) * (count - 1))) % count
        first = members[a, int(uniform(one.state) * opened)]
        order = cover_cross.around(problem, first, one.state)
        district = 1 + int(uniform(one.state) * DISTRICT * opened)
        new = cover_cross.crossed(members[a], members[b], order, district, problem.from_site.size - 1)
        cover_books.become(problem, one, new)
        cover_books.forget(one)
        cover_books.walk(problem, one, slots, hot, cold, CHILD_SWEEPS * opened)
        children[c], covered[c], parents[c] = np.sort(one.best), one.figures[1], a


@compiled
def admitted(members: Ints, covered: Ints, child: Ints, worth: int, parent: int, sites: int) -> bool:
    """Put the ``child``, which covers ``worth``, in the place of the most like member or its parent; False if neither.

    ``sites``: how many there are.  It takes the place of the most like member if ``ALIKE``
    sites differ at most, else of its ``parent``; only if it covers more than that one.
    """
    if worth <= covered.min():
        return False
    has = np.zeros(sites, np.int32)
    has[child] = 1
    place, least = parent, ALIKE + 1
    for m in range(len(members)):
        differ = child.size
        for q in range(child.size):
            differ -= has[members[m, q]]
        if differ < least:
            place, least = m, differ
    if worth <= covered[place]:
        return False
    members[place], covered[place] = child, worth
    return True


@dataclass(slots=True)
class Breeder:
    """A choice that is annealed, over and over."""

    problem: Cover
    one: Choice

    def begin(self, first: Ints, hottest: float, coldest: float, deadline: Deadline) -> Ints:
        """Return a new member, annealed from the choice ``first``."""
        cover_books.become(self.problem, self.one, first)
        cover_books.forget(self.one)
        slots, ladder = np.arange(first.size), np.geomspace(hottest, coldest, LOOKS + 1)
        for hot, cold in pairwise(ladder):
            if not deadline.passed:
                cover_books.walk(self.problem, self.one, slots, hot, cold, SWEEPS * first.size // LOOKS)
        return np.sort(self.one.best)

    def breed(self, members: Ints, hot: float, cold: float) -> tuple[Ints, Ints, Ints]:
        """Return a batch of children, annealed between these heats, what each covers, and their parents."""
        children, covered, parents = np.empty((BATCH, members.shape[1]), np.int64), *np.empty((2, BATCH), np.int64)
        _bred(self.problem, self.one, members, hot, cold, children, covered, parents)
        return children, covered, parents


@dataclass(slots=True)
class Pool:
    """Members with what each covers, all among a part's sites, by weights that may be others than the part's.

    The same calls give the same members, however many threads there are.
    """

    part: Part
    weight: Floats
    """What counts now of each point."""
    spare: float
    """What cannot be covered at least."""
    seed: InitVar[int]
    members: Ints = field(init=False)
    """The sites of each member, and what each covers, in units."""
    covered: Ints = field(init=False)
    breeders: list[Breeder] = field(init=False)
    idle: int = 0
    """Children since one was last admitted."""

    def __post_init__(self, seed: int) -> None:
        """Begin with no member."""
        self.members, self.covered = np.zeros((0, self.part.sites), np.int64), np.zeros(0, np.int64)
        self.breeders = []
        self._hire([seed * BREEDERS + k for k in range(BREEDERS)])

    def _hire(self, seeds: list[int]) -> None:
        weighed = replace(self.part, weight=self.weight)
        problem, first = cover_books.cover(weighed), greedy(weighed)
        self.breeders = [Breeder(problem, cover_books.choice(problem, first, seed)) for seed in seeds]

    def weigh(self, weight: Floats) -> None:
        """Go on with other weights."""
        self.weight, self.idle = weight, 0
        self._hire([int(breeder.one.state[0]) for breeder in self.breeders])
        self.take(self.members)

    def take(self, members: Ints) -> None:
        """Let these be the members."""
        self.members = members
        self.covered = values(self.breeders[0].problem, self.breeders[0].problem.weight.astype(np.int64), members)

    @property
    def colder(self) -> float:
        """By how much the coldest heat is below the usual one, as a factor."""
        mean = float(self.weight.sum()) / self.part.sites
        return min(max(self.spare / mean / SPARE, COLDER), 1.0)

    def _heats(self, *shares: float) -> list[float]:
        """Return heats, given as shares of what a site covers on average, in units."""
        mean = float(self.breeders[0].problem.weight.sum()) / self.part.sites
        return [share * mean for share in shares]

    def begin(self, count: int, threads: ThreadPoolExecutor, deadline: Deadline) -> None:
        """Anneal so many members, or fewer if time is short."""
        first, until = self.breeders[0].one.opened.copy(), deadline.part(BEGIN_SHARE)
        hottest, coldest = self._heats(HOTTEST, COLDEST * self.colder)
        new = list[Ints]()
        while len(new) < count and not (len(new) > 1 and until.passed):
            new += threads.map(lambda one: one.begin(first, hottest, coldest, deadline), self.breeders)
        self.take(np.array(new))

    def breed(self, threads: ThreadPoolExecutor, deadline: Deadline) -> None:
        """Have and admit children for a stretch, or until the deadline."""
        hot, cold = self._heats(*(share * math.sqrt(self.colder) for share in (CHILD_HOT, CHILD_COLD)))
        for _ in range(STRETCH // (BATCH * BREEDERS)):
            if deadline.passed:
                return
            self.idle += BATCH * BREEDERS
            for batch in list(threads.map(lambda one: one.breed(self.members, hot, cold), self.breeders)):
                for child, worth, parent in zip(*batch, strict=True):
                    if admitted(self.members, self.covered, child, int(worth), int(parent), self.part.number.size):
                        self.idle = 0
