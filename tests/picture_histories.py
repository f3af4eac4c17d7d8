"""Random histories: every kind, right and wrong, in logs of three parties, with facts of time."""

from __future__ import annotations

from collections.abc import Callable
from random import Random
from typing import Any

import msgspec
from hypothesis import strategies as st

from picture_cast import T0, US, Item, incident, killed, moment, place, terms, unchecked, words
from sarhad.picture import Witnessed
from sarhad.wire import canonical, record
from sarhad.wire import kinds as k
from sarhad.wire.record import Record
from sarhad.wire.registry import Data
from sarhad.wire.values import JOINT, OWN, PUBLIC, Names, Range, Release, Seen, named

LOGS = ("ir", "pk", "pk.2", "af")
PARTIES = ("ir", "pk", "af")
RELEASES = (JOINT, JOINT, JOINT, named("ir", "pk"), named("pk"), named("ir"), PUBLIC, OWN)
NAMES = Names(en="name")
NOBODY = Release(to="named")


class Writer:
    """Writes one random history; every choice comes from one seeded generator."""

    def __init__(self, random: Random) -> None:
        self.random = random
        self.sizes = dict.fromkeys(LOGS, 0)
        self.written: list[Record] = []

    def ref(self, *kinds: str, own: str = "") -> str:
        """Return mostly a record of the kinds (of a party), sometimes any, sometimes one to come."""
        fitting = [r for r in self.written if r.kind in kinds and own in ("", r.party)]
        if fitting and self.random.random() < 0.85:
            return self.random.choice(fitting).ref
        if self.written and self.random.random() < 0.5:
            return self.random.choice(self.written).ref
        log = self.random.choice(LOGS)
        return f"{log}:{self.sizes[log] + self.random.randrange(4)}"

    def pick(self, *choices: str) -> str:
        return self.random.choice(choices)

    def data(self, kind: str, party: str) -> Data:
        return WRITERS[kind](self, party)

    def step(self) -> None:
        log = self.random.choice(LOGS)
        party = log.partition(".")[0]
        kind = self.random.choice([*WRITERS, *FAVOURITES])
        seen = tuple(
            Seen(log=other, size=self.random.randrange(1, self.sizes[other] + 1), root="0" * 64)
            for other in LOGS
            if other != log and self.sizes[other] and self.random.random() < 0.5
        )
        ref = f"{log}:{self.sizes[log]}"
        self.sizes[log] += self.random.choice((1, 1, 1, 2))
        drill = "drill" if self.random.random() < 0.2 else None
        at = T0 + self.random.randrange(2_000)
        release = self.random.choice(RELEASES)
        data = self.data(kind, party)
        self.written.append(unchecked(ref, data, at=at, release=release, seen=seen, exercise=drill))

    def newer_kind(self) -> None:
        """Write a record of a kind that this version does not know."""
        header = {"v": 1, "kind": "hologram", "party": "pk", "by": "duty", "at": T0 * US}
        body = canonical.encode(
            {**header, "release": {"to": "joint"}, "data": {"record": self.ref("incident"), "x": 1}}
        )
        self.written.append(record.read("pk", self.sizes["pk"], body))
        self.sizes["pk"] += 1

    def fact(self) -> Witnessed:
        log, by = self.random.choice(LOGS), self.random.choice(LOGS)
        return Witnessed(log, self.random.randrange(1, self.sizes[log] + 2), by, T0 + self.random.randrange(2_000))


def _correction(w: Writer, party: str) -> Data:
    target = w.ref("report", "warning", "incident", "unit-status", "note", "request", "crossing", own=party)
    held = next((r for r in w.written if r.ref == target), None)
    kind = held.kind if held is not None and held.kind in CORRECTABLE else "note"
    data = w.data(kind, party)
    if held is not None and held.data is not None and w.random.random() < 0.8:
        same = {
            n: getattr(held.data, n) for n in ("incident", "about", "to", "urgency", "unit", "code") if _has(held, n)
        }
        data = msgspec.structs.replace(data, **same) if held.kind == kind else data
    return k.Correction(record=target, data=msgspec.Raw(canonical.encode(data)), reason=words())


def _has(held: Record, name: str) -> bool:
    return name in held.data.__struct_fields__ if held.data is not None else False


def _receipt(w: Writer, _party: str) -> Data:
    log = w.random.choice(LOGS)
    first = w.random.randrange(8)
    second = first + 2 + w.random.randrange(10)
    spans = ((first, first + w.random.randrange(2)), (second, second + w.random.choice((0, 3, 10**6))))
    step: Any = w.random.choice(("delivered", "seen", "acknowledged", "acknowledged"))
    return k.Receipt(log=log, step=step, spans=spans)


