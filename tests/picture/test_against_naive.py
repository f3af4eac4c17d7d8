"""The fast picture says what a naive fold over the plain list of records says."""

from __future__ import annotations

import re
from collections.abc import Iterator
from random import Random

import msgspec
import pytest
from hypothesis import given, settings

from picture_cast import T0, US, Item, picture
from picture_histories import PARTIES, histories, seeds
from picture_naive import GROUND, Naive, order
from sarhad.picture import Picture, search
from sarhad.picture.views import ItemView, RecordFilter
from sarhad.wire.record import Record


def folded(items: list[Item], seed: int) -> Picture:
    """Fold in a random order, looking now and then so that what is kept rendered gets old."""
    random = Random(seed)
    made = Picture()
    for item in random.sample(items, len(items)):
        made.apply(item)
        if random.random() < 0.1:
            made.to_bytes()
    return made


@settings(max_examples=120, deadline=None)
@given(histories, seeds)
def test_what_each_record_says_now_and_whether_it_counts(items: list[Item], seed: int) -> None:
    made, naive = folded(items, seed), Naive(items)
    for ref, record in naive.records.items():
        view = made.record(ref)
        assert view is not None
        assert view.data == naive.now_says(record)
        assert (view.disregarded == "") == (naive.counts(record) and not own_receipt(naive, record)), view
        assert view.bracket.not_after_s == naive.not_after(record)
        assert [c.ref for c in view.corrections] == [c.ref for c in naive.hung(record, "correction")]
        readers = {p for p in PARTIES if p != record.party and naive.may_read(record, p)}
        assert made.readers(ref, frozenset(PARTIES)) == readers


def own_receipt(naive: Naive, record: Record) -> bool:
    said = naive.said[record.ref]
    if record.kind == "manifest":
        return bool(said["log"].partition(".")[0] != record.party)
    return record.kind == "receipt" and said["log"].partition(".")[0] == record.party


@settings(max_examples=150, deadline=None)
@given(histories, seeds)
def test_deadlines_run_from_proved_delivery_and_are_judged_by_proof(items: list[Item], seed: int) -> None:
    made, naive = folded(items, seed), Naive(items)
    shown = [*made.items(None), *made.items("drill")]
    directed = {i.ref for i in shown if i.kind in ("warning", "request", "allegation")}
    expected = {r.ref for kind in ("warning", "request", "allegation") for r in naive.of_kind(kind) if naive.counts(r)}
    assert directed == expected
    for item in shown:
        if item.kind in ("warning", "request", "allegation"):
            check_item(naive, item)


def owners(naive: Naive, item: ItemView) -> Iterator[tuple[str, str | None, bool]]:
    """Who has the item on each side: the newest assignment's officer that is named, else who acknowledged first."""
    record = naive.records[item.ref]
    for party in {item.party, item.to}:
        said = [(naive.said[a.ref].get("officer"), a) for a in naive.hung(record, "assignment") if a.party == party]
        confirmed = [r.header.by for r in naive.acknowledgements(record, party)]
        names = [name for name, _ in said if name] or confirmed[:1]
        if said or confirmed:
            yield party, names[-1] if names else None, bool(said) and said[-1][0] is None


def check_item(naive: Naive, item: ItemView) -> None:
    record = naive.records[item.ref]
    delivered = naive.delivered(record, item.to)
    assert item.delivered_s == delivered
    answers = [a for a in naive.hung(record, "answer") if a.party == item.to]
    assert {(o.party, o.officer, o.escalated) for o in item.owners} == set(owners(naive, item))
    acknowledgements = naive.acknowledgements(record, item.to) + answers
    clocks = naive.clocks(item.party, item.to, naive.records[item.ref])
    mine = next((c for c in clocks or [] if c["urgency"] == item.urgency), {"acknowledge_s": 0, "answer_s": 0})
    for clock, seconds, done in (
        (item.acknowledge, mine["acknowledge_s"], acknowledgements),
        (item.answer, mine["answer_s"], answers),
    ):
        if clock is None:
            continue
        due = None if delivered is None or not seconds else (delivered + seconds) * US
        assert clock.due_us == due
        assert (clock.done_by is not None) == bool(done)
        afters = [after for r in done if (after := naive.not_after(r)) is not None]
        if done and due is not None:
            met = bool(afters) and min(afters) * US <= due
            assert (clock.state == "met") == met
            assert clock.state in ("met", "late", "unproven")
        elif not done and delivered is not None:
            assert clock.state == ("no-agreement" if clocks is None else "open" if seconds else "no-deadline")
    recalled = bool(naive.hung(record, "recall"))
    owed = acknowledgements if item.kind == "warning" else answers
    assert item.settled == (bool(owed) or recalled)


@settings(max_examples=80, deadline=None)
@given(histories, seeds)
def test_what_parties_state_of_an_incident_agrees_only_when_all_state_the_same(items: list[Item], seed: int) -> None:
    made, naive = folded(items, seed), Naive(items)
    for record in naive.of_kind("incident"):
        view = made.incident(record.ref)
        assert view is not None
        reports = naive.hung(record, "report")
        shown = [s.ref for by in view.statements for s in by.statements]
        assert sorted(shown) == sorted([record.ref, *(r.ref for r in reports)])
        stated: dict[str, str] = {}
        for one in sorted([record, *reports], key=order):
            category = naive.now_says(one).get("category")
            if category is not None and not naive.hung(one, "recall"):
                stated[one.party] = category
        fields = {f.field for f in view.agreed}
        assert ("category" in fields) == (len(stated) > 1 and len(set(stated.values())) == 1)
        assert ("category" in {f.field for f in view.contradictions}) == (len(set(stated.values())) > 1)


