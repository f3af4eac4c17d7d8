"""Good choices for a large maximal covering: replicas at several heats, exchanged and recombined.

Each replica is a choice that is annealed at a heat of its own; neighbours change places by
Metropolis' rule, so that what a hot one found cools down (Swendsen and Wang 1986; Geyer 1991).
Where two choices differ, the sites fall into groups that share no point: what one has in a
group can be taken over by the other without touching the rest (as Houdayer's clusters, 2001,
but the best of all such exchanges that keep the number of sites).
"""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np
from scipy import sparse
from scipy.sparse.csgraph import connected_components

from sarhad.response.siting import cover_kernels
from sarhad.response.siting.answer import Deadline
from sarhad.response.siting.cover_part import Bools, Part, greedy
from sarhad.response.siting.kernels import Floats, Ints, Small

REPLICAS, SWEEPS, RECOMBINED = 12, 2, 40
"""Replicas; steps of each in a round for a site to open; rounds between two recombinations."""

COOLING, COOLING_SHARE = 120, 0.25
"""Rounds at each heat on the way down, and the share of the time left that they may take."""

LOOK_STEPS = 30_000
"""Steps of all replicas between two looks at the clock."""


@dataclass(slots=True)
class Population:
    """Replicas of one part, ``heats`` from the hottest to the coldest; a row a replica.

    ``counts`` (by how many a point is covered) and ``gain`` (what each site would add) follow
    ``opened`` and ``is_open``; ``place`` tells which replica is at each heat.
    """

    part: Part
    heats: Floats
    seed: int
    opened: Ints = field(init=False)
    is_open: Small = field(init=False)
    counts: Small = field(init=False)
    gain: Floats = field(init=False)
    value: Floats = field(init=False)
    place: Ints = field(init=False)
    best: Small = field(init=False)
    figures: Floats = field(init=False)
    rounds: int = 0

    def __post_init__(self) -> None:
        """Begin with every replica at the greedy choice."""
        replicas, (points, sites) = self.heats.size, self.part.covers.shape
        self.opened = np.zeros((replicas, self.part.sites), np.int64)
        self.is_open = np.zeros((replicas, sites), np.int32)
        self.counts, self.gain = np.zeros((replicas, points), np.int32), np.zeros((replicas, sites))
        self.value, self.place = np.zeros(replicas), np.arange(replicas)
        start = greedy(self.part)
        for s in range(replicas):
            self._put(s, start)
        self.best, self.figures = self.is_open[0].copy(), self.value[:1].copy()

    @property
    def choice(self) -> Ints:
        """The best choice met, the part's own sites."""
        return np.nonzero(self.best)[0]

    @property
    def _each(self) -> int:
        """Rounds of a single replica between two looks at the clock."""
        return max(LOOK_STEPS // (SWEEPS * self.part.sites), 1)

    def cool(self, deadline: Deadline) -> None:
        """Anneal one choice from the hottest down, and leave each replica what it was at its heat."""
        replicas, alone = self.heats.size, np.zeros(1, np.int64)
        for k in range(replicas):
            until, row, done = deadline.part(COOLING_SHARE / replicas), slice(k, k + 1), 0
            if k:
                self._put(k, self.opened[k - 1])
            while done < COOLING and not until.passed:
                self._temper(row, alone, min(self._each, COOLING - done), done)
                done += self._each

    def run(self, rounds: int, deadline: Deadline) -> None:
        """Take so many rounds, unless the deadline passes."""
        each = max(self._each // self.heats.size, 1)
        until, next_meeting = self.rounds + rounds, self.rounds + RECOMBINED
        while self.rounds < until and not deadline.passed:
            self._temper(slice(None), self.place, each, self.rounds)
            self.rounds += each
            if self.rounds >= next_meeting:
                next_meeting = self.rounds + RECOMBINED
                self._meet()

    def _temper(self, rows: slice, place: Ints, rounds: int, done: int) -> None:
        """Take so many rounds in some of the replicas; ``done`` of them were taken before."""
        cover_kernels.temper(
            *self.part.rows, *self.part.columns, self.part.weight,
            self.opened[rows], self.is_open[rows], self.counts[rows], self.gain[rows], self.value[rows],
            self.heats[rows], place, self.best, self.figures,
            SWEEPS, rounds, done % 2, (1_000_003 * self.seed + 8191 * (rows.start or 0) + done) % 2**32,
        )  # fmt: skip

    def _meet(self) -> None:
        """Let each replica take over what the two hotter ones do better; the two hottest are left alone."""
        for k in range(self.heats.size - 1, 1, -1):
            s = self.place[k]
            for hotter in (k - 1, k - 2):
                better = recombined(self.part, self.opened[s], self.opened[self.place[hotter]])
                if better is not None:
                    self._put(s, better)
            if self.value[s] > self.figures[0] + 1e-9:
                self.figures[0], self.best[:] = self.value[s], self.is_open[s]

    def _put(self, s: int, choice: Ints) -> None:
        self.opened[s], self.is_open[s] = choice, 0
        self.is_open[s, choice] = 1
        self.counts[s] = np.asarray(self.part.by_site[:, choice].sum(axis=1)).ravel()
        bare = np.where(self.counts[s] == 0, self.part.weight, 0.0)
        self.gain[s] = self.part.by_site.T @ bare
        self.value[s] = self.part.weight.sum() - bare.sum()


def recombined(part: Part, mine: Ints, other: Ints) -> Ints | None:
    """Return the best choice that is ``mine`` in some groups and ``other`` in the rest; None if none is better."""
    common = np.intersect1d(mine, other)
    lost, won = np.setdiff1d(mine, common), np.setdiff1d(other, common)
    if not lost.size:
        return None
    differ = np.concatenate((lost, won))
    bare = ~part.covered(common)
    touched = sparse.csr_array(part.by_site[:, differ].astype(np.float64)[bare])
    weight = part.weight[bare]
    groups, group = connected_components(touched.T @ touched, directed=False)
    if groups == 1:
        return None
    first = np.repeat(-1, weight.size)
    filled = np.diff(touched.indptr) > 0
    first[filled] = group[touched.indices[touched.indptr[:-1][filled]]]
    had = np.asarray(touched[:, : lost.size].sum(axis=1)).ravel() > 0
    has = np.asarray(touched[:, lost.size :].sum(axis=1)).ravel() > 0
    change = np.where(has, weight, 0.0) - np.where(had, weight, 0.0)
    gains = np.bincount(first[filled], weights=change[filled], minlength=groups).astype(np.float64)
    more = np.bincount(group[lost.size :], minlength=groups) - np.bincount(group[: lost.size], minlength=groups)
    swapped = balanced(gains, more)
    if swapped is None:
        return None
    return np.concatenate((common, lost[~swapped[group[: lost.size]]], won[swapped[group[lost.size :]]]))


def balanced(gains: Floats, more: Ints) -> Bools | None:
    """Return which groups to swap so that ``gains`` add up to most and ``more`` to 0; None if nothing is gained."""
    room = int(np.abs(more).sum())
    most, taken = np.full(2 * room + 1, -np.inf), np.zeros((gains.size, 2 * room + 1), bool)
    most[room] = 0.0
    for c, d in enumerate(more.tolist()):
        after = np.full(2 * room + 1, -np.inf)
        if d >= 0:
            after[d:] = most[: 2 * room + 1 - d] + gains[c]
        else:
            after[:d] = most[-d:] + gains[c]
        taken[c] = after > most
        most = np.maximum(most, after)
    if most[room] <= 1e-9:
        return None
    at, swapped = room, np.zeros(gains.size, bool)
    for c in range(gains.size - 1, -1, -1):
        if taken[c, at]:
            swapped[c] = True
            at -= int(more[c])
    return swapped
