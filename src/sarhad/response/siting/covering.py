"""Maximal covering: the most demand within reach of N sites (Church and ReVelle 1974).

Annealed exchanges find a choice, a Lagrangian bound says how good it is, and both in
turn decide sites; what they leave open goes to HiGHS, asked for a better choice only.
For a large problem the bound is the linear relaxation's, with cuts.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray
from scipy import sparse

from sarhad.response.siting import cover_cuts, cover_kernels, highs
from sarhad.response.siting.answer import Answer, Deadline, checked, filled
from sarhad.response.siting.capacitated import capacitated
from sarhad.response.siting.cover_anneal import anneal
from sarhad.response.siting.cover_part import Part, greedy, merged
from sarhad.response.siting.cover_pools import Pools
from sarhad.response.siting.cover_relaxed import Relaxation
from sarhad.response.siting.kernels import Floats, Ints
from sarhad.response.siting.sparse import integral

Bools = NDArray[np.bool_]

DUAL_ROUNDS = 5000
CHUNK_WORK = 20_000_000
"""Rounds of the dual in all, and the incidences visited between two looks at the clock."""

ROUND_WORK = (5e6, 4e7, 2e8)
"""Operations of each round of annealing a small problem; the next only if those before left a gap."""

HEAT, COOLING, COOLED = 0.025, 1 / 16, 0.8
"""The first heat as a share of what a site covers on average, the last as a share of the
first, and the share of the time left within which it must have cooled."""

HIGHS_AT_ONCE, HIGHS_SOON, HIGHS_AT_ALL = 15_000, 60_000, 400_000
"""The incidences up to which HiGHS decides what is left open of a large problem without more ado, up to which a
problem is small, and up to which HiGHS decides what is left open of a large one once pools have nothing to give."""

ENOUGH = 2
"""Pools that must have found nothing more for them to have nothing to give."""

RELAXED_STEPS, CUT_STEPS, CUT_ROUNDS, BOUND_SHARE, FRUITLESS_SHARE = 3000, 2000, 8, 0.35, 0.05
"""For a large problem: steps of its relaxation, of it with cuts, how often cuts are added, the share of the time
beyond which none is, and the same of the time left where the relaxation alone said nothing."""

STRETCHES = 600
"""How often at most pools go on."""

DECIDED = 0.5
"""HiGHS decides what is left open of a large problem when so great a share of the sites is left at most."""


def maximal_covering(
    covers: Bools,
    weight: Floats,
    sites: int,
    *,
    existing: Sequence[int] = (),
    capacity: Floats | None = None,
    deadline: Deadline | None = None,
) -> Answer:
    """Choose ``sites`` new candidates, besides the ``existing`` ones, that cover the most weight.

    ``covers``: demand points × candidates, True where the candidate reaches the point in
    time.  ``weight``: at least 0 each.  ``capacity``: the most weight that a candidate can
    serve; a point may then be served in part, by several.  Raises SitingError.
    """
    deadline = deadline or Deadline.after(60.0)
    fixed = checked(covers.shape, weight, sites, existing)
    unserved = tuple(int(i) for i in np.nonzero(~covers.any(axis=1))[0])
    if capacity is not None:
        return capacitated(covers, weight, fixed, sites, capacity, unserved, deadline)
    given = covers[:, fixed == 1].any(axis=1)
    search = _Search(Part.whole(covers, np.where(given, 0.0, weight), fixed, sites), integral(weight), deadline)
    search.run()
    is_open = fixed.copy()
    is_open[search.chosen] = 1
    is_open = filled(is_open, sites + int(fixed.sum()))
    value = math.fsum(weight[covers[:, is_open == 1].any(axis=1)])
    bound = math.fsum(weight[given]) + search.bound
    proved = search.closed or bound <= value
    chosen = tuple(int(j) for j in np.nonzero(is_open)[0])
    return Answer(
        "optimal" if proved else "feasible", chosen, value, value if proved else bound, search.nodes, unserved
    )


@dataclass(slots=True)
class _Search:
    """One search; every field is written by this object only, in one thread.

    ``value`` and ``bound`` are of the part alone; ``chosen`` are candidates of the input.
    """

    part: Part
    whole: bool
    deadline: Deadline
    chosen: Ints = field(init=False)
    value: float = 0.0
    bound: float = math.inf
    nodes: int = 0
    base: float = 0.0
    opened: Ints = field(init=False)
    u: Floats = field(init=False)
    """The multipliers of the least bound, a point of the part each."""

    def __post_init__(self) -> None:
        """Begin with nothing chosen; all weight bounds the cover."""
        self.chosen = np.zeros(0, np.int64)
        self.opened = np.zeros(0, np.int64)
        self.bound, self.u = float(self.part.weight.sum()), np.zeros(0)

    @property
    def step(self) -> float:
        """The least improvement that counts."""
        return 1.0 - 1e-6 if self.whole else 1e-9 * (1.0 + abs(self.value))

    @property
    def closed(self) -> bool:
        """Tell whether nothing better can exist."""
        return self.bound < self.value + self.step

    def run(self) -> None:
        """Search until proved, or until nothing more is worth trying, or out of time."""
        part = self.part
        if part.sites == 0 or not part.weight.size:
            self.bound = 0.0 if part.sites == 0 else self.bound
            return
        self._offer(part, greedy(part))
        if part.size > HIGHS_SOON:
            self._large()
        else:
            for number, work in enumerate(ROUND_WORK):
                if self._done():
                    break
                self._anneal(work, number + 1)
                if not self._done():
                    self._bound(DUAL_ROUNDS)
        if self.part.size <= HIGHS_AT_ALL and not self._done():
            self._finish()

    def _done(self) -> bool:
        return self.closed or self.deadline.passed

    def _offer(self, part: Part, local: Ints) -> None:
        """Take a choice of the part's own sites, with those already decided, if it is better."""
        covered = self.base + part.value(local)
        if covered > self.value or not self.chosen.size:
            self.value = covered
            self.chosen = np.concatenate((self.opened, part.number[local]))

    def _start(self, part: Part) -> Ints:
        """Return the choice known as the part's own sites, a greedy one where it is not one of them."""
        known = np.nonzero(np.isin(part.number, self.chosen))[0]
        return known if known.size == part.sites else greedy(part)

    def _anneal(self, work: float, seed: int) -> None:
        part = self.part
        points, free = part.covers.shape
        if part.sites == 0 or part.sites >= free:
            return
        steps = max(int(work / (2 * free + part.size / free * part.size / points)), 1)
        looks = max(min(int(work / CHUNK_WORK), steps), 1)
        allowed_s = COOLED * self.deadline.left
        heats = self._heats((HEAT, HEAT * COOLING))
        self._offer(part, anneal(part, self._start(part), heats, steps, looks, seed, self.deadline, allowed_s))

    def _heats(self, shares: tuple[float, float]) -> tuple[float, float]:
        mean = float(self.part.weight.sum()) / self.part.sites
        return shares[0] * mean, shares[1] * mean

    def _large(self) -> None:
        """Bound by the relaxation and cuts; then pools of choices, until HiGHS can decide the rest."""
        relaxation = Relaxation(self.part)
        self._relax(relaxation)
        worth = self._settle(relaxation)
        if self._done() or self._decided(relaxation.part, fruitless=0):
            return
        spare = float(relaxation.part.weight.sum()) - relaxation.bound
        held, pools = (self.part, self.base, self.opened), Pools(self.part, worth, spare)
        for _ in range(STRETCHES):
            chosen = pools.run(self.deadline)
            # The pools' sites are those that were left when they began.
            self.part, self.base, self.opened = held
            self._offer(self.part, chosen)
            self._settle(relaxation)
            if self._done() or self._decided(relaxation.part, pools.fruitless):
                return

    def _decided(self, root: Part, fruitless: int) -> bool:
        """Tell whether HiGHS takes over: it proves better than it finds, so first come ``fruitless`` pools."""
        if fruitless < ENOUGH:
            return self.part.size <= HIGHS_AT_ONCE
        few = self.part.number.size <= DECIDED * root.number.size
        return self.part.size <= (HIGHS_AT_ALL if few else HIGHS_SOON)

    def _relax(self, relaxation: Relaxation) -> None:
        """Solve the relaxation about, with cuts as long as there are new ones and time for them."""
        part, until = self.part, self.deadline.part(BOUND_SHARE)
        for turn in range(CUT_ROUNDS + 1):
            if turn and not relaxation.add(cover_cuts.broken(part.covers, part.weight, relaxation.x, relaxation.y)):
                return
            relaxation.improve(CUT_STEPS if turn else RELAXED_STEPS, until, enough=self.value + self.step / 2)
            if turn == 0 and relaxation.bound >= self.bound:
                until = self.deadline.part(FRUITLESS_SHARE)
            self.bound = min(self.bound, relaxation.bound)
            if self.closed or until.passed:
                return

    def _settle(self, relaxation: Relaxation) -> Floats:
        """Decide sites by the relaxation's multipliers and the value known; return what those left are worth."""
        root = relaxation.part
        kept, worth = relaxation.cuts.worth(root.covers, root.weight, relaxation.u, relaxation.v)
        if self.closed:
            return worth
        free = self._decide(root, 0.0, kept, worth, relaxation.u, np.zeros(0, np.int64))
        if self.part.sites in (0, free.size):
            self._offer(self.part, np.arange(self.part.sites))
            self.bound = self.value
        return worth[free]

    def _bound(self, rounds: int) -> None:
        part, rows = self.part, self.part.rows
        if part.sites == 0:
            self.bound = min(self.bound, self.base)
            return
        again = self.u.size > 0
        u, move = self.u if again else part.weight / 2, np.zeros(part.weight.size)
        known = self.value - self.base
        figures = np.array([math.inf, known, 0.5 if again else 2.0, 0.0, known + self.step * 0.5])
        chunk = max(min(int(CHUNK_WORK / max(part.covers.nnz, 1)), 200), 5)
        for _ in range(0, rounds, chunk):
            before = figures[2]
            cover_kernels.descend(*rows, part.weight, part.sites, u, move, figures, chunk)
            if self.deadline.passed or figures[0] <= figures[4] or min(before, figures[2]) < 1e-4:
                break
        self.bound, self.u = min(self.bound, self.base + float(figures[0])), u
        if not self.closed:
            worth = np.zeros(part.number.size)
            # The bound of these multipliers: it may be less tight than the best one known.
            kept = cover_kernels.worth(*rows, part.weight, u, worth)
            self._decide(part, self.base, kept, worth, u, self.opened)

    def _decide(self, part: Part, base: float, kept: float, worth: Floats, u: Floats, opened: Ints) -> Ints:
        """Open and close the sites of ``part`` whose other choice cannot beat the value known; return those left.

        ``kept`` and ``worth`` of each site: no choice covers more than the one and the sum of the other.
        ``opened``, which cover ``base``: what is decided already; ``u`` goes on with what is left of the part.
        """
        order = np.argsort(-worth, kind="stable")
        bound = base + kept + float(worth[order[: part.sites]].sum())
        last = worth[order[part.sites - 1]]
        after = worth[order[part.sites]] if part.sites < order.size else -math.inf
        enough = self.value + self.step - 1e-7 * (1 + abs(self.value))
        inside = np.zeros(worth.size, bool)
        inside[order[: part.sites]] = True
        shut = ~inside & (bound - last + worth < enough)
        sure = inside & (bound - worth + after < enough)
        free, firm = np.nonzero(~shut & ~sure)[0], np.nonzero(sure)[0]
        if free.size < worth.size:
            left = ~part.covered(firm)
            self.base = base + float(part.weight[~left].sum())
            self.opened = np.concatenate((opened, part.number[firm]))
            small, (mass, self.u) = merged(part.covers[left][:, free].toarray(), part.weight[left], u[left])
            self.part = Part.of(small, mass, part.number[free], part.sites - firm.size)
        return free

    def _finish(self) -> None:
        """Let HiGHS look for anything better among what is still free."""
        part = self.part
        outcome = highs.solve(_model(part, self.value - self.base + self.step), self.deadline, step=self.step)
        self.nodes += outcome.nodes
        if outcome.infeasible:
            self.bound = self.value
            return
        limit = -outcome.value if outcome.proved else -outcome.bound
        if outcome.x is not None:
            self._offer(part, np.nonzero(outcome.x[: part.number.size] > 0.5)[0])
            if outcome.proved and self.base + limit <= self.value + 1e-6 * (1.0 + abs(self.value)):
                limit = self.value - self.base  # equal but for the solver's tolerance
        self.bound = min(self.bound, max(self.base + limit, self.value))


def _model(part: Part, at_least: float) -> highs.Model:
    """Columns: free sites, then points; rows: the number of sites, the least cover of use, sum(sites) - point >= 0."""
    points, free = part.covers.shape
    pair = part.covers.tocoo()
    rows = sparse.csr_array(
        (
            np.concatenate((np.ones(free), part.weight, np.ones(pair.row.size), -np.ones(points))),
            (
                np.concatenate(
                    (np.zeros(free, np.int64), np.ones(points, np.int64), pair.row + 2, np.arange(points) + 2)
                ),
                np.concatenate((np.arange(free), free + np.arange(points), pair.col, free + np.arange(points))),
            ),
        ),
        shape=(points + 2, free + points),
    )
    low = np.concatenate(([-math.inf, at_least], np.zeros(points)))
    high = np.concatenate(([float(part.sites)], np.full(points + 1, math.inf)))
    cost = np.concatenate((np.zeros(free), -part.weight))
    return highs.Model(cost, np.ones(cost.size), np.arange(free + points) < free, rows, low, high)