def _release(w: Writer, party: str) -> Data:
    record = w.ref("report", "warning", "request", "release", "incident", own=party)
    return k.ReleaseAct(record=record, release=w.random.choice([*RELEASES, NOBODY]))


def _agreement(w: Writer, _party: str) -> Data:
    parties = w.random.choice((("ir", "pk"), ("ir", "pk"), ("af", "ir", "pk")))
    accepts = w.ref("agreement") if w.random.random() < 0.4 else None
    return k.Agreement(terms=terms(w.random.choice((100, 400)), parties), accepts=accepts)


def _talk(struct: Callable[..., Data], **more: Callable[[Writer], object]) -> Callable[[Writer, str], Data]:
    def write(w: Writer, party: str) -> Data:
        to = w.random.choice([p for p in PARTIES if p != party] * 3 + [party])
        about = w.ref("incident") if w.random.random() < 0.7 else None
        extra = {name: make(w) for name, make in more.items()}
        return struct(to=to, urgency=w.pick("flash", "routine", "priority"), text=_text(w), about=about, **extra)

    return write


def _text(w: Writer) -> object:
    return words(w.pick("armed group near the line", "car bomb", "the road is closed", "no change"))


def _report(w: Writer, _party: str) -> Data:
    category: Any = w.random.choice((None, "bombing", "ambush"))
    casualties = w.random.choice((None, killed(14), killed(27)))
    where = w.random.choice((None, place(), place(290_000_000)))
    return k.Report(incident=w.ref("incident"), text=words(), category=category, casualties=casualties, place=where)


def _tasking(w: Writer, party: str) -> Data:
    status: Any = w.random.choice(("ordered", "declined", "en-route", "arrived"))
    asked = [r.ref for r in w.written if r.kind == "unit-request" and r.party != party]
    answers = w.random.choice(asked) if asked and w.random.random() < 0.5 else None
    return k.Tasking(unit=w.ref("unit", own=party), incident=w.ref("incident"), status=status, answers=answers)


def _notice(w: Writer, party: str) -> Data:
    to = w.random.choice((None, *(p for p in PARTIES if p != party)))
    return k.ZoneNotice(activity="patrol", when=moment(), place=place(), to=to, text=words())


def _resumption(w: Writer, party: str) -> Data:
    return k.Resumption(partner=w.pick("ir", "pk"), suspension=w.ref("suspension", own=party))


def _pledge(w: Writer, _party: str) -> Data:
    accepts = w.ref("pledge") if w.random.random() < 0.5 else None
    return k.Pledge(
        names=NAMES, by_parties=("ir", "pk"), unit="MW", baseline=1, target=10, due=T0 * US, accepts=accepts
    )


def _manifest(w: Writer, party: str) -> Data:
    return k.Manifest(
        log=w.pick(party, "pk"), origin="test.example/log", names=NAMES, country="IR", zone="Asia/Tehran",
        log_key="0" * 64, witness_key="1" * 64, tls_cert="", endpoint=f"https://{w.pick('a', 'b')}.example",
    )  # fmt: skip


def _unit(w: Writer, _party: str) -> Data:
    strength = Range(low=1, best=2, high=3)
    home = w.ref("post") if w.random.random() < 0.5 else None
    return k.Unit(code=w.pick("R1", "R2"), names=NAMES, unit_kind="reaction", strength=strength, home=home)


def _status(w: Writer, party: str) -> Data:
    unit = w.ref("unit", own=party)
    where = w.random.choice((None, place()))
    when = moment(T0 + w.random.randrange(50))
    blurs = w.ref("unit-status", own=party) if w.random.random() < 0.3 else None
    return k.UnitStatus(unit=unit, status="available", as_of=when, place=where, blurs=blurs)


def _caveat(w: Writer, party: str) -> Data:
    other = w.random.choice([p for p in PARTIES if p != party])
    lifted = w.random.random() < 0.2
    return k.Caveat(code=w.pick("V1", "V2"), party=other, withhold=("note",), reason=words(), lifted=lifted)


def _crossing(w: Writer, _party: str) -> Data:
    status: Any = w.random.choice(("open", "closed"))
    return k.Crossing(code=w.pick("C1", "C2"), names=NAMES, place=place(), modes=("road",), status=status)


def _allegation(w: Writer, party: str) -> Data:
    to = w.random.choice([p for p in PARTIES if p != party])
    return k.Allegation(to=to, urgency="flash", text=words("camp"), places=(place(),), evidence=(w.ref("report"),))


