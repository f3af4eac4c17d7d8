"""The worker's tasks for the Plan screen: a question with its ground as JSON in, the view as JSON out."""

from __future__ import annotations

import hashlib
from typing import TypeVar

import msgspec

from sarhad.node.computing import Bench
from sarhad.node.planner import candidates, files, jointness, solve
from sarhad.node.planner.board import Board
from sarhad.node.planner.describe import describe
from sarhad.node.planner.land import Land
from sarhad.response.standing import Standing
from sarhad.web.plan_shapes import (
    Asked,
    DividendBody,
    DividendOrder,
    ReachBody,
    Rules,
    Scenario,
    Search,
    SiteOrder,
)

Q = TypeVar("Q")
BOARDS = 4
"""So many boards are kept: each side's view of the ground as it changes, with provinces spread and not."""


def land_of(bench: Bench) -> Land:
    """Return the land, read at its first question."""
    held = bench.kept.get("plan-land")
    if not isinstance(held, Land):
        held = bench.kept["plan-land"] = Land(bench.region, lambda: bench.graph)
    return held


def board_of(bench: Bench, ground: bytes, rules: Rules) -> Board:
    """Return the board of a ground, made at its first question; the ways on the land are kept longer than boards."""
    boards: dict[tuple[bytes, bool], Board] = bench.kept.setdefault("plan-boards", {})
    key = (hashlib.sha256(ground).digest(), rules.spread_provinces)
    held = boards.pop(key, None)
    if held is None:
        standing = msgspec.json.decode(ground, type=Standing)
        held = Board(land_of(bench), standing, spread_provinces=rules.spread_provinces)
    while len(boards) >= BOARDS:
        del boards[next(iter(boards))]
    boards[key] = held
    return held


def _opened(raw: bytes, question: type[Q]) -> tuple[bytes, Q]:
    asked = msgspec.json.decode(raw, type=Asked)
    return bytes(asked.ground), msgspec.json.decode(asked.question, type=question)


def describe_plan(bench: Bench, raw: bytes) -> bytes:
    """Answer with a PlanView."""
    ground, asked = _opened(raw, Scenario)
    board = board_of(bench, ground, asked)
    if board.places:
        board.cost(asked)  # the ways are found while the screen says that it reads the roads
    return msgspec.json.encode(describe(board))


def places(bench: Bench, raw: bytes) -> bytes:
    """Answer a Search with places."""
    _, asked = _opened(raw, Search)
    return msgspec.json.encode(candidates.search(land_of(bench), asked))


def site(bench: Bench, raw: bytes) -> bytes:
    """Answer a Scenario with a SitedView."""
    ground, asked = _opened(raw, Scenario)
    return msgspec.json.encode(solve.site(board_of(bench, ground, asked), asked))


def reach(bench: Bench, raw: bytes) -> bytes:
    """Answer a ReachBody with a ReachView."""
    ground, asked = _opened(raw, ReachBody)
    return msgspec.json.encode(solve.reach(board_of(bench, ground, asked), asked))


def dividend(bench: Bench, raw: bytes) -> bytes:
    """Answer a DividendBody with a DividendView."""
    ground, asked = _opened(raw, DividendBody)
    return msgspec.json.encode(jointness.value_jointness(board_of(bench, ground, asked), asked))


def site_file(bench: Bench, raw: bytes) -> bytes:
    """Answer a SiteOrder with a FileMade."""
    ground, asked = _opened(raw, SiteOrder)
    return msgspec.json.encode(files.sites(board_of(bench, ground, asked.order.a), asked.order, asked.stamp))


def dividend_file(bench: Bench, raw: bytes) -> bytes:
    """Answer a DividendOrder with a FileMade."""
    ground, asked = _opened(raw, DividendOrder)
    return msgspec.json.encode(files.dividend(board_of(bench, ground, asked.order), asked.order, asked.stamp))
