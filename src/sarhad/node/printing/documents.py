"""The three documents: one incident, the log, the handover of the watch."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from sarhad.node.printing import nodesays
from sarhad.node.printing.dates import both, digits
from sarhad.node.printing.paper import ident, lines, number, translator, words
from sarhad.picture import Picture
from sarhad.picture.rules import GROUND_KINDS
from sarhad.picture.views import IncidentView, ItemView, RecordFilter, RecordView
from sarhad.web.paper import Cell, Paper, Section, Text
from sarhad.wire.errors import Refused
from sarhad.wire.ids import NODE_OFFICER
from sarhad.wire.registry import KINDS
from sarhad.wire.values import Language, Moment, Names, Place, Words

DAY_US = 86_400_000_000
MAX_ROWS = 400
"""No table of a print is longer; what follows is counted in its last row."""


SHORT_NAME = 16
"""A name of so many letters fits beside a time."""


@dataclass(frozen=True, slots=True)
class Printing:
    """What a print is made from.

    ``zones``: (party, IANA zone), the own one first; ``names``: what parties are called.
    """

    picture: Picture
    party: str
    officer: str
    zones: Sequence[tuple[str, str]]
    names: Mapping[str, Names]
    now_us: int
    language: Language

    def say(self, key: str, **values: object) -> str:
        """Return a text of the catalogue."""
        return translator(self.language)(key, **values)

    def written(self, said: Words, *, bold: bool = False) -> Text:
        """Return what somebody wrote; a node's own sentences in the language of the print."""
        read = nodesays.said(said, self.language, self.say, self.party_name)
        return words(read.text, read.lang, bold=bold)

    def party_name(self, party: str) -> str:
        """Return what a party is called in the language of the print."""
        names = self.names.get(party)
        return party if names is None else getattr(names, self.language, "") or names.en

    def short(self, party: str) -> str:
        """Return what a party is called in a narrow column: by name where all names are short and unlike.

        What a name adds in brackets is left out there.
        """
        named = {
            one: re.sub(r"\s*\(.*?\)", "", self.party_name(one)) for one in {party, *(who for who, _ in self.zones)}
        }
        fits = len(set(named.values())) == len(named) and all(1 <= len(one) <= SHORT_NAME for one in named.values())
        return named[party] if fits else party

    def author(self, officer: str) -> Text:
        """Return who signed: an officer's id, or the node in words where nobody wrote it."""
        own = officer == NODE_OFFICER
        return Text(t=self.say("owner.node"), faint=True) if own else ident(officer, faint=True)

    def clocks(self) -> list[tuple[str, str]]:
        """Return what stands beside a time, and its zone."""
        return [(self.short(party), zone) for party, zone in self.zones]

    def times(self, us: int, *, day: bool = False, faint: bool = False) -> Cell:
        """Return a time on each side's clock, both calendars."""
        return lines(both(us, self.clocks(), self.language, day=day), faint=faint)

    def moment(self, when: Moment) -> Cell:
        """Return a moment: its start, and its end where that is another."""
        day = when.precision > 0
        one = when.end == when.start or (day and when.end - when.start < DAY_US)
        end = () if one else self.times(when.end, day=day)
        return (*self.times(when.start, day=day), *((ident("–"), *end) if end else ()))

    def place(self, place: Place | None) -> Cell:
        """Return a place's name and coordinates."""
        if place is None:
            return ()
        named = (Text(t=place.name),) if place.name else ()
        return (*named, ident(f"{place.lat / 1e7:.5f} {place.lon / 1e7:.5f}", faint=True))

    def mark(self, ref: str) -> Cell:
        """Return the mark of a record of an exercise: it stands on each row, so that none cut out passes for live."""
        held = self.picture.held(ref)
        drilled = held is not None and held.header.exercise is not None
        return (Text(t=self.say("exercise.mark"), mark=True),) if drilled else ()

    def named(self, ref: str) -> Cell:
        """Return a record's reference, marked where it is of an exercise."""
        return (*self.mark(ref), ident(ref, bold=True))

    # Documents

    def incident(self, view: IncidentView) -> Paper:
        """Return one incident: statements side by side, what agrees and what not, the timeline."""
        head = (
            (self.say("field.category"), (Text(t=self.say(f"category.{view.category}")),)),
            (self.say("field.when"), self.moment(view.when)),
            (self.say("field.place"), self.place(view.place)),
            (self.say("field.record"), self.named(view.ref)),
        )
        shown = [one.ref for side in view.statements for one in side.statements]
        shown += [one.ref for one in view.claims] + [one.ref for one in view.remarks]
        shown += [one.ref for one in view.timeline]
        title = self.written(view.title, bold=True)
        sections = (self._statements(view), self._compared(view), self._said(view), self._timeline(view))
        return self.paper(title, view.exercise, head, sections, shown, view.ref)

    def log(self, exercise: str | None, since_us: int | None, until_us: int | None, q: str) -> Paper:
        """Return the newest records of a time, oldest first."""
        kinds = tuple(sorted(KINDS.keys() - GROUND_KINDS)) if exercise else ()  # the ground is live, no part of a drill
        wanted = RecordFilter(exercise=exercise, kinds=kinds, since_us=since_us, until_us=until_us, q=q, limit=MAX_ROWS)
        page = self.picture.records(wanted)
        rows = [self._log_row(record) for record in reversed(page.records)]
        section = Section(
            title=self.say("nav.log"),
            headings=self._headings("field.record", "field.when", "print.who", "field.text", "print.proof"),
            widths=(2, 6, 3, 8, 6),
            rows=(*rows, *self._more(page.total - len(rows), 5)),
            empty=self.say("print.nothing"),
        )
        bounds = [
            (self.say(key), self.times(us)) for key, us in (("print.from", since_us), ("print.to", until_us)) if us
        ]
        filters = [(self.say("print.search"), (words(q, ""),))] if q else []
        shown = [record.ref for record in page.records]
        title = Text(t=self.say("print.log"), bold=True)
        return self.paper(title, exercise, (*bounds, *filters), (section,), shown)

    def handover(self, exercise: str | None) -> Paper:
        """Return what is open at the handover of the watch, with lines to sign on."""
        items = [one for one in self.picture.inbox(self.party, self.now_us, exercise) if not one.settled]
        mine = [one for one in items if one.direction == "owed-by-us"]
        theirs = [one for one in items if one.direction == "owed-to-us"]
        since = self.now_us - DAY_US
        recent = [
            one
            for one in self.picture.incidents(exercise)
            if any(said.at >= since for side in one.statements for said in side.statements)
        ]
        ground = self.picture.ground(exercise, self.now_us)
        notices = [one for one in ground.notices if not one.recalled]
        sections = (
            self._items("print.owed.by", mine),
            self._items("print.owed.to", theirs),
            self._section("print.day", ("field.record", "field.when", "field.title", "field.place"), (2, 6, 6, 4), [
                (self.named(one.ref), self.moment(one.when), (self.written(one.title),),
                 self.place(one.place)) for one in recent
            ]),
            self._section("print.notices", ("field.record", "field.when", "field.text", "field.place"), (2, 6, 6, 4), [
                (self.named(one.ref), self.moment(one.when), (self.written(one.text),),
                 self.place(one.place)) for one in notices
            ]),
        )  # fmt: skip
        shown = [one.ref for one in items] + [one.ref for one in recent] + [one.ref for one in notices]
        signatures = (self.say("print.signed.off"), self.say("print.signed.on"))
        title = Text(t=self.say("print.handover"), bold=True)
        return self.paper(title, exercise, (), sections, shown, signatures=signatures)

    # Parts

    def _headings(self, *keys: str) -> tuple[str, ...]:
        return tuple(self.say(key) for key in keys)

    def _section(
        self, title: str, headings: tuple[str, ...], widths: tuple[int, ...], rows: list[tuple[Cell, ...]]
    ) -> Section:
        kept = (*rows[:MAX_ROWS], *self._more(len(rows) - MAX_ROWS, len(widths)))
        return Section(
            title=self.say(title),
            headings=self._headings(*headings),
            widths=widths,
            rows=kept,
            empty=self.say("print.nothing"),
        )

    def _more(self, count: int, columns: int) -> Iterable[tuple[Cell, ...]]:
        if count > 0:
            yield ((Text(t=self.say("print.more", count=count), faint=True),), *((),) * (columns - 1))

    def _statements(self, view: IncidentView) -> Section:
        rows: list[tuple[Cell, ...]] = []
        for side in view.statements:
            for one in side.statements:
                harm = one.casualties
                said = [(key, number(getattr(harm, key))) for key in ("killed", "injured", "abducted") if harm]
                numbers = tuple(
                    Text(t=f"{self.say(f'field.{key}')}: {digits(value, self.language)}")
                    for key, value in said
                    if value
                )
                source = (Text(t=one.source, faint=True),) if one.source else ()
                recalled = (Text(t=self.say("print.recalled"), bold=True),) if one.recalled else ()
                who = Text(t=self.short(one.party), bold=True)
                rows.append((
                    (*self.mark(one.ref), who, ident(one.ref), self.author(one.by)),
                    (self.written(one.text), *source, *recalled),
                    numbers,
                    self.times(one.at),
                ))  # fmt: skip
        return self._section("print.statements", ("print.who", "field.text", "field.casualties", "print.claimed"),
                             (2, 8, 4, 6), rows)  # fmt: skip

    def _compared(self, view: IncidentView) -> Section:
        rows: list[tuple[Cell, ...]] = []
        for word, fields in (("print.agreed", view.agreed), ("print.differs", view.contradictions)):
            for field in fields:
                for said in field.stated:
                    value: Cell = self.moment(said.when) if said.when else self.place(said.place)
                    if said.category:
                        value = (Text(t=self.say(f"category.{said.category}")),)
                    if said.number is not None:
                        value = (ident(digits(number(said.number), self.language)),)
                    rows.append(((*self.mark(said.ref), Text(t=self.say(f"field.{field.field}"), bold=True),
                                  Text(t=self.say(word))),
                                 (Text(t=self.short(said.party)), ident(said.ref, faint=True)), value))  # fmt: skip
        return self._section("print.compared", ("print.field", "print.who", "print.stated"), (4, 3, 8), rows)

    def _said(self, view: IncidentView) -> Section:
        rows: list[tuple[Cell, ...]] = []
        for claim in view.claims:
            text = (self.written(claim.text),) if claim.text else ()
            kind = Text(t=self.say("kind.claim"))
            rows.append(((*self.mark(claim.ref), kind, ident(claim.ref)), (Text(t=self.short(claim.party)),),
                         (Text(t=claim.group, bold=True), *text, Text(t=claim.source, faint=True)),
                         self.times(claim.at)))  # fmt: skip
        for note in view.remarks:
            rows.append(((*self.mark(note.ref), Text(t=self.say(f"kind.{note.kind}")), ident(note.ref)),
                         (Text(t=self.short(note.party)), self.author(note.by)), (self.written(note.text),),
                         self.times(note.at)))  # fmt: skip
        return self._section("print.said", ("field.record", "print.who", "field.text", "print.claimed"),
                             (3, 3, 7, 6), rows)  # fmt: skip

    def _timeline(self, view: IncidentView) -> Section:
        rows: list[tuple[Cell, ...]] = []
        for one in view.timeline[:MAX_ROWS]:
            held = self.picture.record(one.ref)
            proof = self._proof(held) if held is not None else ()
            when = self.times(one.start, day=one.precision > 0)
            kind = Text(t=self.say(f"kind.{one.kind}"))
            rows.append((when, (*self.mark(one.ref), kind), (ident(one.ref), Text(t=self.short(one.party))), proof))
        return self._section("print.timeline", ("field.when", "field.record", "print.who", "print.proof"),
                             (6, 4, 3, 6), rows)  # fmt: skip

    def _proof(self, record: RecordView) -> Cell:
        bracket = record.bracket
        found: list[Text] = []
        for key, seconds in (("print.notbefore", bracket.not_before_s), ("print.notafter", bracket.not_after_s)):
            if seconds is not None:
                found.append(Text(t=self.say(key), faint=True))
                found += lines(both(seconds * 1_000_000, self.clocks()[:1], self.language), faint=True)
        return tuple(found) or (Text(t=self.say("print.unproven"), faint=True),)

    def _log_row(self, record: RecordView) -> tuple[Cell, ...]:
        said = record.data.get("text") or record.data.get("title") or record.data.get("reason")
        text = (self.written(Words(**said)),) if isinstance(said, dict) and {*said} == {"lang", "text"} else ()
        kind = self.say(f"kind.{record.kind}") if record.known else self.say("kind.unknown")
        return (
            self.named(record.ref),
            self.times(record.at),
            (Text(t=self.short(record.party)), self.author(record.by)),
            (Text(t=kind, bold=True), *text),
            self._proof(record),
        )

    def _items(self, title: str, items: list[ItemView]) -> Section:
        rows: list[tuple[Cell, ...]] = []
        for one in items:
            text = (self.written(one.text),) if one.text else ()
            due = self.times(one.due_us) if one.due_us is not None else ()
            late = (Text(t=self.say("print.overdue"), bold=True),) if one.state == "overdue" else ()
            rows.append((
                (*self.named(one.ref), Text(t=self.short(one.to if one.direction == "owed-to-us" else one.party))),
                (Text(t=self.say(f"kind.{one.kind}"), bold=True), Text(t=self.say(f"urgency.{one.urgency}"))),
                text,
                (*due, *late),
            ))  # fmt: skip
        return self._section(title, ("field.record", "field.urgency", "field.text", "field.due"), (2, 3, 7, 6), rows)

    def paper(
        self,
        title: Text,
        exercise: str | None,
        head: Sequence[tuple[str, Cell]],
        sections: tuple[Section, ...],
        shown: Sequence[str],
        references: str = "",
        signatures: tuple[str, ...] = (),
    ) -> Paper:
        """Put a document together of the records ``shown``; ``references``: what is said of them below."""
        made = (*self.times(self.now_us), ident(f"{self.officer}@{self.party}", faint=True))
        return Paper(
            lang=self.language,
            title=title,
            exercise="" if exercise is None else f"{self.say('exercise.banner')} · {exercise}",
            head=(*head, (self.say("print.made"), made)),
            sections=sections,
            signatures=signatures,
            party=self.party,
            made=made,
            digest=digest_of(self.picture, shown),
            digest_label=self.say("print.digest"),
            references=references or _span(shown),
            references_label=self.say("print.references"),
            page_label=self.say("print.page"),
        )


def digest_of(picture: Picture, refs: Iterable[str]) -> str:
    """Return the SHA-256 of the records shown: a line ``ref SHA-256-of-body`` each, in reference order.

    Whoever holds the same records makes the same digest.
    """
    digest = hashlib.sha256()
    for ref in sorted(set(refs)):
        held = picture.held(ref)
        if held is None:
            raise Refused(f"{ref} is not held", where="ref")
        digest.update(f"{ref} {hashlib.sha256(held.body).hexdigest()}\n".encode())
    return digest.hexdigest()


def _span(refs: Sequence[str]) -> str:
    """Return the references of a print, shortened when there are many."""
    unique = list(dict.fromkeys(refs))
    return (
        " ".join(unique) if len(unique) <= 12 else f"{' '.join(unique[:6])} … {' '.join(unique[-5:])} ({len(unique)})"
    )
