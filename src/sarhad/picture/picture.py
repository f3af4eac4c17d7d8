"""The picture: folds records and facts of time, and answers what they mean.

Pure and without a viewpoint: it never reads a clock (``now_us`` is passed in) and
does not know whose node it serves.  Not thread-safe: one thread applies and asks.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator

import msgspec

from sarhad.picture import statistics as times
from sarhad.picture import tracks as charting
from sarhad.picture.book import Book
from sarhad.picture.ground_view import caveat_views, current, ground_view
from sarhad.picture.incident_view import incident_view
from sarhad.picture.marks import Marks
from sarhad.picture.order import ref_order
from sarhad.picture.record_view import record_view
from sarhad.picture.response_view import response_statistics, response_view
from sarhad.picture.search import Search
from sarhad.picture.shared import Shared
from sarhad.picture.state import State
from sarhad.picture.tasking_view import pledge_views, tasking_views
from sarhad.picture.terms import in_force, manifest_view, officer_views, suspension, terms_view
from sarhad.picture.touched import Touched, incidents_of, on_terms
from sarhad.picture.views import (
    CaveatView,
    GroundView,
    HistogramView,
    IncidentView,
    ItemView,
    ManifestView,
    MarksView,
    OfficerView,
    Page,
    PartnerStatistics,
    PledgeView,
    RecordFilter,
    RecordView,
    ResponseStatistics,
    ResponseView,
    TaskingView,
    TermsView,
    TitleView,
    TrackView,
    WatchView,
)
from sarhad.picture.warming import drawing, warming
from sarhad.picture.watch_view import watch_view
from sarhad.picture.whole import everything
from sarhad.picture.witness import Witnessed
from sarhad.wire.ids import party_of
from sarhad.wire.kinds import Incident, ReleaseAct
from sarhad.wire.record import Record
from sarhad.wire.values import may_read

_encoder = msgspec.json.Encoder(order="sorted")


class Picture:
    """What the records held mean.

    Law 5: the same records and facts give the same picture, to the byte, in whatever
    order and however often they are applied.
    """

    def __init__(self) -> None:
        self._state = State()
        self._book = Book(self._state)
        self._search = Search(self._state)
        self._incidents: dict[str, IncidentView] = {}
        """Rendered incidents; an entry goes when a record that belongs to it is applied."""
        self._marks = Marks(self._state)
        self._grounds: dict[str | None, GroundView] = {}
        """The rendered ground by exercise; all go when a record changes any of it."""
        self._shared: dict[frozenset[str], Shared] = {}
        """What these parties share; each follows when it is asked for."""

    def apply(self, item: Record | Witnessed) -> frozenset[str]:
        """Fold one record or fact in; return the names of the subjects changed.

        Subjects: ``record/REF``, ``item/REF``, ``incident/REF``, ``pledge/REF``,
        ``tasking/UNIT``, ``party/PARTY``, ``KIND/PARTY/CODE`` and ``ground`` for the ground, ``log/LOG``
        (receipts of that log's records, or the brackets of any record, changed),
        ``items`` (any item may have changed).  Empty when it was held already.  Raises VerificationError when
        another body is held at the record's place.
        """
        return self.apply_all((item,))

    def apply_all(self, items: Iterable[Record | Witnessed]) -> frozenset[str]:
        """Fold records and facts in, one after the other; return all subjects changed, named once.

        The same as ``apply`` of each, in less time.  Raises VerificationError as it does:
        what came before the item at fault is folded.
        """
        touched = Touched(self._state)
        try:
            for item in items:
                if isinstance(item, Witnessed):
                    self._witness(item, touched)
                else:
                    self._hold(item, touched)
        finally:
            if touched.ground:
                self._grounds.clear()
            for ref in touched.incidents:
                self._incidents.pop(ref, None)
                self._marks.touch(ref)
        return touched.subjects()

    def _hold(self, item: Record, touched: Touched) -> None:
        state = self._state
        known_parties = len(state.parties)
        if state.hold(item):
            self._search.add(item)
            all_items = len(state.parties) > known_parties or on_terms(state, item)
            touched.take(item, self._book.record(item, all_items), all_items)

    def incidents_of(self, item: Record) -> set[str]:
        """Return the incidents in whose views the record may show."""
        return incidents_of(self._state, item)

    def _witness(self, fact: Witnessed, touched: Touched) -> None:
        change = self._state.facts.add(fact)
        if change is not None:
            touched.names.add(f"log/{fact.log}")
            touched.items |= self._book.witness(fact.log, party_of(fact.by) == party_of(fact.log), change)

    # The whole.

    def to_bytes(self, only: Callable[[Record], bool] | None = None) -> bytes:
        """Return the canonical bytes of the whole picture, or of the picture of ``only`` these records."""
        if only is None:
            return _encoder.encode(everything(self, self._state))
        return self._of(record for record in self._state.records.values() if only(record)).to_bytes()

    def shared_bytes(self, parties: frozenset[str]) -> bytes:
        """Return the canonical bytes of the picture of what all these parties may read.

        A release act counts only when they all may read the act itself.  Of time, only
        the countersignatures by these parties on each other's logs, and a log's own
        times on the checkpoints that all the others countersigned: each of them holds these.
        """
        return self.shared(parties).to_bytes()

    def shared(self, parties: frozenset[str]) -> Picture:
        """Return the picture folded from nothing but what all these parties may read, so that no view of it can leak.

        It is kept and follows this one; not to be written to.
        """
        self.share(parties)
        return self._shared[parties].part

    def share(self, parties: frozenset[str], limit: int | None = None) -> int:
        """Bring what these parties share up to date by at most ``limit`` records; return how many still wait.

        ``shared`` does it by itself; calling this in steps lets other work go on meanwhile.
        """
        following = self._shared.get(parties)
        if following is None:
            following = self._shared[parties] = Shared(self._state, parties, Picture())
        return following.catch_up(limit)

    def _of(self, records: Iterable[Record]) -> Picture:
        part = Picture()
        for record in records:
            part.apply(record)
        return part

    # Records.

    def record(self, ref: str) -> RecordView | None:
        """Return a record with everything said about it, or None when it is not held."""
        record = self._state.records.get(ref)
        return None if record is None else record_view(self._state, record)

    def held(self, ref: str) -> Record | None:
        """Return the record itself, or None when it is not held."""
        return self._state.records.get(ref)

    def records(self, wanted: RecordFilter) -> Page:
        """Return a page of records, newest claimed time first; raises Refused on a bad cursor or limit."""
        found, following, total, more = self._search.page(wanted)
        views = tuple(record_view(self._state, r) for r in found)
        return Page(records=views, next=following, total=total, total_more=more)

    def index(self, limit: int | None = None) -> int:
        """Bring the text index up to date by at most ``limit`` records; return how many still wait.

        Searching does it by itself; calling this when idle keeps the first search quick.
        """
        return self._search.catch_up(limit)

    def warm(self) -> Iterator[None]:
        """Make by small steps (some ten milliseconds each) what the first looks would make at once.

        Items, the map's columns, the newest incidents, the live ground, the text index.
        Records may be applied between steps.
        """
        return warming(self, self._state, self._book, self._marks, self._search)

    def draw(self) -> Iterator[None]:
        """Make by small steps what an inbox and a map would make at once."""
        return drawing(self._state, self._book, self._marks)

    def readers(self, ref: str, partners: frozenset[str]) -> frozenset[str]:
        """Return which of ``partners``, the author's partners, may read: by the marking or a release act.

        Fails closed: an unknown record, an unknown or contradictory marking means nobody.
        """
        record = self._state.records.get(ref)
        if record is None:
            return frozenset()
        own = record.party
        return frozenset(p for p in partners if p != own and self._state.granted(record, p))

    def naming_file(self, sha256: str) -> list[Record]:
        """Return the attachment records that name the file with this SHA-256, of any party, drills included."""
        found = [self._state.records[ref] for ref in self._state.files.get(sha256, ())]
        return sorted(found, key=ref_order)

    def files(self, party: str) -> list[Record]:
        """Return a party's attachment records, drills included, oldest claimed time first within each."""
        state = self._state
        marks = {mark for mark, kind, author in state.lists if kind == "attachment" and author == party}
        return [one for mark in sorted(marks, key=str) for one in state.listed(mark, "attachment", party)]

    def countersigned(self, record: Record) -> dict[str, int]:
        """Return when (s) each party first countersigned the record's log with the record in it."""
        facts = self._state.facts
        times = {
            party: facts.covered_by(record.log, record.seq, party) for party in facts.frontiers.get(record.log, {})
        }
        return {party: time for party, time in times.items() if time is not None}

    def withheld(self, party: str) -> list[str]:
        """Return the records that a release act lets ``party`` read, and that are not held here."""
        state = self._state
        found = set()
        for author in state.parties:
            for exercise in {mark for mark, kind, _ in state.lists if kind == "release"}:
                for act in state.listed(exercise, "release", author):
                    data = act.data
                    missing = isinstance(data, ReleaseAct) and data.record not in state.records
                    if missing and not state.reason(act) and author != party:
                        assert isinstance(data, ReleaseAct)
                        if may_read(data.release, party, frozenset({party})):
                            found.add(data.record)
        return sorted(found)

    # What happened and what is owed.

    def incident(self, ref: str) -> IncidentView | None:
        """Return an incident, or None when no incident of that name is held."""
        record = self._state.records.get(ref)
        if record is None or not isinstance(record.data, Incident):
            return None
        view = self._incidents.get(ref)
        if view is None:
            view = self._incidents[ref] = incident_view(self._state, record)
        return view

    def exercises(self) -> tuple[str, ...]:
        """Return the exercises that any record belongs to."""
        return tuple(sorted({mark for mark, _, _ in self._state.lists if mark is not None}))

    def incidents(self, exercise: str | None = None) -> list[IncidentView]:
        """Return the incidents of an exercise (None: live), newest first."""
        views = (self.incident(record.ref) for record in self._state.listed(exercise, "incident"))
        return sorted((v for v in views if v is not None), key=lambda v: (-v.when.start, v.ref))

    def marks(self, exercise: str | None = None, refs: tuple[str, ...] | None = None) -> MarksView:
        """Return the incidents of an exercise (None: live) as columns for a map, or only those of ``refs``."""
        return self._marks.view(exercise) if refs is None else self._marks.some(exercise, refs)

    def titles(self, refs: tuple[str, ...]) -> list[TitleView]:
        """Return what those of ``refs`` that are incidents are called."""
        return self._marks.titles(refs)

    def tracks(self, exercise: str | None = None, since_us: int = 0) -> tuple[TrackView, ...]:
        """Return where each unit said that it was, as of ``since_us`` or later, oldest first."""
        return charting.tracks(self._state, exercise, since_us)

    def histogram(self, exercise: str | None, since_us: int | None, until_us: int | None, bins: int) -> HistogramView:
        """Return how many records were written in each of ``bins`` equal stretches; raises Refused on bad bounds."""
        return charting.histogram(self._state, exercise, since_us, until_us, bins)

    def inbox(self, party: str, now_us: int, exercise: str | None = None) -> list[ItemView]:
        """Return what the party owes and is owed, open and recent, first deadline first."""
        return self._book.inbox(party, now_us, exercise)

    def items(self, exercise: str | None = None) -> list[ItemView]:
        """Return every item, settled ones included, without a time (nothing is overdue), in reference order."""
        return [core.item for core in self._book.all(exercise)]

    def statistics(self, exercise: str | None = None, now_us: int | None = None) -> list[PartnerStatistics]:
        """Return how fast each party answers each other; overdue ones are counted when ``now_us`` is given."""
        return times.statistics(self._book.all(exercise), exercise, now_us)

    def ground(self, exercise: str | None = None, now_us: int | None = None) -> GroundView:
        """Return the ground; with ``now_us`` only the notices that have not ended."""
        view = self._grounds.get(exercise)
        if view is None:
            view = self._grounds[exercise] = ground_view(self._state, exercise)
        if now_us is None:
            return view
        return msgspec.structs.replace(view, notices=tuple(n for n in view.notices if n.when.end >= now_us))

    def current(self, ref: str, exercise: str | None = None) -> str:
        """Return the newest record of the same kind, party and code as the ground's record ``ref``, else ``ref``."""
        return current(self._state, ref, exercise)

    def caveats_in_force(self, party: str, now_us: int, exercise: str | None = None) -> tuple[CaveatView, ...]:
        """Return a party's caveats that are neither lifted nor over at ``now_us``, by code."""
        found = caveat_views(self._state, exercise, [party])
        return tuple(one for one in found if one.until is None or one.until >= now_us)

    def taskings(self, exercise: str | None = None) -> tuple[TaskingView, ...]:
        """Return every tasking, one for each party's unit and incident."""
        state = self._state
        return tasking_views(state, [r for r in state.listed(exercise, "tasking") if not state.reason(r)])

    def response(self, incident: str) -> ResponseView | None:
        """Return the response to an incident; None when nobody has opened one, or no such incident is held."""
        record = self._state.records.get(incident)
        return None if record is None or not isinstance(record.data, Incident) else response_view(self._state, record)

    def responses(self, exercise: str | None = None) -> list[ResponseView]:
        """Return every response of an exercise (None: live), in the order of the incidents' names."""
        named = {getattr(r.data, "incident", "") for r in self._state.listed(exercise, "response")}
        views = (self.response(ref) for ref in sorted(named))
        return [view for view in views if view is not None and view.exercise == exercise]

    def response_statistics(self, exercise: str | None = None) -> list[ResponseStatistics]:
        """Return how fast each party's units accepted and arrived, by urgency."""
        return response_statistics(self.responses(exercise), exercise)

    def watch(self, party: str, exercise: str | None = None) -> WatchView:
        """Return who has a party's watch, and its last handovers."""
        return watch_view(self._state, party, exercise)

    def pledges(self, exercise: str | None = None) -> tuple[PledgeView, ...]:
        """Return every pledge with its signatures and measurements."""
        return pledge_views(self._state, exercise)

    # Who takes part.

    def agreement_in_force(self, a: str, b: str) -> TermsView | None:
        """Return the terms between two parties that every party named signed, the newest; None if there are none."""
        found = self._book.signings()
        signing = in_force(found, a, b)
        return None if signing is None else terms_view(found, signing)

    def agreements(self) -> tuple[TermsView, ...]:
        """Return all terms that anybody signed: proposed, in force, replaced."""
        found = self._book.signings()
        return tuple(terms_view(found, signing) for signing in found)

    def suspension(self, party: str, partner: str) -> str | None:
        """Return the suspension by which ``party`` has stopped the exchange with ``partner``, or None."""
        return suspension(self._state, party, partner)

    def manifest(self, log: str) -> ManifestView | None:
        """Return the newest manifest of a log, or None."""
        return manifest_view(self._state, log)

    def officers(self, party: str) -> tuple[OfficerView, ...]:
        """Return a party's officers, by sign-in name."""
        return officer_views(self._state, party)

    def parties(self) -> frozenset[str]:
        """Return the parties of which records are held."""
        return frozenset(self._state.parties)
