"""The desk's event stream: what changed, to every open page, with bounded memory."""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Literal

from sarhad.wire.errors import Unavailable

QUEUE_EVENTS = 256
"""What a slow reader may lag behind before it is told to fetch everything again."""
HISTORY_EVENTS = 2_048
"""How far back a reader that lost its connection can resume."""
MAX_SUBJECTS = 2_000
"""An event of more is none to follow one by one, and a long catch-up would fill the memory with their names."""
MAX_SUBSCRIPTIONS = 1_000


@dataclass(frozen=True, slots=True)
class Event:
    """``seq`` ascends within a run of the node; ``subjects`` are the picture's names; ``at`` is UTC µs."""

    seq: int
    name: Literal["changed", "link", "resync"]
    subjects: tuple[str, ...]
    at: int


class Subscription:
    """One reader's queue.  Use within one event loop; close it when done."""

    def __init__(self, hub: Hub, limit: int) -> None:
        """Belong to ``hub`` and hold at most ``limit`` events."""
        self._hub = hub
        self._limit = limit
        self._queue: deque[Event] = deque()  # written by the hub, drained by next(); both in the event loop
        self._wake = asyncio.Event()
        self.closed = False  # set by close(), in the event loop

    def offer(self, event: Event) -> None:
        """Queue ``event``; when the queue is full, one resync stands for all that was in it."""
        if len(self._queue) >= self._limit:
            self._queue.clear()
            event = Event(event.seq, "resync", (), event.at)
        self._queue.append(event)
        self._wake.set()

    async def next(self) -> Event | None:
        """Wait for the next event; None when the stream was closed."""
        while not self._queue:
            if self.closed:
                return None
            self._wake.clear()
            await self._wake.wait()
        return self._queue.popleft()

    def close(self) -> None:
        """Leave the hub and wake the reader; may be called twice."""
        self.closed = True
        self._hub.leave(self)
        self._wake.set()


class Hub:
    """Passes events to the subscriptions; everything runs in the node's event loop."""

    def __init__(self, epoch: int) -> None:
        """Name this run of the node by ``epoch``, so that an id of an earlier run is told apart."""
        self.epoch = epoch
        self.seq = 0  # number of the last event; written by publish()
        self._history: deque[Event] = deque(maxlen=HISTORY_EVENTS)  # written by publish()
        self._subscriptions: set[Subscription] = set()  # written by subscribe() and leave()
        self._closed = False  # set by close()

    def publish(self, name: Literal["changed", "link"], subjects: Iterable[str], at: int) -> None:
        """Tell every subscription; never waits for a reader.  More than MAX_SUBJECTS are told as a resync."""
        self.seq += 1
        named = tuple(subjects)
        if len(named) > MAX_SUBJECTS:
            event = Event(self.seq, "resync", (), at)
        else:
            event = Event(self.seq, name, tuple(sorted(named)), at)
        self._history.append(event)
        for subscription in tuple(self._subscriptions):
            subscription.offer(event)

    def subscribe(self, after: tuple[int, int] | None = None, limit: int = QUEUE_EVENTS) -> Subscription:
        """Open a subscription, resuming after (epoch, seq) when that is still in the history.

        A position of another run, or too old, gets a resync first.  Raises Unavailable
        when too many are open.
        """
        if self._closed or len(self._subscriptions) >= MAX_SUBSCRIPTIONS:
            raise Unavailable("too many pages are open on this desk", do="Close some, then try again")
        subscription = Subscription(self, limit)
        if after is not None:
            for event in self._missed(*after):
                subscription.offer(event)
        self._subscriptions.add(subscription)
        return subscription

    def _missed(self, epoch: int, seq: int) -> list[Event]:
        oldest = self._history[0].seq if self._history else self.seq + 1
        if epoch != self.epoch or seq > self.seq or seq + 1 < oldest:
            return [Event(self.seq, "resync", (), self._history[-1].at if self._history else 0)]
        return [event for event in self._history if event.seq > seq]

    def since(self, epoch: int, seq: int) -> frozenset[str] | None:
        """Return the subjects of all events after a position; None when they are not all known any more."""
        events = self._missed(epoch, seq)
        if any(event.name == "resync" for event in events):
            return None
        return frozenset(subject for event in events for subject in event.subjects)

    def leave(self, subscription: Subscription) -> None:
        """Forget a subscription."""
        self._subscriptions.discard(subscription)

    def close(self) -> None:
        """End every stream; the node is stopping."""
        self._closed = True
        for subscription in tuple(self._subscriptions):
            subscription.close()
