"""The jointness dividend for the desk's pages: as a whole, by side, by kind of unit, by rule, and under load."""

from __future__ import annotations

import time
from collections.abc import Mapping, Sequence
from dataclasses import replace

import numpy as np

from sarhad.node.planner.board import Board
from sarhad.node.planner.solve import cover_view, finite, whole_seconds
from sarhad.node.planner.units import RESPONDERS
from sarhad.response.dividend import Cover, Dividend, RuleCost, dividend, first_arrivals, loaded
from sarhad.response.simulation import Delay, Estimate, Force
from sarhad.response.siting.kernels import Floats
from sarhad.web.plan_shapes import CoverView, DividendBody, DividendView, EstimateView, HelpView, LoadView, RuleView

SCENE_S = 7_200.0
"""Assumed mean work at the scene."""


def value_jointness(board: Board, body: DividendBody) -> DividendView:
    """Compare two separate forces with one; raises PlanError for kinds, tables or crossings that there are not."""
    began = time.monotonic()
    kinds = tuple(dict.fromkeys(body.kinds)) or tuple(kind for kind in RESPONDERS if kind in board.kinds)
    for kind in kinds:
        if kind not in board.kinds:
            raise board.no_units(kind)
    weight = board.weight(body.weights)
    force, willing = board.force(kinds, body)
    codes = [passage.code for passage in board.passages]
    made = dividend(force, weight, float(body.answer_s), codes, willing)
    apart, joint = first_arrivals(force.separate(), body.answer_s), first_arrivals(force, body.answer_s)
    return DividendView(
        kinds=kinds,
        units=len(willing),
        separate=_view(made.separate, apart, weight),
        joint=_view(made.joint, joint, weight),
        by_party=_by_party(board, apart, joint, weight),
        rules=tuple(_rule(board, rule) for rule in made.rules),
        free=_free(force, weight),
        by_kind=tuple(_help(board, body, kind, weight) for kind in board.kinds),
        load=_load(board, body, force) if body.runs else None,
        separate_s=whole_seconds(made.separate_s),
        joint_s=whole_seconds(made.joint_s),
        ground=board.digest,
        took_ms=round((time.monotonic() - began) * 1000),
    )


def _view(cover: Cover, arrivals: Floats, weight: Floats) -> CoverView:
    never = float((np.isinf(arrivals).mean(axis=0) * weight).sum() / weight.sum())
    return cover_view(cover, never)


def _free(force: Force, weight: Floats) -> CoverView:
    """The cover with no rule at the line at all."""
    arrivals = first_arrivals(
        replace(force, allowed=np.ones_like(force.allowed), hours=np.zeros_like(force.hours)), 0.0
    )
    return _view(Cover.of(arrivals, weight), arrivals, weight)


def _by_party(board: Board, apart: Floats, joint: Floats, weight: Floats) -> dict[str, tuple[CoverView, CoverView]]:
    found = {}
    for party in sorted(set(board.party.tolist())):
        mine = board.party == party
        if weight[mine].sum() > 0:
            both = [_view(Cover.of(at[:, mine], weight[mine]), at[:, mine], weight[mine]) for at in (apart, joint)]
            found[party] = (both[0], both[1])
    return found


def _rule(board: Board, rule: RuleCost) -> RuleView:
    names = next((p.names for p in board.passages if p.code == rule.crossing), None)
    return RuleView(key=rule.key, crossing=rule.crossing, crossing_names=names, cover=cover_view(rule.cover, 0.0))


def _help(board: Board, body: DividendBody, kind: str, weight: Floats) -> HelpView:
    """The dividend of one kind, and the rule whose change would win most: at the 90th percentile, then the median."""
    force, willing = board.force((kind,), body)
    codes = [passage.code for passage in board.passages]
    made = dividend(force, weight, float(body.answer_s), codes, willing)
    best = max(made.rules, key=lambda rule: _won(made, rule), default=None)
    return HelpView(
        kind=kind,
        units=len(willing),
        separate=cover_view(made.separate, 0.0),
        joint=cover_view(made.joint, 0.0),
        rule=_rule(board, best) if best is not None and max(_won(made, best)) > 0 else None,
    )


def _won(made: Dividend, rule: RuleCost) -> tuple[float, ...]:
    """What the change wins, minutes at the 90th percentile and the median, then shares; whole minutes only."""
    gains = []
    for key in ("p90_s", "median_s"):
        before, after = getattr(made.joint, key), getattr(rule.cover, key)
        gains.append(
            0.0 if np.isinf(before) and np.isinf(after) else float(np.nan_to_num((before - after) // 60, posinf=1e9))
        )
    return (*gains, round(rule.cover.within[1] - made.joint.within[1], 3))


def _load(board: Board, body: DividendBody, force: Force) -> LoadView:
    model, table = board.incidents.fit(body.fit)
    delay = Delay(float(body.answer_s), float(max(body.answer_p90_s, body.answer_s)), 0)
    busy = loaded(force, model, delay, runs=body.runs, years=float(body.years), scene_s=SCENE_S, seed=body.seed)
    return LoadView(
        runs=body.runs,
        years=body.years,
        seed=body.seed,
        separate=estimates(busy.separate),
        joint=estimates(busy.joint),
        gain=estimates(busy.gain),
        table=table,
        incidents=round(model.incidents),
        fitted_years=model.years,
        dispersion=model.dispersion,
        p_value=model.p_value,
    )


def estimates(said: Mapping[str, Estimate]) -> dict[str, EstimateView]:
    """Return the figures of a simulation with null for what is infinite or none."""
    return {
        key: EstimateView(mean=finite(one.mean), low=finite(one.low), high=finite(one.high))
        for key, one in said.items()
    }


def responders(kinds: Sequence[str]) -> tuple[str, ...]:
    """Return which of the kinds answer an attack."""
    return tuple(kind for kind in RESPONDERS if kind in kinds)
