"""Maximal covering: the most demand within reach of N sites (Church and ReVelle 1974).

Annealed exchanges find a choice, a Lagrangian bound says how good it is, and both in
turn decide sites; what they leave open goes to HiGHS, asked for a better choice only.
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
from sarhad.response.siting.dominance import minimal
from sarhad.response.siting.kernels import Floats, Ints, Small
from sarhad.response.siting.sparse import integral

Bools = NDArray[np.bool_]

DUAL_ROUNDS = 5000
CHUNK_WORK = 20_000_000
"""Rounds of the dual in all, and the incidences visited between two looks at the clock."""

ROUND_WORK = (4e7, 2e8, 8e8, 8e8, 8e8, 8e8, 8e8)
"""Operations of each round of annealing; a later round only if the one before left a gap."""

LONG_WORK = 1e10
POLISH_ROUNDS = 200
"""For a large problem: the operations of the one long annealing after its linear
relaxation, and the rounds of the dual between the two."""

CUT_ROUNDS, CUT_SHARE = 2, 4.0
"""How often cuts are added, and for how many times what a relaxation took there must still be time."""

HEAT, COOLING, COOLED = 0.025, 1 / 16, 0.8
"""The first heat as a share of what a site covers on average, the last as a share of the
first, and the share of the time left within which it must have cooled."""

DOMINANCE_CELLS = 4_000_000
HIGHS_SOON, HIGHS_AT_ALL = 60_000, 400_000
"""The matrix up to which dominated sites are looked for; the incidences up to which HiGHS
decides after two rounds, and after all rounds."""


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
    search = _Search(_part(covers, np.where(given, 0.0, weight), fixed, sites), integral(weight), deadline)
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


@dataclass(frozen=True, slots=True)
class _Part:
    """What is still to be decided: points (merged) × free sites, ``number`` of each in the input, how many to open."""

    covers: sparse.csr_array
    by_site: sparse.csc_array
    weight: Floats
    number: Ints
    sites: int

    @property
    def rows(self) -> tuple[Ints, Small]:
        return self.covers.indptr.astype(np.int64), self.covers.indices.astype(np.int32)

    @property
    def columns(self) -> tuple[Ints, Small]:
        return self.by_site.indptr.astype(np.int64), self.by_site.indices.astype(np.int32)


def _part(covers: Bools, weight: Floats, fixed: Small, sites: int) -> _Part:
    """Leave out sites that another free one replaces; points with the same sites become one."""
    number = np.nonzero(fixed == 0)[0]
    small = covers[weight > 0][:, number]
    mass = weight[weight > 0]
    small, (mass,) = _merged(small, mass)
    if 0 < small.size <= DOMINANCE_CELLS:
        keep = minimal(~small.T)
        number = number[keep]
        small, (mass,) = _merged(small[:, keep], mass)
    matrix = sparse.csr_array(small)
    return _Part(matrix, sparse.csc_array(matrix), mass, number.astype(np.int64), min(sites, number.size))


def _merged(covers: Bools, *figures: Floats) -> tuple[Bools, list[Floats]]:
    """Make points with the same sites one, adding up each of the figures; drop points that no site covers."""
    some = covers.any(axis=1)
    covers, figures = covers[some], tuple(figure[some] for figure in figures)
    packed = np.packbits(covers, axis=1)
    if not packed.size:
        return covers, list(figures)
    keys = np.ascontiguousarray(packed).view(np.dtype((np.void, packed.shape[1]))).ravel()
    _, first, inverse = np.unique(keys, return_index=True, return_inverse=True)
    sums = [np.bincount(inverse, weights=figure, minlength=first.size).astype(np.float64) for figure in figures]
    return covers[first], sums


@dataclass(slots=True)
class _Search:
    """One search; every field is written by this object only, in one thread.

    ``value`` and ``bound`` are of the part alone; ``chosen`` are candidates of the input.
    """

    part: _Part
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
    operation_s: float = 0.0
    """The least that an operation of annealing took here; 0 before the first."""

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
        self._offer(part, _greedy(part))
        large = self._size() > HIGHS_SOON
        for number, work in enumerate((ROUND_WORK[1], LONG_WORK, LONG_WORK) if large else ROUND_WORK):
            if self._done() or (number >= 2 and self._size() <= HIGHS_SOON):
                break
            self._anneal(work, number + 1)
            if self._done():
                break
            if large and number == 0 and self._multipliers():
                self._bound(POLISH_ROUNDS)
            elif large and self.u.size:
                self._decide(self.u)
            elif number < 3:
                self._bound(DUAL_ROUNDS)
        if self._size() <= HIGHS_AT_ALL and not self._done():
            self._finish()

    def _done(self) -> bool:
        return self.closed or self.deadline.passed

    def _size(self) -> int:
        return int(self.part.covers.nnz)

    def _offer(self, part: _Part, local: Ints) -> None:
        """Take a choice of the part's own sites, with those already decided, if it is better."""
        covered = self.base + float(part.weight[part.covers[:, local].sum(axis=1) > 0].sum())
        if covered > self.value or not self.chosen.size:
            self.value = covered
            self.chosen = np.concatenate((self.opened, part.number[local]))

    def _anneal(self, work: float, seed: int) -> None:
        part = self.part
        points, free = part.covers.shape
        if part.sites == 0 or part.sites >= free:
            return
        start = np.nonzero(np.isin(part.number, self.chosen))[0]
        is_open = np.zeros(free, np.int32)
        is_open[start if start.size == part.sites else _greedy(part)] = 1
        now = float(part.weight[part.covers[:, np.nonzero(is_open)[0]].sum(axis=1) > 0].sum())
        figures, best = np.array([now, now]), is_open.copy()
        mean = float(part.weight.sum()) / part.sites
        # What is cut off while it is hot is no choice: where time is short it cools faster.
        if self.operation_s:
            work = min(work, COOLED * self.deadline.left / self.operation_s)
        steps = max(int(work / (2 * free + self._size() / free * self._size() / points)), 1)
        looks = max(min(int(work / CHUNK_WORK), steps), 1)
        arrays = (*part.rows, *part.columns, part.weight, is_open, best, figures)
        for look in range(looks):
            if self.deadline.passed:
                break
            hot, cold = HEAT * mean * COOLING ** (look / looks), HEAT * mean * COOLING ** ((look + 1) / looks)
            before = self.deadline.left
            cover_kernels.heat_bath(*arrays, hot, cold, max(steps // looks, 1), 1000 * seed + look)
            took_s = (before - self.deadline.left) * looks / work
            self.operation_s = min(took_s, self.operation_s or took_s)
        self._offer(part, np.nonzero(best)[0])

    def _multipliers(self) -> bool:
        """Take the multipliers of the linear relaxation, to which subgradients would take far longer."""
        begun = self.deadline.left
        found = highs.duals(_model(self.part, -math.inf), self.deadline)
        if found is None:
            return False
        self.u = np.clip(found[1][2:], 0.0, self.part.weight)
        self._cut(found[0], begun - self.deadline.left)
        return True

    def _cut(self, at: Floats, took_s: float) -> None:
        """Lower the bound by cuts, as often as leaves most of the time to the choice; ``took_s``: one relaxation."""
        part, model, triples = self.part, _model(self.part, -math.inf), np.zeros((0, 3), np.int64)
        points, free = part.covers.shape
        for _ in range(CUT_ROUNDS):
            new = cover_cuts.broken(part.covers, part.weight, at[:free], at[free:])
            if not len(new) or self.deadline.left < CUT_SHARE * took_s:
                return
            triples = np.unique(np.concatenate((triples, new)), axis=0)
            cuts = cover_cuts.Cuts.of(part.covers, triples)
            found = highs.duals(highs.with_most(model, cuts.rows(points), 1.0), self.deadline)
            if found is None:
                return
            at, dual = found
            u, v = np.maximum(dual[2 : points + 2], 0.0), np.maximum(-dual[points + 2 :], 0.0)
            self.bound = min(self.bound, self.base + cuts.bound(part.covers, part.weight, part.sites, u, v))

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
            self._decide(u)

    def _decide(self, u: Floats) -> None:
        """Open and close the sites whose other choice cannot beat the value known; keep the rest."""
        part = self.part
        rho = np.zeros(part.number.size)
        kept = cover_kernels.worth(*part.rows, part.weight, u, rho)
        order = np.argsort(-rho, kind="stable")
        # The bound of these multipliers: cuts may have lowered the best one known, and they are not in ``rho``.
        bound = kept + float(rho[order[: part.sites]].sum())
        last = rho[order[part.sites - 1]]
        after = rho[order[part.sites]] if part.sites < order.size else -math.inf
        enough = self.value - self.base + self.step - 1e-7 * (1 + abs(self.value))
        inside = np.zeros(rho.size, bool)
        inside[order[: part.sites]] = True
        shut = ~inside & (bound - last + rho < enough)
        sure = inside & (bound - rho + after < enough)
        if not (shut | sure).any():
            return
        self.base += float(part.weight[part.covers[:, np.nonzero(sure)[0]].sum(axis=1) > 0].sum())
        self.opened = np.concatenate((self.opened, part.number[sure]))
        left = np.asarray(part.covers[:, np.nonzero(sure)[0]].sum(axis=1)) == 0
        free = np.nonzero(~shut & ~sure)[0]
        small, (mass, self.u) = _merged(part.covers[left][:, free].toarray(), part.weight[left], u[left])
        matrix = sparse.csr_array(small)
        self.part = _Part(matrix, sparse.csc_array(matrix), mass, part.number[free], part.sites - int(sure.sum()))

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


def _greedy(part: _Part) -> Ints:
    """Open, again and again, the site that adds the most weight."""
    bare, chosen = part.weight.copy(), list[int]()
    start, point = part.columns
    gain = np.asarray(part.by_site.T @ bare)
    for _ in range(part.sites):
        gain[chosen] = -1.0
        j = int(np.argmax(gain))
        chosen.append(j)
        bare[point[start[j] : start[j + 1]]] = 0.0
        gain = np.asarray(part.by_site.T @ bare)
    return np.array(chosen, np.int64)


def _model(part: _Part, at_least: float) -> highs.Model:
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
