"""Good choices for a large maximal covering: members of a pool, crossed and annealed (Moscato 1989).

A pool begins with choices annealed each by itself.  Then a child takes a district from one
member and the rest from another, is annealed a little, so that the seam heals, and takes the
place of the member it came from, or of one that it hardly differs from, if it covers more.
"""

from __future__ import annotations

import math
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from itertools import pairwise

import numpy as np

from sarhad.response.siting import cover_books, cover_cross
from sarhad.response.siting.answer import Deadline
from sarhad.response.siting.cover_books import Choice, Cover, uniform
from sarhad.response.siting.cover_part import Part, greedy
from sarhad.response.siting.jit import compiled
from sarhad.response.siting.kernels import Ints

HOTTEST, COLDEST, SWEEPS = 0.018, 0.002, 2400
"""A member to begin with: its first and its last heat, as shares of what a site covers on average; steps for
each site to open."""

MEMBERS, BEGIN_SHARE = 40, 0.35
"""Members of a pool, and the share of the time left after which none is begun."""

CHILD_HOT, CHILD_COLD, CHILD_SWEEPS = (0.006, 0.012), 0.0005, 30
"""The same of a child; its first heat by turns, a pool each: with the lower one alone
all pools may stop at one choice."""

DISTRICT = 0.5
"""At most such a share of the sites comes from the other parent."""

ALIKE = 3
"""Two members differ by more sites than that."""

BATCH, BREEDERS = 10, 2
"""Children that a breeder has from the same members; breeders side by side, each in a thread."""

SPARE, COLDER = 0.4, 0.1
"""Where nearly everything can be covered, choices differ by little: where less than so many sites' cover is
spare the coldest heat falls with it, down to such a share of the usual one; a child's by the square root of that."""

STALE, STRETCH = 1000, 300
"""Children after the last one admitted after which another pool takes the place; children between two looks."""

JOINED = 4
"""Each so many pools the best members of those before take part in a new one."""

ENOUGH = 2
"""Pools that must have found nothing more."""

LOOKS = 20
"""How often the clock is looked at while a member is annealed."""


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

    def begin(self, first: Ints, hottest: float, coldest: float, deadline: Deadline) -> tuple[Ints, int]:
        """Return a new member, annealed from the choice ``first``, and what it covers."""
        cover_books.become(self.problem, self.one, first)
        cover_books.forget(self.one)
        slots, ladder = np.arange(first.size), np.geomspace(hottest, coldest, LOOKS + 1)
        for hot, cold in pairwise(ladder):
            if not deadline.passed:
                cover_books.walk(self.problem, self.one, slots, hot, cold, SWEEPS * first.size // LOOKS)
        return np.sort(self.one.best), int(self.one.figures[1])

    def breed(self, members: Ints, hot: float, cold: float) -> tuple[Ints, Ints, Ints]:
        """Return a batch of children, annealed between these heats, what each covers, and their parents."""
        children, covered, parents = np.empty((BATCH, members.shape[1]), np.int64), *np.empty((2, BATCH), np.int64)
        _bred(self.problem, self.one, members, hot, cold, children, covered, parents)
        return children, covered, parents


@dataclass(slots=True)
class Pools:
    """A pool of members, followed by another when it finds nothing more; and the best choice of all.

    The same number of stretches gives the same choice, however many threads there are.
    """

    part: Part
    spare: float
    """What cannot be covered at least."""
    breeders: list[Breeder] = field(init=False)
    members: Ints = field(init=False)
    """The sites of each member of the pool, and what each covers, in units."""
    covered: Ints = field(init=False)
    bests: list[tuple[Ints, int]] = field(default_factory=list)
    """The best member of each pool before, and what it covers."""
    idle: int = STALE
    """Children since one was last admitted."""

    def __post_init__(self) -> None:
        """Begin with no pool."""
        problem, first = cover_books.cover(self.part), greedy(self.part)
        self.breeders = [Breeder(problem, cover_books.choice(problem, first, k + 1)) for k in range(BREEDERS)]
        self.members, self.covered = np.zeros((0, first.size), np.int64), np.zeros(0, np.int64)

    @property
    def begun(self) -> int:
        """How many pools have begun."""
        return len(self.bests) + (1 if len(self.members) else 0)

    @property
    def colder(self) -> float:
        """By how much the coldest heat is below the usual one, as a factor."""
        mean = float(self.part.weight.sum()) / self.part.sites
        return min(max(self.spare / mean / SPARE, COLDER), 1.0)

    @property
    def spent(self) -> bool:
        """Tell whether the pool finds nothing more, so that another would begin."""
        return self.idle >= STALE

    @property
    def exhausted(self) -> bool:
        """Tell whether so many pools found nothing more that another way may do better."""
        return self.spent and self.begun >= ENOUGH

    def _heats(self, *shares: float) -> list[float]:
        """Return heats, given as shares of what a site covers on average, in units."""
        mean = float(self.breeders[0].problem.weight.sum()) / self.part.sites
        return [share * mean for share in shares]

    def run(self, deadline: Deadline) -> Ints:
        """Begin a pool, or go on with it for a stretch, or until the deadline; return the best choice met."""
        with ThreadPoolExecutor(BREEDERS) as threads:
            if self.spent:
                self._begin(threads, deadline)
            else:
                self._breed(threads, deadline)
        return max((*self.bests, self._best()), key=lambda one: one[1])[0]

    def _best(self) -> tuple[Ints, int]:
        """Return the pool's best member, and what it covers."""
        place = int(self.covered.argmax())
        return self.members[place].copy(), int(self.covered[place])

    def _begin(self, threads: ThreadPoolExecutor, deadline: Deadline) -> None:
        first, until = greedy(self.part), deadline.part(BEGIN_SHARE)
        hottest, coldest = self._heats(HOTTEST, COLDEST * self.colder)
        if self.begun:
            self.bests.append(self._best())
        joined = len(self.bests) % JOINED == JOINED - 1
        new = self.bests[-MEMBERS // 2 :] if joined else list[tuple[Ints, int]]()
        while len(new) < MEMBERS and not (len(new) > 1 and until.passed):
            new += threads.map(lambda one: one.begin(first, hottest, coldest, deadline), self.breeders)
        self.members, self.covered = np.array([sites for sites, _ in new]), np.array([worth for _, worth in new])
        self.idle = 0

    def _breed(self, threads: ThreadPoolExecutor, deadline: Deadline) -> None:
        child_hot = CHILD_HOT[(self.begun - 1) % len(CHILD_HOT)]
        hot, cold = self._heats(*(share * math.sqrt(self.colder) for share in (child_hot, CHILD_COLD)))
        for _ in range(STRETCH // (BATCH * BREEDERS)):
            if deadline.passed:
                return
            self.idle += BATCH * BREEDERS
            for batch in list(threads.map(lambda one: one.breed(self.members, hot, cold), self.breeders)):
                for child, worth, parent in zip(*batch, strict=True):
                    if admitted(self.members, self.covered, child, int(worth), int(parent), self.part.number.size):
                        self.idle = 0
