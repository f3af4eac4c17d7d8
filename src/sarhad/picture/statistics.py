"""How fast each party answers each other, from countersigned times only."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Literal, get_args

from sarhad.picture.items import Core
from sarhad.picture.views import ClockView, PartnerStatistics, StepStatistics
from sarhad.wire.values import Urgency

Step = Literal["acknowledge", "answer", "arrive"]
STEPS: tuple[Step, ...] = ("acknowledge", "answer", "arrive")
URGENCIES: tuple[Urgency, ...] = get_args(Urgency)


def percentile(ascending: list[int], percent: int) -> int | None:
    """Return the nearest-rank percentile: value number ceil(percent / 100 * n) of n, or None of none."""
    if not ascending:
        return None
    return ascending[-(-percent * len(ascending) // 100) - 1]


@dataclass(slots=True)
class _Tally:
    """What is counted of one step and urgency."""

    took: list[int] = field(default_factory=list)
    words: dict[str, int] = field(default_factory=dict)

    def count(self, clock: ClockView, now_us: int | None) -> None:
        word = clock.state
        if word == "open" and now_us is not None and clock.due_us is not None and now_us > clock.due_us:
            word = "overdue"
        self.words[word] = self.words.get(word, 0) + 1
        if clock.took_s is not None:
            self.took.append(clock.took_s)

    def view(self, step: Step, urgency: Urgency) -> StepStatistics:
        self.took.sort()
        return StepStatistics(
            step=step,
            urgency=urgency,
            measured=len(self.took),
            median_s=percentile(self.took, 50),
            p90_s=percentile(self.took, 90),
            met=self.words.get("met", 0),
            late=self.words.get("late", 0),
            unproven=self.words.get("unproven", 0),
            overdue=self.words.get("overdue", 0),
            open=self.words.get("open", 0),
        )


def statistics(cores: Iterable[Core], exercise: str | None, now_us: int | None) -> list[PartnerStatistics]:
    """Return one view for each pair of receiving and asking party, in their order."""
    pairs: dict[tuple[str, str], dict[tuple[Step, Urgency], _Tally]] = {}
    waiting: dict[tuple[str, str], int] = {}
    for core in cores:
        item = core.item
        pair = (item.to, item.party)
        tallies = pairs.setdefault(pair, {})
        waiting[pair] = waiting.get(pair, 0) + (item.state == "waiting-delivery")
        tallies.setdefault(("acknowledge", item.urgency), _Tally()).count(item.acknowledge, now_us)
        if item.answer is not None:
            tallies.setdefault(("answer", item.urgency), _Tally()).count(item.answer, now_us)
        if core.arrive_s is not None:
            tallies.setdefault(("arrive", item.urgency), _Tally()).took.append(core.arrive_s)
    return [
        PartnerStatistics(
            party=to,
            asker=asker,
            exercise=exercise,
            waiting_delivery=waiting[to, asker],
            steps=tuple(
                pairs[to, asker][step, urgency].view(step, urgency)
                for step in STEPS
                for urgency in URGENCIES
                if (step, urgency) in pairs[to, asker]
            ),
        )
        for to, asker in sorted(pairs)
    ]
