"""Branch and bound over which sites are open, best bound first, on the Lagrangian bound of kernels.

A node is what is decided (open, closed, free) and the multipliers of its parent.  The
bound of the whole is the least bound of any node not yet closed, so that a search that
stops early still says how far from the optimum it may be.
"""

from __future__ import annotations

import heapq
import math
from dataclasses import dataclass, field

import numpy as np

from sarhad.response.siting import kernels
from sarhad.response.siting.answer import Deadline
from sarhad.response.siting.kernels import Floats, Small
from sarhad.response.siting.sparse import Sparse, integral

ROOT_ROUNDS = 1200
NODE_ROUNDS = 160
CHUNK = 100
"""Rounds between two looks at the clock."""


@dataclass(frozen=True, slots=True)
class Found:
    """The best open set, its cost, and the proved lower bound."""

    is_open: Small
    value: float
    bound: float
    nodes: int
    state: Small
    """What the root could decide for every better choice: 1 open, -1 closed, 0 free."""


@dataclass(slots=True)
class Search:
    """One search; every field is written by this object only, in one thread."""

    problem: Sparse
    p: int
    existing: Small
    deadline: Deadline
    max_nodes: int = 1_000_000
    best: Small = field(init=False)
    figures: Floats = field(init=False)
    whole: bool = field(init=False)
    nodes: int = 0
    heap: list[tuple[float, int, Small, Floats]] = field(default_factory=list)

    def __post_init__(self) -> None:
        """Start from a greedy choice made better by exchanges."""
        self.whole = integral(self.problem.cost, self.problem.cap)
        self.best = self.existing.astype(np.int32)
        self.figures = np.array([math.inf, 0.0, 1.5, 0.004])

    def run(self) -> Found:
        """Search until proved, out of time or out of nodes."""
        state = self.existing.astype(np.int32)
        self._start(state)
        root_state = self._visit(state, np.zeros(0), -math.inf, root=True)
        while self.heap and self.nodes < self.max_nodes and not self.deadline.passed:
            bound, _, state, u = heapq.heappop(self.heap)
            if bound >= self._limit():
                self.heap.clear()
                break
            self._visit(state, u, bound, root=False)
        bound = min([self.figures[0], *(entry[0] for entry in self.heap[:1])])
        return Found(self.best, float(self.figures[0]), float(bound), self.nodes, root_state)

    def _limit(self) -> float:
        return float(self.figures[0] - self.figures[1])

    def _offer(self, is_open: Small) -> None:
        p = self.problem
        value = kernels.serve(p.start, p.site, p.cost, p.cap, is_open)
        if value < self.figures[0]:
            self.figures[0] = value
            self.best = is_open.astype(np.int32)
        slack = 1e-9 * (1.0 + abs(self.figures[0]))
        self.figures[1] = 1.0 - 1e-6 if self.whole else slack

    def _start(self, state: Small) -> None:
        p, is_open = self.problem.reduced(state), state.copy()
        gain = np.zeros(p.sites)
        for _ in range(min(self.p, int((state == 0).sum()))):
            kernels.gains(p.start, p.site, p.cost, p.cap, gain)
            gain[is_open == 1] = -1.0
            is_open[int(np.argmax(gain))] = 1
            p = self.problem.reduced(is_open)
        q, free = self.problem.reduced(state), (state == 0).astype(np.int32)
        trial = (is_open * free).astype(np.int32)
        kernels.interchange(q.start, q.site, q.cost, q.cap, trial, free, 10_000)
        self._offer((trial | (state == 1)).astype(np.int32))

    def _leaf(self, state: Small) -> bool:
        """Close a node that has no choice left; True if it was one."""
        opened, free = int((state == 1).sum()), int((state == 0).sum())
        budget = self.p + int(self.existing.sum())
        if opened > budget:
            return True
        if opened == budget or opened + free <= budget:
            self._offer(((state == 1) | ((state == 0) & (opened < budget))).astype(np.int32))
            return True
        return False

    def _visit(self, state: Small, u: Floats, bound: float, *, root: bool) -> Small:
        self.nodes += 1
        if self._leaf(state):
            return state
        while True:
            before = int((state != 0).sum())
            bound, u, state, share, done = self._ascend(state, u, bound, root=root)
            if bound >= self._limit() or self._leaf(state):
                return state
            if done or int((state != 0).sum()) - before < 0.1 * int((state == 0).sum()):
                break
        self._branch(state, u, bound, share)
        return state

    def _ascend(
        self, state: Small, u: Floats, bound: float, *, root: bool
    ) -> tuple[float, Floats, Small, Floats, bool]:
        """Raise a node's bound; the problem is first cut down to what is still free."""
        q = self.problem.reduced(state)
        free = np.nonzero(state == 0)[0].astype(np.int64)
        p = self.p + int(self.existing.sum()) - int((state == 1).sum())
        u = _first_multipliers(q) if u.size == 0 else np.minimum(u, q.cap)
        inner, best = np.where(state == 0, 0, -1).astype(np.int32), np.zeros(q.sites, np.int32)
        share, figures, left = np.zeros(q.sites), self.figures.copy(), ROOT_ROUNDS if root else NODE_ROUNDS
        figures[2] = 1.5 if root and not np.isfinite(bound) else 0.5
        known = figures[0]
        while left > 0:
            rounds = min(CHUNK, left)
            arguments = (q.start, q.site, q.cost, q.cap, p, free, u, inner, best, figures)
            value, share = kernels.ascend(*arguments, rounds, CHUNK if root else 0, 20 if root else 10)
            if figures[0] < known:
                known = figures[0]
                self._offer((best | (state == 1)).astype(np.int32))
                figures[:2] = self.figures[:2]
            gained, bound, left = value - bound, max(bound, value), left - rounds
            if bound >= self._limit() or self.deadline.passed or gained < 1e-4 * max(self._limit() - bound, 0.0):
                break
            figures[2] *= 0.8
        state = np.where(state == 0, inner, state).astype(np.int32)
        return bound, u, state, share, left <= 0 or self.deadline.passed

    def _branch(self, state: Small, u: Floats, bound: float, share: Floats) -> None:
        doubt = np.where(state == 0, np.abs(share - 0.5), np.inf)
        j = int(np.argmin(doubt))
        for choice in (1, -1):
            child = state.copy()
            child[j] = choice
            heapq.heappush(self.heap, (bound, self.nodes * 2 + (choice < 0), child, u))


def _first_multipliers(q: Sparse) -> Floats:
    """Start each multiplier at the point's second cheapest cost; at half its cap where that says nothing."""
    u = q.cap.copy()
    has_two = np.diff(q.start) >= 2
    u[has_two] = q.cost[q.start[:-1][has_two] + 1]
    u[u == 0] = 0.5 * q.cap[u == 0]
    return u
