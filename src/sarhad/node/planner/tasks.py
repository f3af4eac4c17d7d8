"""The worker's tasks for the Plan screen: a question as JSON in, the view as JSON out."""

from __future__ import annotations

import msgspec

from sarhad.node.computing import Bench
from sarhad.node.planner import files, jointness, solve
from sarhad.node.planner.board import Board
from sarhad.node.planner.describe import describe
from sarhad.web.plan_shapes import DividendBody, DividendOrder, ReachBody, Rules, Scenario, SiteOrder


def board_of(bench: Bench, rules: Rules) -> Board:
    """Return the board of the region, made at its first question."""
    key = f"plan-board-{rules.spread_provinces}"
    held = bench.kept.get(key)
    if not isinstance(held, Board):
        held = bench.kept[key] = Board(bench.region, spread_provinces=rules.spread_provinces)
    return held


def describe_plan(bench: Bench, question: bytes) -> bytes:
    """Answer with a PlanView."""
    asked = msgspec.json.decode(question, type=Scenario)
    board = board_of(bench, asked)
    board.cost(asked)  # the ways are found while the screen says that it reads the roads
    return msgspec.json.encode(describe(board))


def site(bench: Bench, question: bytes) -> bytes:
    """Answer a Scenario with a SitedView."""
    asked = msgspec.json.decode(question, type=Scenario)
    return msgspec.json.encode(solve.site(board_of(bench, asked), asked))


def reach(bench: Bench, question: bytes) -> bytes:
    """Answer a ReachBody with a ReachView."""
    asked = msgspec.json.decode(question, type=ReachBody)
    return msgspec.json.encode(solve.reach(board_of(bench, asked), asked))


def dividend(bench: Bench, question: bytes) -> bytes:
    """Answer a DividendBody with a DividendView."""
    asked = msgspec.json.decode(question, type=DividendBody)
    return msgspec.json.encode(jointness.value_jointness(board_of(bench, asked), asked))


def site_file(bench: Bench, question: bytes) -> bytes:
    """Answer a SiteOrder with a FileMade."""
    asked = msgspec.json.decode(question, type=SiteOrder)
    return msgspec.json.encode(files.sites(board_of(bench, asked.order.a), asked.order, asked.stamp))


def dividend_file(bench: Bench, question: bytes) -> bytes:
    """Answer a DividendOrder with a FileMade."""
    asked = msgspec.json.decode(question, type=DividendOrder)
    return msgspec.json.encode(files.dividend(board_of(bench, asked.order), asked.order, asked.stamp))
