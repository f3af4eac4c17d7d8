"""Dispatch by trying everything, written from what an answer is worth and from nothing else."""

from __future__ import annotations

from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

from sarhad.response.dispatch.problem import HOUR_MS, NEVER, Limit, Problem

Table = NDArray[np.int64]


@lru_cache(maxsize=32)
def assignments(units: int, incidents: int) -> Table:
    """Return every assignment there is: one a row, for each unit its incident or -1."""
    return np.indices((incidents + 1,) * units, np.int64).reshape(units, -1).T - 1


def everything(problem: Problem) -> tuple[int, ...]:
    """Return the least values, stage by stage, over every assignment there is."""
    units, incidents = problem.arrival_s.shape
    sent = assignments(units, incidents)
    may_go = np.concatenate([np.ones((units, 1), bool), problem.arrival_s < NEVER], axis=1)
    sent = sent[may_go[np.arange(units), sent + 1].all(axis=1)]
    allowed = np.ones(len(sent), bool)
    unserved, late = np.zeros((2, len(sent)), np.int64)
    for j, (need, weight) in enumerate(zip(problem.needs, problem.weight, strict=True)):
        there = sent == j
        enough = there.any(axis=1) & (there @ np.array(problem.strength) >= need.strength)
        for skill in need.capabilities:
            enough &= there[:, [skill in skills for skills in problem.skills]].any(axis=1)
        allowed &= enough | ~there.any(axis=1)
        late += weight * np.where(there, problem.arrival_s[:, j], 0).max(axis=1)
        unserved += np.where(enough, 0, weight)
        for rule in problem.apart:
            if j in rule.incidents:
                allowed &= ~(there[:, sorted(rule.one)].any(axis=1) & there[:, sorted(rule.other)].any(axis=1))
    for limit in problem.limits:
        allowed &= _within(limit, sent)
    bare = sum((sent[:, sorted(post)] >= 0).all(axis=1).astype(np.int64) for post in problem.posts if post)
    sums = [
        np.where(sent >= 0, table[np.arange(units), np.maximum(sent, 0)], 0).sum(axis=1)
        for table in (problem.travel_s, problem.tie)
    ]
    worth = np.stack([unserved, late, bare + np.zeros(len(sent), np.int64), *sums])[:, allowed]
    return tuple(worth[:, np.lexsort(worth[::-1])[0]].tolist())


def _within(limit: Limit, sent: Table) -> NDArray[np.bool_]:
    """Tell which assignments let no more vehicles pass within any hour than the limit says."""
    fits = np.ones(len(sent), bool)
    for begin, _ in limit.passes.values():
        load = np.zeros(len(sent), np.int64)
        for (unit, incident), (at, vehicles) in limit.passes.items():
            if begin <= at < begin + HOUR_MS:
                load += vehicles * (sent[:, unit] == incident)
        fits &= load <= limit.per_h
    return fits
