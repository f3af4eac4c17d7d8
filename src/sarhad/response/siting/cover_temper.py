"""Good choices for a large maximal covering: replicas at several heats, exchanged, refined and recombined.

Each replica is a choice that is annealed at a heat of its own; neighbours change places by
Metropolis' rule, so that what a hot one found cools down (Swendsen and Wang 1986; Geyer 1991).
The cooler ones are annealed around single sites, too, and take over what hotter ones do better.
"""

from __future__ import annotations

import math
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field

import numpy as np

from sarhad.response.siting import cover_books
from sarhad.response.siting.answer import Deadline
from sarhad.response.siting.cover_books import Choice, Cover
from sarhad.response.siting.cover_meet import recombined
from sarhad.response.siting.cover_part import Part, greedy
from sarhad.response.siting.kernels import Floats, Ints

HOTTEST, COLDEST, REPLICAS = 0.018, 0.002, 10
"""Heats of the replicas, as shares of what a site covers on average."""

SPARE, COLDER, MORE = 0.005, 0.1, 6
"""Where nearly everything can be covered, choices differ by little: the coldest heat is at most such a share of
what cannot be covered, down to such a share of the usual one, with so many more replicas for a tenth of it."""

SWEEPS, MEETING = 2, 10
"""Steps of each in a round for a site to open; rounds between two meetings."""

REFINED, FEW, MANY, REFINED_HOT, REFINED_COLD, REFINED_SWEEPS = 0.06, 12, 24, 0.008, 0.5, 60
"""At each meeting: how often a cooler replica is annealed around a site, for a site to open; how many sites at
least and at most; the first heat, as above, and the last, as a share of the coldest; steps for each of them."""

COOLING, COOLING_SHARE = 120, 0.25
"""Rounds at each heat on the way down, and the share of the time left that they may take."""

LOOK_STEPS = 30_000
"""Steps between two looks at the clock on the way down."""

POPULATIONS, STALE, STRETCH = 2, 2000, 250
"""Populations side by side; rounds without a better choice after which another takes its place; rounds
that each goes on before their best is looked at."""


@dataclass(slots=True)
class Population:
    """Replicas of one part, ``heats`` (in units) from the hottest to the coldest, a choice each."""

    problem: Cover
    heats: Floats
    choices: list[Choice]
    random: np.random.Generator
    rounds: int = 0
    better: int = 0
    """The round in which the best choice was met."""

    @classmethod
    def of(cls, part: Part, seed: int, heats: Floats) -> Population:
        """Begin with every replica at the greedy choice."""
        problem, random = cover_books.cover(part), np.random.default_rng(seed)
        first = cover_books.choice(problem, greedy(part), _seed(random))
        return cls(problem, heats, [first, *(cover_books.copied(first, _seed(random)) for _ in heats[1:])], random)

    @property
    def sites(self) -> int:
        """How many sites are open."""
        return int(self.choices[0].opened.size)

    @property
    def best(self) -> Ints:
        """The sites of the best choice met."""
        return max(self.choices, key=lambda one: int(one.figures[1])).best

    @property
    def covered(self) -> int:
        """What the best choice covers, in units."""
        return max(int(one.figures[1]) for one in self.choices)

    def cool(self, deadline: Deadline) -> None:
        """Anneal one choice from the hottest down, and leave each replica what it was at its heat."""
        for k, heat in enumerate(self.heats.tolist()):
            until = deadline.part(COOLING_SHARE / self.heats.size)
            if k:
                self.choices[k] = cover_books.copied(self.choices[k - 1], _seed(self.random))
            left = COOLING * SWEEPS * self.sites
            while left > 0 and not until.passed:
                self._walk(k, heat, min(left, LOOK_STEPS))
                left -= LOOK_STEPS

    def run(self, rounds: int, deadline: Deadline) -> None:
        """Take so many rounds, unless the deadline passes."""
        for _ in range(rounds):
            if deadline.passed:
                return
            covered = self.covered
            for k, heat in enumerate(self.heats.tolist()):
                self._walk(k, heat, SWEEPS * self.sites)
            self._exchange()
            self.rounds += 1
            if self.rounds % MEETING == 0:
                self._meet()
            if self.covered > covered:
                self.better = self.rounds

    def _walk(self, k: int, heat: float, steps: int) -> None:
        cover_books.walk(self.problem, self.choices[k], np.arange(self.sites), heat, heat, steps)

    def _exchange(self) -> None:
        for k in range(self.rounds % 2, self.heats.size - 1, 2):
            hotter, cooler = self.choices[k : k + 2]
            odds = float(hotter.figures[0] - cooler.figures[0]) * (1.0 / self.heats[k + 1] - 1.0 / self.heats[k])
            if odds >= 0.0 or self.random.random() < math.exp(odds):
                self.choices[k : k + 2] = cooler, hotter

    def _meet(self) -> None:
        """Let each replica take over what the two hotter ones do better, and refine the cooler half."""
        for k in range(self.heats.size - 1, 1, -1):
            for hotter in (k - 1, k - 2):
                new = recombined(self.problem, self.choices[k].opened, self.choices[hotter].opened)
                if new.size:
                    cover_books.become(self.problem, self.choices[k], new)
        hot = REFINED_HOT * float(self.problem.weight.sum()) / self.sites
        cold = REFINED_COLD * float(self.heats[-1])
        tries = max(int(REFINED * self.sites), 1)
        for one in self.choices[self.heats.size // 2 :]:
            cover_books.refine(self.problem, one, tries, FEW, MANY, hot, cold, REFINED_SWEEPS)


def _seed(random: np.random.Generator) -> int:
    return int(random.integers(2**62))


def heats(part: Part, spare: float) -> Floats:
    """Return the heats of a part's replicas, in units, where ``spare`` of the weight cannot be covered."""
    mean, scale = float(part.weight.sum()) / part.sites, cover_books.units(part)
    colder = min(max(SPARE * spare / mean / COLDEST, COLDER), 1.0)
    replicas = REPLICAS - round(MORE * math.log10(colder))
    return mean * scale * np.geomspace(HOTTEST, COLDEST * colder, replicas)


@dataclass(slots=True)
class Populations:
    """Populations side by side, each followed by another when it finds nothing more; and their best choice.

    The same rounds give the same choice, however many threads there are.
    """

    part: Part
    spare: float
    """What cannot be covered at least."""
    living: list[Population] = field(default_factory=list)
    bests: list[Ints] = field(default_factory=list)
    """The best choices of those that found nothing more."""
    begun: int = 0

    def run(self, deadline: Deadline) -> Ints:
        """Go on for a stretch, or until the deadline; return the best choice met, the part's own sites."""
        self.living = [one for one in self.living if not self._ended(one)]
        new = list[Population]()
        while len(self.living) + len(new) < POPULATIONS:
            self.begun += 1
            new.append(Population.of(self.part, self.begun, heats(self.part, self.spare)))
        with ThreadPoolExecutor(POPULATIONS) as pool:
            tasks = [pool.submit(one.cool, deadline) for one in new]
            tasks += [pool.submit(one.run, STRETCH, deadline) for one in self.living]
            for task in tasks:
                task.result()
        self.living += new
        return np.sort(max((*self.bests, *(one.best for one in self.living)), key=self.part.value))

    def _ended(self, one: Population) -> bool:
        if one.rounds - one.better < STALE:
            return False
        best, again = one.best, True
        while again:
            again = False
            for other in self.bests:
                new = recombined(one.problem, best, other)
                if new.size:
                    best, again = new, True
        self.bests.append(best)
        return True