@settings(max_examples=80, deadline=None)
@given(histories, seeds)
def test_terms_suspensions_and_the_ground(items: list[Item], seed: int) -> None:
    made, naive = folded(items, seed), Naive(items)
    for a, b in (("ir", "pk"), ("pk", "ir"), ("af", "ir")):
        view = made.agreement_in_force(a, b)
        clocks = naive.clocks(a, b)
        assert (None if view is None else list(msgspec.to_builtins(view.clocks))) == clocks
        stops = [r for r in naive.of_kind("suspension") if r.party == a and r.header.exercise is None]
        stops = [r for r in stops if naive.said[r.ref]["partner"] == b]
        for resumption in naive.of_kind("resumption"):
            stopped = naive.records.get(naive.said[resumption.ref]["suspension"])
            same = resumption.party == a and naive.said[resumption.ref]["partner"] == b
            if same and stopped is not None and naive.counts(resumption) and resumption.header.exercise is None:
                stops = [r for r in stops if order(r) > order(stopped)]
        assert made.suspension(a, b) == (stops[-1].ref if stops else None)
    for exercise in (None, "drill"):
        newest: dict[tuple[str, str], str] = {}
        for record in naive.of_kind("crossing"):
            if record.header.exercise in (None, exercise):
                newest[record.party, naive.said[record.ref]["code"]] = record.ref
        assert {(c.party, c.code): c.ref for c in made.ground(exercise).crossings} == newest


@settings(max_examples=80, deadline=None)
@given(histories, seeds)
def test_the_inbox_has_what_is_open_and_no_exercise_among_live(items: list[Item], seed: int) -> None:
    made = folded(items, seed)
    now = (T0 + 500) * US
    for party in PARTIES:
        for exercise in (None, "drill"):
            shown = made.inbox(party, now, exercise)
            mine = [i for i in made.items(exercise) if party in (i.to, i.party)]
            assert {(i.ref, i.to) for i in shown if not i.settled} == {(i.ref, i.to) for i in mine if not i.settled}
            assert all(i.exercise == exercise for i in shown)
            overdue = {(i.ref, i.to) for i in mine if i.due_us is not None and i.due_us < now}
            assert {(i.ref, i.to) for i in shown if i.state == "overdue"} == overdue
            dues = [i.due_us for i in shown if i.due_us is not None]
            assert dues == sorted(dues)


@settings(max_examples=80, deadline=None)
@given(histories, seeds)
def test_pages_of_records_are_the_filtered_list_newest_first(items: list[Item], seed: int) -> None:
    made, naive = folded(items, seed), Naive(items)
    random = Random(seed)
    kinds = tuple(random.sample(["incident", "warning", "report", "crossing", "note"], random.randrange(3)))
    parties = tuple(random.sample(PARTIES, random.randrange(3)))
    exercise = random.choice([None, "drill"])
    word = random.choice(["", "bomb", "ROAD closed"])
    until = random.choice([None, (T0 + 1000) * US])
    expected = sorted(
        (
            r
            for r in naive.records.values()
            if (r.header.exercise == exercise or (r.header.exercise is None and r.kind in GROUND))
            and (not kinds or r.kind in kinds)
            and (not parties or r.party in parties)
            and (until is None or r.header.at <= until)
            and has_words(naive, r, word)
        ),
        key=lambda r: (r.header.at, r.log, r.seq),
        reverse=True,
    )
    wanted = RecordFilter(exercise=exercise, kinds=kinds, parties=parties, q=word, until_us=until, limit=3)
    for few in (search.FEW, 0):  # few candidates are sorted, many are met on a walk down the sorted lists
        with pytest.MonkeyPatch.context() as patch:
            patch.setattr(search, "FEW", few)
            assert walk(made, wanted, len(expected)) == [r.ref for r in expected]
            patch.setattr(search, "COUNT_TO", 1)  # a word of very many records is not counted to its end
            bounded = made.records(wanted)
            many = few == 0 and bool(word) and len(expected) > 1
            assert (bounded.total, bounded.total_more) == ((1, True) if many else (len(expected), False))


def walk(made: Picture, wanted: RecordFilter, total: int) -> list[str]:
    """Return the references on all pages, each of which must count ``total``."""
    found: list[str] = []
    while True:
        page = made.records(wanted)
        found += [view.ref for view in page.records]
        assert page.total == total
        if not page.next:
            return found
        wanted = msgspec.structs.replace(wanted, cursor=page.next)


def has_words(naive: Naive, record: Record, query: str) -> bool:
    """Tell whether the record's texts, or those of a correction that names it, have every word."""
    texts = [record.header.data]
    texts += [c.header.data for c in naive.of_kind("correction") if naive.said[c.ref]["record"] == record.ref]
    values = re.findall(r'[:\[,]"([^"]*)"(?!:)', " ".join(bytes(text).decode() for text in texts))
    return set(query.lower().split()) <= set(re.findall(r"\w+", " ".join(values).lower())) | {record.kind}


def test_the_naive_picture_and_the_fast_one_read_the_same_small_case() -> None:
    assert picture().items() == []
    assert Naive([]).clocks("ir", "pk") is None
