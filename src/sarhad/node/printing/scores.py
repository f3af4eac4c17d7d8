"""The print of a drill's score: both sides' sums, then each expectation by its outcome, with the record it rests on."""

from __future__ import annotations

from sarhad.node.printing.dates import digits
from sarhad.node.printing.documents import Printing
from sarhad.node.printing.paper import ident, words
from sarhad.web.drilling import DrillView, ScoreLineView, ScoreSideView, ScoreView
from sarhad.web.paper import Cell, Paper, Section, Text


def score_paper(printing: Printing, drill: DrillView, score: ScoreView) -> Paper:
    """Return the score of a drill as a document; ``drill``: how it was begun."""
    return _Score(printing, drill, score).paper()


class _Score:
    def __init__(self, printing: Printing, drill: DrillView, score: ScoreView) -> None:
        self._printing = printing
        self._say = printing.say
        self._drill = drill
        self._score = score

    def paper(self) -> Paper:
        drill = self._drill
        by = Text(t=self._printing.party_name(drill.begun_by))
        head = (
            (self._say("drill.name"), (ident(self._score.exercise, bold=True),)),
            (self._say("drill.scenario"), self._step(drill.scenario, drill.title)),
            (self._say("print.begun"), (by, *self._printing.times(drill.begun_us))),
            (self._say("drill.pace"), (self._text(self._say("print.speed", count=drill.speed)),)),
        )
        shown = [line.ref for line in self._score.lines if line.ref]
        title = Text(t=self._say("drill.score"), bold=True)
        return self._printing.paper(title, self._score.exercise, head, self._sections(), shown)

    def _sections(self) -> tuple[Section, ...]:
        say = self._say
        sums = Section(
            title=say("print.sums"),
            headings=(say("print.side"), *(say(f"drill.outcome.{one}") for one in ("met", "late", "missing")),
                      say("print.notscored"), say("print.median")),
            widths=(5, 3, 3, 3, 4, 4),
            rows=tuple(self._side(side) for side in self._score.sides),
        )  # fmt: skip
        lines = Section(
            title=say("print.expected"),
            headings=(say("print.outcome"), say("print.who"), say("print.step"), say("print.took"), say("print.within"),
                      say("field.record")),
            widths=(3, 3, 7, 3, 3, 2),
            rows=tuple(self._line(line) for line in self._score.lines),
        )  # fmt: skip
        left = Section(
            title=say("drill.left"),
            headings=(say("print.step"),),
            widths=(1,),
            rows=tuple((self._step(one.name, one.title),) for one in self._score.left),
        )
        return (sums, lines, left) if self._score.left else (sums, lines)

    def _side(self, side: ScoreSideView) -> tuple[Cell, ...]:
        # Words, so that the numbers stand in the order of the language: not an identifier, as a number alone is.
        of = digits(self._say("print.of", count=side.met, all=side.expected), self._printing.language)
        met = (Text(t=of, bold=True),)
        numbers = (side.late, side.missing, side.unproven + side.not_scored)
        name = (Text(t=self._printing.party_name(side.party), bold=True),)
        return (name, met, *((self._text(str(one)),) for one in numbers), self._span(side.median_s))

    def _line(self, line: ScoreLineView) -> tuple[Cell, ...]:
        step = Text(t=self._say(f"step.{line.step}"), faint=True)
        return (
            (Text(t=self._say(f"drill.outcome.{line.outcome}"), bold=line.outcome != "met"),),
            (Text(t=self._printing.short(line.by)),),
            (*self._step(line.of, line.title), step),
            self._span(line.took_s),
            self._span(line.within_s),
            (ident(line.ref),) if line.ref else (),
        )

    def _step(self, name: str, title: dict[str, str]) -> Cell:
        language = self._printing.language
        spoken = language if title.get(language) else "en"
        return (words(title[spoken], spoken),) if title.get(spoken) else (ident(name),)

    def _span(self, seconds: float | None) -> Cell:
        """A span as hours, minutes and seconds: 0:04:10."""
        if seconds is None:
            return (ident("–"),)
        minutes, rest = divmod(int(seconds), 60)
        return (self._text(f"{minutes // 60}:{minutes % 60:02}:{rest:02}"),)

    def _text(self, text: str, *, bold: bool = False) -> Text:
        return ident(digits(text, self._printing.language), bold=bold)
