"""The simulation with crossings, hours, shifts and delays is equal to one that asks every unit at every event."""

from __future__ import annotations

import math

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from sarhad.response.simulation import Force, Stream, simulate
from sarhad.response.simulation.loop import travel, until_open

HOUR = 3_600.0


class Plain:
    """A stream played event by event, nothing kept in order beforehand."""

    def __init__(self, force: Force, stream: Stream) -> None:
        self.force, self.stream = force, stream
        self.free: dict[int, float] = {}
        self.waiting: list[int] = []
        self.arrived, self.now = 0, 0.0
        self.response, self.server = [math.inf] * stream.time.size, [-1] * stream.time.size

    def took(self, u: int, i: int) -> float:
        f, place, delay = self.force, int(self.stream.place[i]), float(self.stream.delay[i])
        allowed, foreign = f.allowed.astype(np.int64), f.foreign.astype(np.int64)
        return float(travel(u, place, self.now, f.direct, f.before, f.after, allowed, f.hours, foreign, delay))

    def off_duty(self, u: int) -> float:
        return float(until_open(self.now, *self.force.shift[u]))

    def send(self, u: int, i: int) -> None:
        took = self.took(u, i)
        self.response[i], self.server[i] = self.now + took - self.stream.time[i], u
        self.free[u] = self.now + (took + self.stream.scene[i])

    def next(self) -> tuple[float, int, int]:
        """When, what (0: a unit is free or comes on duty, 1: an incident), which unit."""
        events = [(at, 0, u) for u, at in self.free.items()]
        if self.arrived < self.stream.time.size:
            events.append((float(self.stream.time[self.arrived]), 1, -1))
        event = min(events, default=(math.inf, 1, -1))
        for u in range(len(self.force.direct)) if self.waiting else ():
            if u not in self.free and self.off_duty(u) > 0 and self.now + self.off_duty(u) < event[0]:
                event = (self.now + self.off_duty(u), 0, u)
        return event

    def happens(self, *, queue: bool) -> None:
        i = self.arrived
        self.arrived += 1
        idle = [u for u in range(len(self.force.direct)) if u not in self.free and self.off_duty(u) == 0]
        best, u = min(((self.took(u, i), u) for u in idle), default=(math.inf, -1))
        if best < math.inf:
            self.send(u, i)
        elif queue and any(self.took(u, i) < math.inf for u in range(len(self.force.direct))):
            self.waiting.append(i)

    def takes(self, u: int) -> None:
        self.free.pop(u, None)
        able = [i for i in self.waiting if self.off_duty(u) == 0 and self.took(u, i) < math.inf]
        if able:
            self.waiting.remove(able[0])
            self.send(u, able[0])

    def play(self, *, queue: bool) -> None:
        while (event := self.next())[0] < math.inf:
            self.now, what, u = event
            if what:
                self.happens(queue=queue)
            else:
                self.takes(u)


@st.composite
def cases(draw: st.DrawFn) -> tuple[Force, Stream]:
    units, places, gates = draw(st.integers(1, 5)), draw(st.integers(1, 4)), draw(st.integers(0, 2))
    chance = np.random.default_rng(draw(st.integers(0, 2**32)))

    def times(*shape: int) -> np.ndarray[tuple[int, ...], np.dtype[np.float64]]:
        found = chance.integers(1, 20, shape) * 600.0
        return np.where(chance.random(shape) < 0.3, np.inf, found)

    def windows(many: int) -> np.ndarray[tuple[int, ...], np.dtype[np.float64]]:
        return np.where(chance.random((many, 1)) < 0.5, 0.0, chance.integers(0, 24, (many, 2)) * HOUR)

    force = Force(
        direct=times(units, places),
        before=times(units, gates),
        after=times(units, gates, places),
        allowed=chance.random((units, gates)) < 0.7,
        hours=windows(gates),
        shift=windows(units),
        foreign=chance.random((units, places)) < 0.4,
    )
    calls = draw(st.integers(0, 25))
    at = np.cumsum(chance.integers(0, 6, calls) * 900.0)
    delay = chance.choice([0.0, 600.0, 1_800.0], calls)
    scene = np.asarray(chance.integers(0, 9, calls) * 900.0, np.float64)
    return force, Stream(at, chance.integers(0, places, calls), scene, delay)


@settings(max_examples=150, deadline=None)
@given(cases(), st.booleans())
def test_every_incident_is_answered_as_by_asking_everybody_every_time(case: tuple[Force, Stream], queue: bool) -> None:
    force, stream = case
    found = simulate(force, stream, queue=queue)
    plain = Plain(force, stream)
    plain.play(queue=queue)
    assert found.server.tolist() == plain.server
    assert np.allclose(found.response_s, plain.response)


def test_an_incident_that_nobody_ever_reaches_does_not_keep_the_shifts_turning() -> None:
    never = np.full((2, 1), np.inf)
    shift = np.array([[8.0, 16.0], [16.0, 24.0]]) * HOUR
    none = np.empty((2, 0))
    force = Force(never, none, np.empty((2, 0, 1)), none.astype(bool), np.empty((0, 2)), shift, np.zeros((2, 1), bool))
    found = simulate(force, Stream(np.array([0.0]), np.array([0]), np.array([60.0]), np.array([0.0])))
    assert (found.server.tolist(), found.response_s.tolist()) == ([-1], [math.inf])
