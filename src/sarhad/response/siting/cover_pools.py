"""Pools of choices for a large maximal covering, one after another, each made to end elsewhere.

Left alone every pool of a problem tends to the same choice.  So each is bred first by weights
that are all a little wrong, in a way of its own (noising: Charon and Hudry 1993), then by the
right ones.  And once a choice is known that leaves little uncovered, a point that weighs more
than all of that counts only as much: whatever covers more covers that point, so that nothing
is lost, and choices are told apart by what is still in question.
"""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field

import numpy as np

from sarhad.response.siting.answer import Deadline
from sarhad.response.siting.cover_memetic import BREEDERS, Pool, values
from sarhad.response.siting.cover_part import Part, greedy
from sarhad.response.siting.kernels import Floats, Ints

NOISE = (0.0, 0.1, 0.3)
"""By how much weights are wrong at first (standard deviation, as a share), by turns, a pool each."""

LIKELY_FIRST, LIKELY = 0.95, 0.87
"""The first pool, and those that follow, are of the sites worth such a share of the last one that would be opened."""

TOLD = 1e-6
"""All sites are likely where the bound leaves no more than such a share of all weight uncovered."""

SETTLED, STALE = 200, 500
"""Children after the last one admitted after which a pool goes on by the right weights, and ends."""

WRONG_SHARE = 0.6
"""Share of the time left when a pool begins after which it goes on by the right weights, at the latest."""

MEMBERS, JOINED, TOPS, DOUBLED = 20, 4, 10, 3
"""Members that a pool begins with.  Each so many pools one begins with the best of those before instead, so many of
each; then pools have twice as many, so often."""


@dataclass(slots=True)
class Pools:
    """The pool that is bred now, and the best choice of all."""

    part: Part
    worth: Floats
    """What each site is worth at the multipliers of the bound."""
    spare: float
    """What cannot be covered at least."""
    chosen: Ints = field(init=False)
    """The best choice, and what it covers."""
    value: float = field(init=False)
    pool: Pool | None = None
    sites: Ints = field(init=False)
    """The part's number of each of the pool's sites."""
    settle: Deadline | None = None
    """By when the pool goes on by the right weights; None when it does already."""
    tops: list[Ints] = field(default_factory=list)
    """The best members of each pool since some were last joined; each a row of sites."""
    begun: int = 0
    """How many pools have begun."""

    def __post_init__(self) -> None:
        """Begin with no pool."""
        self.chosen = self.sites = greedy(self.part)
        self.value = self.part.value(self.chosen)

    @property
    def spent(self) -> bool:
        """Tell whether the pool finds nothing more, so that another would begin."""
        return self.pool is None or (self.settle is None and self.pool.idle >= STALE)

    @property
    def fruitless(self) -> int:
        """Return how many pools have come to find nothing more."""
        return self.begun if self.spent else self.begun - 1

    def run(self, deadline: Deadline) -> Ints:
        """Begin a pool, or go on with it for a stretch, or until the deadline; return the best choice met."""
        with ThreadPoolExecutor(BREEDERS) as threads:
            if self.spent or self.pool is None:
                self.pool = self._next(threads, deadline)
            else:
                self.pool.breed(threads, deadline)
        self._note(self.pool)
        if self.settle is not None and (self.pool.idle >= SETTLED or self.settle.passed):
            self.settle = None
            self.pool.weigh(self._clipped(self.pool.part))
        return self.chosen

    def _note(self, pool: Pool) -> None:
        covered = values(pool.breeders[0].problem, pool.part.weight, pool.members)
        if covered.max() > self.value:
            self.value, self.chosen = float(covered.max()), self.sites[pool.members[int(covered.argmax())]]

    def _clipped(self, part: Part) -> Floats:
        """Return the weights of the part's points, none more than what the best choice leaves uncovered."""
        left = float(self.part.weight.sum()) - self.value
        return np.minimum(part.weight, left) if left > 0 else part.weight

    def _next(self, threads: ThreadPoolExecutor, deadline: Deadline) -> Pool:
        turn, self.begun = self.begun, self.begun + 1
        if self.pool is not None and turn % JOINED:
            order = np.argsort(-self.pool.covered, kind="stable")[:TOPS]
            self.tops.append(self.sites[self.pool.members[order]])
        if turn % JOINED == JOINED - 1:
            known, self.tops = np.concatenate(self.tops), []
            part = self._likely(LIKELY, known)
            pool = Pool(part, self._clipped(part), self.spare, turn)
            pool.take(np.sort(np.searchsorted(self.sites, known), axis=1))
            return pool
        part = self._likely(LIKELY if turn else LIKELY_FIRST, self.chosen)
        noise, random = NOISE[turn % len(NOISE)], np.random.default_rng(turn)
        wrong = self._clipped(part) * (1.0 + noise * random.standard_normal(part.weight.size))
        pool = Pool(part, np.maximum(wrong, 0.0), self.spare, turn)
        self.settle = deadline.part(WRONG_SHARE) if noise else Deadline.after(0.0)
        pool.begin(MEMBERS * 2 ** min(turn // JOINED, DOUBLED), threads, deadline)
        return pool

    def _likely(self, share: float, known: Ints) -> Part:
        """Return the part of the sites worth most, and the ``known`` ones."""
        # Where as good as everything might be covered the bound's multipliers tell nothing.
        told = self.spare > TOLD * float(self.part.weight.sum())
        last = np.sort(self.worth)[::-1][self.part.sites - 1]
        keep = self.worth >= share * last if told else np.ones(self.worth.size, bool)
        keep[known.ravel()] = True
        self.sites = np.nonzero(keep)[0]
        return self.part.among(self.sites, np.ones(self.part.weight.size, bool), self.part.sites)
