"""Words and numbers of a plan on paper: the pages' catalogue, the language's digits and signs."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from sarhad.node.printing.paper import translator
from sarhad.web.plan_shapes import CoverView, EstimateView
from sarhad.wire.values import Language, Names

_PERSIAN = str.maketrans("0123456789.", "۰۱۲۳۴۵۶۷۸۹٫")
MINUS, LTR, END = "\u2212", "\u2066", "\u2069"
"""A sign stands before its number whatever the direction around it: Unicode's isolates (UAX 9)."""


@dataclass(frozen=True, slots=True)
class Saying:
    """How one language says it."""

    lang: Language

    def say(self, key: str, **values: object) -> str:
        """Return a text of the catalogue."""
        return translator(self.lang)(key, **values)

    def number(self, value: float, decimals: int = 0, *, signed: bool = False) -> str:
        """Return a number in the language's digits; ``signed``: with + or a minus, never a negative nought."""
        rounded = round(value, decimals) + 0.0
        text = f"{abs(rounded):,.{decimals}f}".replace(",", "\u202f")
        sign = MINUS if rounded < 0 else "+" if signed and rounded > 0 else ""
        shown = self.digits(text)
        return f"{LTR}{sign}{shown}{END}" if sign else shown

    def digits(self, text: str) -> str:
        """Return a text with its digits in the language's: a year, a seed, an hour are not grouped."""
        return text.translate(_PERSIAN) if self.lang == "fa" else text

    def percent(self, share: float, decimals: int = 1, *, signed: bool = False) -> str:
        """Return a share as per cent."""
        text = self.number(100 * share, decimals, signed=signed)
        return f"{text}%" if self.lang == "en" else f"{text}٪"

    def minutes(self, seconds: float | None, *, signed: bool = False) -> str:
        """Return whole minutes; ``None``: not reached."""
        if seconds is None:
            return self.say("plan.never")
        return self.say("plan.min", n=self.number(seconds / 60, signed=signed))

    def change(self, before: float | None, after: float | None) -> str:
        """Return how many minutes sooner (minus) or later, or from what to what where one is never."""
        if before is None and after is None:
            return self.minutes(0.0)
        if before is None or after is None:
            return f"{self.minutes(before)} → {self.minutes(after)}"
        return self.minutes(after - before, signed=True)

    def interval(self, one: EstimateView, scale: float, decimals: int, *, signed: bool = False) -> str:
        """Return a mean with its interval."""
        if one.mean is None:
            return self.say("plan.never")
        mean = self.number(one.mean * scale, decimals, signed=signed)
        if one.low is None or one.high is None:
            return mean
        ends = [self.number(end * scale, decimals, signed=signed) for end in (one.low, one.high)]
        return f"{mean} ({ends[0]} … {ends[1]})"

    def name(self, names: Names) -> str:
        """Return a name in the language, in English where there is none."""
        return getattr(names, self.lang, None) or names.en

    def several(self, words: Sequence[str]) -> str:
        """Return words with the language's comma."""
        return (", " if self.lang == "en" else "، ").join(words)

    def cover_cells(self, cover: CoverView) -> tuple[str, ...]:
        """Return within 30, 60 and 120 minutes, median, 90th percentile."""
        shares = (self.percent(share) for share in cover.within)
        return (*shares, self.minutes(cover.median_s), self.minutes(cover.p90_s))

    def cover_change(self, before: CoverView, after: CoverView) -> tuple[str, ...]:
        """Return the differences of the same five, in points and minutes."""
        points = (
            self.say("plan.points", n=self.number(100 * (b - a), 1, signed=True))
            for a, b in zip(before.within, after.within, strict=True)
        )
        return (*points, self.change(before.median_s, after.median_s), self.change(before.p90_s, after.p90_s))
