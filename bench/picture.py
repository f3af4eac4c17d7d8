"""The fold's speed: from scratch, one more, and what a screen asks.  Run: python bench/picture.py [--quick].

Prints one line a figure, with its ratio to the bare cost of reading the same records
in the same run (record.read: parsing, canonical form, definition), on one core.
"""

from __future__ import annotations

import statistics
import sys
import time
from collections.abc import Callable, Iterator
from random import Random

from sarhad.picture import Picture, Witnessed
from sarhad.picture.views import RecordFilter
from sarhad.wire import record
from sarhad.wire.kinds import (
    Agreement,
    Answer,
    Clock,
    Incident,
    Note,
    Receipt,
    Report,
    Request,
    Terms,
    Unit,
    UnitStatus,
    Warn,
)
from sarhad.wire.record import Record
from sarhad.wire.registry import Data
from sarhad.wire.values import JOINT, Casualties, Moment, Names, Place, Range, Words

US = 1_000_000
T0 = 1_700_000_000
TEXT = "armed group near the line between the two posts, moving north east on foot, number"
PARTNER = {"ir": "pk", "pk": "ir"}


def words(number: int) -> Words:
    return Words(lang="en", text=f"{TEXT} {number}")


def terms() -> Terms:
    clocks = (Clock(urgency="flash", acknowledge_s=300, answer_s=900),)
    return Terms(
        title=Names(en="Terms"), parties=("ir", "pk"), clocks=clocks, notice_distance_m=4000,
        purpose=words(0), retention_days=365,
    )  # fmt: skip


def statement(random: Random, log: str, seq: int) -> Data:
    """Return what entry ``seq`` says: a mixture like a busy year's."""
    place = Place(lat=280_000_000 + seq, lon=610_000_000, precision=2)
    when = Moment(start=(T0 + seq) * US, end=(T0 + seq) * US)
    other, kind = PARTNER[log], seq % 20
    if kind == 2:
        return Incident(title=words(seq), category="ambush", when=when, place=place)
    if kind in (3, 4, 5, 6):
        number = random.randrange(5)
        casualties = Casualties(killed=Range(low=number, best=number, high=number))
        return Report(incident=f"{log}:{seq - kind + 2}", text=words(seq), when=when, casualties=casualties)
    if kind == 7:
        return Warn(to=other, urgency="flash", text=words(seq), about=f"{log}:{seq - 5}")
    if kind == 8:
        return Request(to=other, urgency="flash", asks="act", text=words(seq))
    if kind == 9 and random.random() < 0.95:
        return Answer(of=f"{other}:{seq - 1}", outcome="done", text=words(seq))
    if kind in (10, 11, 12):
        return Receipt(log=other, step=("delivered", "seen", "acknowledged")[kind - 10], spans=((seq - kind, seq - 3),))
    if kind in (13, 14, 15):
        return UnitStatus(unit=f"{log}:1", status="available", as_of=when, place=place)
    return Note(text=words(seq), about=f"{log}:{seq - 13}" if kind == 16 else None)


def bodies(count: int) -> Iterator[tuple[str, int, bytes]]:
    """Yield ``count`` entries of two logs."""
    random = Random(1)
    unit = Unit(code="R1", names=Names(en="R1"), unit_kind="reaction", strength=Range(low=1, best=2, high=3))
    for seq in range(count // 2):
        for log in ("ir", "pk"):
            data: Data = statement(random, log, seq)
            if seq < 2:
                data = Agreement(terms=terms()) if seq == 0 else unit
            yield log, seq, record.write(party=log, by="duty", at=(T0 + seq) * US, data=data, release=JOINT)


def facts(count: int) -> Iterator[Witnessed]:
    """Yield a countersignature for every 20 entries of each log."""
    for size in range(20, count // 2 + 1, 20):
        for log in ("ir", "pk"):
            yield Witnessed(log, size, log, T0 + size)
            yield Witnessed(log, size, PARTNER[log], T0 + size + 1)


def timed(what: Callable[[], object]) -> float:
    begin = time.perf_counter()
    what()
    return time.perf_counter() - begin


def say(name: str, seconds: float, reading: float, unit: str = "s") -> None:
    shown = seconds * {"s": 1, "ms": 1e3, "us": 1e6}[unit]
    print(f"{name:<58} {shown:>9.2f} {unit:<3} {seconds / reading:>9.4f} x reading")


def fold(items: list[Record | Witnessed]) -> Picture:
    made = Picture()
    for item in items:
        made.apply(item)
    return made


def one_more(made: Picture, extra: list[Record | Witnessed], reading: float) -> None:
    """Fold items one at a time, each followed by what an open desk asks for."""
    bare, looked = [], []
    for item in extra:
        bare.append(timed(lambda item=item: made.apply(item)))  # type: ignore[misc]
        looked.append(bare[-1] + timed(lambda: made.inbox("ir", 0)))
    say("one more folded, median", statistics.median(bare), reading, "us")
    say("one more folded, worst", max(bare), reading, "us")
    say("one more folded and the inbox drawn again, median", statistics.median(looked), reading, "us")
    say("one more folded and the inbox drawn again, worst", max(looked), reading, "us")


def asks(made: Picture, now: int, reading: float) -> None:
    """Time what the screens ask for, first and again."""
    questions: list[tuple[str, Callable[[], object]]] = [
        ("inbox", lambda: made.inbox("ir", now)),
        ("records, first page", lambda: made.records(RecordFilter(limit=100))),
        ("records of one kind and party", lambda: made.records(RecordFilter(kinds=("warning",), parties=("pk",)))),
        ("search, a rare word", lambda: made.records(RecordFilter(q="number 1234"))),
        ("search, a common word", lambda: made.records(RecordFilter(q="armed"))),
        ("ground", made.ground),
        ("statistics", lambda: made.statistics(None, now)),
        ("incidents, all", made.incidents),
    ]
    for name, question in questions:
        say(f"{name}, first time", timed(question), reading, "ms")
        say(f"{name}, again", timed(question), reading, "ms")


def main() -> None:
    count = 10_000 if "--quick" in sys.argv else 100_000
    raw = list(bodies(count + 400))
    begin = time.perf_counter()
    records = [record.read(log, seq, body) for log, seq, body in raw]
    reading = time.perf_counter() - begin
    print(f"{count:,} records, mixed kinds, two parties\n{'reading them (record.read)':<58} {reading:>9.2f} s")
    base: list[Record | Witnessed] = [*records[:count], *facts(count)]
    say(f"folded from scratch ({len(base):,} with countersignatures)", timed(lambda: fold(base)), reading)
    shuffled = Random(2).sample(base, len(base))
    say("folded from scratch, shuffled", timed(lambda: fold(shuffled)), reading)
    made = fold(base)
    say("text index, all at once (on the first search, or when idle)", timed(made.index), reading)
    now = (T0 + count // 2) * US
    asks(made, now, reading)
    extra: list[Record | Witnessed] = [*records[count:], *list(facts(count + 400))[-40:]]
    one_more(made, extra, reading)


if __name__ == "__main__":
    main()