def _response(w: Writer, _party: str) -> Data:
    urgency: Any = w.pick("flash", "routine")
    return k.Response(incident=w.ref("incident"), urgency=urgency, capabilities=("medical",), strength=4)


def _proposal(w: Writer, _party: str) -> Data:
    leg = k.Leg(
        unit=w.ref("unit"), how="road", notice_s=60, arrival_s=w.random.randrange(9_000), uncertainty_s=9,
        over=(w.ref("crossing"),), near_line=k.Window(from_s=1, to_s=5), why=k.Reason(code="provides"),
    )  # fmt: skip
    replaces = w.ref("proposal") if w.random.random() < 0.3 else None
    return k.Proposal(
        response=w.ref("response"), as_of=T0 * US, snapshot="0" * 64, version="1", proved=True, legs=(leg,),
        replaces=replaces,
    )  # fmt: skip


def _unit_request(w: Writer, party: str) -> Data:
    to = w.random.choice([p for p in PARTIES if p != party] * 3 + [party])
    urgency: Any = w.pick("flash", "priority")
    return k.UnitRequest(to=to, urgency=urgency, incident=w.ref("incident"), unit=w.ref("unit", own=to))


def _handover(w: Writer, party: str) -> Data:
    to = w.random.choice([p for p in PARTIES if p != party] * 3 + [party])
    return k.Handover(response=w.ref("response"), to=to, urgency="flash", when=moment(), place=place())


ANSWERABLE = ("warning", "request", "allegation", "zone-notice", "unit-request", "handover", "handover")


def _answer(w: Writer, _party: str) -> Data:
    outcome: Any = w.random.choice(("will", "done", "refuse"))
    return k.Answer(of=w.ref(*ANSWERABLE), outcome=outcome, text=words())


WRITERS: dict[str, Callable[[Writer, str], Data]] = {
    "incident": lambda w, _p: incident(w.pick("Khash road", "Ormara")),
    "report": _report,
    "claim": lambda w, _p: k.Claim(incident=w.ref("incident"), group="a group", source="press"),
    "note": lambda w, _p: k.Note(text=words(), about=w.ref("incident", "report", "warning", "note")),
    "warning": _talk(k.Warn),
    "request": _talk(k.Request, asks=lambda w: w.pick("act", "inform")),
    "allegation": _allegation,
    "answer": _answer,
    "denial": lambda w, _p: k.Denial(of=w.ref("allegation", "report", "claim"), text=words()),
    "zone-notice": _notice,
    "release": _release,
    "receipt": _receipt,
    "assignment": lambda w, _p: k.Assignment(
        of=w.ref("warning", "request", "zone-notice", "recall"), officer=w.random.choice((None, "duty", "chief"))
    ),
    "recall": lambda w, p: k.Recall(record=w.ref("report", "warning", "incident", own=p), reason=words()),
    "recall-answer": lambda w, _p: k.RecallAnswer(recall=w.ref("recall"), complied=w.random.random() < 0.5),
    "correction": _correction,
    "agreement": _agreement,
    "suspension": lambda w, _p: k.Suspension(partner=w.pick("ir", "pk"), reason=words()),
    "resumption": _resumption,
    "manifest": _manifest,
    "officer": lambda w, _p: k.Officer(officer=w.pick("duty", "chief"), title=NAMES, roles=("duty",)),
    "post": lambda w, _p: k.Post(code=w.pick("P1", "P2"), names=NAMES, place=place()),
    "crossing": _crossing,
    "unit": _unit,
    "unit-status": _status,
    "caveat": _caveat,
    "tasking": _tasking,
    "response": _response,
    "proposal": _proposal,
    "unit-request": _unit_request,
    "handover": _handover,
    "pledge": _pledge,
    "measurement": lambda w, _p: k.Measurement(pledge=w.ref("pledge"), value=w.random.randrange(9), when=moment()),
}
CORRECTABLE = frozenset({"report", "warning", "incident", "unit-status", "note", "request", "crossing"})
FAVOURITES = ("incident", "report", "report", "warning", "request", "answer", "correction", "receipt", "release") * 2


def history(seed: int, length: int) -> list[Item]:
    """Return a history: records in the order in which they were written, then facts of time."""
    writer = Writer(Random(seed))
    for _ in range(length):
        if writer.random.random() < 0.02:
            writer.newer_kind()
        else:
            writer.step()
    facts = [writer.fact() for _ in range(length // 2 + 1)]
    return [*writer.written, *facts]


seeds = st.integers(0, 2**32)
histories = st.builds(history, seeds, st.integers(1, 45))
