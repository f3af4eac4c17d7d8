"""The parts that keep runs, times and words: each against the plainest way to say the same."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from sarhad.picture.spans import SpanMap
from sarhad.picture.statistics import percentile
from sarhad.picture.text import normalise, words_of
from sarhad.picture.witness import Facts, Frontier, Witnessed

runs = st.lists(
    st.tuples(st.integers(0, 30), st.integers(0, 10), st.tuples(st.integers(1, 2), st.integers(0, 5))), max_size=12
)
facts = st.lists(st.tuples(st.integers(1, 12), st.integers(0, 12)), max_size=12)


@given(runs)
def test_each_entry_has_the_first_receipt_that_covers_it(said: list[tuple[int, int, tuple[int, int]]]) -> None:
    spans = SpanMap()
    for first, length, value in said:
        spans.add(first, first + length, value)
    for seq in range(45):
        covering = [value for first, length, value in said if first <= seq <= first + length]
        assert spans.get(seq) == min(covering, default=None)
    assert all(a < b for a, b in zip(spans.ends, spans.starts[1:], strict=False))


def test_a_receipt_for_a_million_entries_is_one_run() -> None:
    spans = SpanMap()
    spans.add(0, 10**6, (1, 5))
    spans.add(100, 200, (1, 9))
    assert (spans.starts, spans.ends) == ([0], [10**6])


@given(facts)
def test_an_entry_is_covered_from_the_first_countersignature_over_it(known: list[tuple[int, int]]) -> None:
    frontier = Frontier()
    for size, time_s in known:
        frontier.add(size, time_s)
    for seq in range(13):
        assert frontier.covering(seq) == min((t for size, t in known if size > seq), default=None)
    assert frontier.times == sorted(set(frontier.times))
    assert frontier.sizes == sorted(set(frontier.sizes))


@given(facts, st.integers(1, 12), st.integers(0, 12))
def test_a_change_names_every_entry_and_size_that_it_moved(known: list[tuple[int, int]], size: int, at: int) -> None:
    frontier = Frontier()
    for one in known:
        frontier.add(*one)
    covered = [frontier.covering(seq) for seq in range(14)]
    floors = [frontier.floor(n) for n in range(14)]
    change = frontier.add(size, at)
    for n in range(14):
        if frontier.covering(n) != covered[n]:
            assert change is not None
            assert change.first <= n < change.end
        if frontier.floor(n) != floors[n]:
            assert change is not None
            assert change.floor <= n < (99 if change.floor_end is None else change.floor_end)


def test_each_party_holds_the_same_common_facts() -> None:
    known = Facts()
    for fact in (
        Witnessed("ir", 5, "ir", 10),  # published, and countersigned by pk: both hold it
        Witnessed("ir", 5, "pk", 11),
        Witnessed("ir", 7, "ir", 20),  # published, not yet countersigned: only ir holds it
        Witnessed("ir", 5, "af", 12),  # a third party's word
    ):
        known.add(fact)
    common = known.common(frozenset({"ir", "pk"}))
    assert sorted((f.by, f.size) for f in common) == [("ir", 5), ("pk", 5)]


def test_percentiles_are_nearest_rank() -> None:
    assert percentile([], 50) is None
    assert percentile([7], 90) == 7
    assert percentile([1, 2, 3, 4], 50) == 2
    assert percentile(list(range(1, 11)), 90) == 9
    assert percentile(list(range(1, 12)), 90) == 10


def test_letters_and_digits_of_three_keyboards_meet() -> None:
    assert normalise("كراچي") == normalise("کراچی")
    assert normalise("پہرہ") == normalise("پهره")
    assert normalise("۱۲۳") == normalise("١٢٣") == "123"
    assert normalise("می\u200cرود") == normalise("میرود")
    assert normalise("أمّ") == normalise("ام")
    assert normalise("STRASSE") == normalise("strasse")


def test_words_are_split_at_what_is_not_a_letter_or_digit() -> None:
    assert words_of("Khash–Zahedan road, 27 guards") == ["khash", "zahedan", "road", "27", "guards"]
