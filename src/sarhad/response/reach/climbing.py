"""The loops of the contraction hierarchy, compiled.  Nodes are named by their rank throughout."""

from __future__ import annotations

import numpy as np

from sarhad.response.geometry import Integers
from sarhad.response.jit import compiled


@compiled
def eliminate(first: Integers, other: Integers) -> tuple[Integers, Integers, Integers]:
    """Eliminate nodes in order: return parent, and the nodes above each (first, above), shortcuts included.

    ``other[first[r]:first[r + 1]]`` are the neighbours of ``r``.  The nodes above ``r`` are its own
    neighbours above it and those above its children (George and Liu's symbolic factorisation).
    """
    nodes = first.size - 1
    parent = np.full(nodes, -1, np.int64)
    child, sibling, mark = np.full(nodes, -1, np.int64), np.full(nodes, -1, np.int64), np.full(nodes, -1, np.int64)
    start = np.zeros(nodes + 1, np.int64)
    above = np.empty(max(2 * other.size, 16), np.int64)
    size = 0
    for r in range(nodes):
        begin = size
        mark[r] = r
        if size + nodes > above.size:
            more = np.empty(2 * above.size + nodes, np.int64)
            more[:size] = above[:size]
            above = more
        for k in range(first[r], first[r + 1]):
            if other[k] > r and mark[other[k]] != r:
                mark[other[k]] = r
                above[size] = other[k]
                size += 1
        c = child[r]
        while c >= 0:
            for k in range(start[c], start[c + 1]):
                if mark[above[k]] != r:
                    mark[above[k]] = r
                    above[size] = above[k]
                    size += 1
            c = sibling[c]
        above[begin:size] = np.sort(above[begin:size])
        start[r + 1] = size
        if size > begin:
            parent[r] = above[begin]
            sibling[r] = child[parent[r]]
            child[parent[r]] = r
    return parent, start, above[:size].copy()


@compiled
def weigh(
    first: Integers, above: Integers, tail: Integers, head: Integers, cost: Integers, far: int
) -> tuple[Integers, Integers]:
    """Return what each arc costs upwards and downwards, shortcuts filled from below (all lower triangles)."""
    up, down = np.full(above.size, far, np.int64), np.full(above.size, far, np.int64)
    for k in range(tail.size):
        if tail[k] == head[k]:
            continue
        low, high = min(tail[k], head[k]), max(tail[k], head[k])
        at = first[low] + np.searchsorted(above[first[low] : first[low + 1]], high)
        if tail[k] < head[k]:
            up[at] = min(up[at], cost[k])
        else:
            down[at] = min(down[at], cost[k])
    for r in range(first.size - 1):
        for i in range(first[r], first[r + 1]):
            at = first[above[i]]
            for j in range(i + 1, first[r + 1]):
                while above[at] != above[j]:  # what is above r and above its neighbour i is above that one too
                    at += 1
                up[at] = min(up[at], down[i] + up[j])
                down[at] = min(down[at], down[j] + up[i])
    return up, down


@compiled
def climb(
    parent: Integers, first: Integers, above: Integers, weight: Integers, node: Integers, cost: Integers, far: int
) -> tuple[Integers, Integers, Integers]:
    """Return for each point every node that it climbs to and the cost: (begin, nodes, costs), points + 1 begins.

    ``node`` and ``cost`` are points × 2: where a point stands, and what that costs.
    """
    points = node.shape[0]
    best, chain = np.full(parent.size, far, np.int64), np.empty(parent.size, np.int64)
    begin = np.zeros(points + 1, np.int64)
    nodes, costs = np.empty(256 * points + 256, np.int64), np.empty(256 * points + 256, np.int64)
    size = 0
    for p in range(points):
        a = node[p, 0] if cost[p, 0] < far else np.int64(-1)
        b = node[p, 1] if cost[p, 1] < far else np.int64(-1)
        if a >= 0:
            best[a] = min(best[a], cost[p, 0])
        if b >= 0:
            best[b] = min(best[b], cost[p, 1])
        length = 0
        while a >= 0 or b >= 0:
            if b < 0 or (0 <= a < b):
                r, a = a, parent[a]
            elif a < 0 or b < a:
                r, b = b, parent[b]
            else:
                r, a, b = a, parent[a], np.int64(-1)
            chain[length] = r
            length += 1
            if best[r] >= far:
                continue
            if size == nodes.size:
                longer = np.empty(2 * size, np.int64)
                longer[:size] = nodes
                nodes = longer
                dearer = np.empty(2 * size, np.int64)
                dearer[:size] = costs
                costs = dearer
            nodes[size], costs[size] = r, best[r]
            size += 1
            for k in range(first[r], first[r + 1]):
                best[above[k]] = min(best[above[k]], best[r] + weight[k])
        begin[p + 1] = size
        for k in range(length):  # whatever is above a node is among its ancestors
            best[chain[k]] = far
    return begin, nodes[:size].copy(), costs[:size].copy()


@compiled
def meet(
    begin_a: Integers,
    nodes_a: Integers,
    costs_a: Integers,
    begin_b: Integers,
    nodes_b: Integers,
    costs_b: Integers,
    nodes: int,
    far: int,
) -> Integers:
    """Return the least sum over common nodes of two sets of climbs, a × b; ``far`` where there is none.

    The climbs of ``a`` stand in a table with a row a node, so that one node of ``b`` is
    added to all of them in one sweep.
    """
    many, size = begin_a.size - 1, 0
    row = np.full(nodes, -1, np.int64)
    for k in range(nodes_a.size):
        if row[nodes_a[k]] < 0:
            row[nodes_a[k]] = size
            size += 1
    table = np.full((size, many), far, np.int64)
    for a in range(many):
        for k in range(begin_a[a], begin_a[a + 1]):
            table[row[nodes_a[k]], a] = costs_a[k]
    found = np.full((begin_b.size - 1, many), far, np.int64)
    for b in range(begin_b.size - 1):
        least = found[b]
        for k in range(begin_b[b], begin_b[b + 1]):
            if row[nodes_b[k]] >= 0:
                costs, more = table[row[nodes_b[k]]], costs_b[k]
                for a in range(many):
                    least[a] = min(least[a], costs[a] + more)
    return found.T.copy()
