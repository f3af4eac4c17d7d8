"""Scenarios: every example is sound, each way of spoiling one is named, and a drill is recognised in its records."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sarhad.ledger import testimony
from sarhad.node.drill.player import in_order, needed
from sarhad.node.drill.scenario import MAX_BYTES, ScenarioError, parse_scenario, read_scenario
from sarhad.node.drill.scoring import matched, score
from sarhad.node.drill.template import plain, read_template
from sarhad.wire.record import Record, read, write
from sarhad.wire.registry import KINDS
from sarhad.wire.values import JOINT

ROOT = Path(__file__).resolve().parents[2]
EXAMPLES = sorted(
    path for path in (ROOT / "examples").rglob("*.json") if b'"sarhad-scenario/v1"' in path.read_bytes()[:200]
)
WILDFIRE = next(path for path in EXAMPLES if path.stem == "wildfire-drill")
S = 1_000_000


def written() -> dict[str, Any]:
    plain_file: dict[str, Any] = json.loads(WILDFIRE.read_text())
    return plain_file


@pytest.mark.parametrize("path", EXAMPLES, ids=lambda path: path.stem)
def test_every_example_is_sound_and_expects_something_of_both_sides(path: Path) -> None:
    scenario = read_scenario(path)
    assert scenario.name == path.stem
    assert {one.by for one in scenario.expectations} == set(scenario.parties)
    assert scenario.about.fa
    assert scenario.about.ur
    for title in (scenario.title, *(one.title for one in scenario.injects)):
        assert title is not None
        assert title.fa
        assert title.ur
    assert [part.at_s for part in in_order(scenario)] == sorted(part.at_s for part in in_order(scenario))


def test_there_are_examples_for_two_kinds_of_users() -> None:
    assert {path.stem for path in EXAMPLES} == {"founding-case", "wildfire-drill"}


def put(*path: str | int, value: Any) -> Callable[[dict[str, Any]], None]:
    def change(file: dict[str, Any]) -> None:
        held: Any = file
        for key in path[:-1]:
            held = held[key]
        held[path[-1]] = value

    return change


SPOILT = {
    "another format": (put("format", value="sarhad-scenario/v2"), "format", "not sarhad-scenario/v1"),
    "an unknown field": (put("speed", value=2), "", "unknown field `speed`"),
    "a name that is none": (put("name", value="Wild Fire"), "name", "matching regex"),
    "a name twice": (put("injects", 1, "name", value="fire"), "injects[1].name", "stands twice"),
    "a title without English": (put("injects", 0, "title", value={"fa": "آتش"}), "injects[0].title", "missing"),
    "a title in another language": (
        put("injects", 0, "title", value={"en": "Fire", "de": "Feuer"}), "injects[0].title", "unknown field"
    ),
    "a stranger": (put("injects", 1, "party", value="xx"), "injects[1].party", "not one of the parties"),
    "out of order": (put("injects", 0, "at_s", value=11), "injects[1].at_s", "comes after"),
    "an unknown kind": (put("injects", 0, "kind", value="battle"), "injects[0].kind", "no kind"),
    "a kind that binds": (put("injects", 0, "kind", value="agreement"), "injects[0].kind", "no kind"),
    "a release to nobody": (put("injects", 2, "release", value={"to": "named"}), "injects[2].release", "nobody"),
    "a release to oneself": (
        put("injects", 2, "release", value={"to": "named", "parties": ["ir"]}), "injects[2].release", "author"
    ),
    "a field that the kind does not have": (
        put("injects", 0, "data", "colour", value="red"), "injects[0].data", "no such field: data.colour"
    ),
    "a field of the wrong form": (
        put("injects", 0, "data", "place", "lat", value="north"), "injects[0].data.place.lat", "Expected `int`"
    ),
    "a reference to nothing": (put("injects", 1, "data", "incident", value="@sea"), "injects[1].data", "no inject sea"),
    "a reference forward": (put("injects", 1, "data", "incident", value="@bus"), "injects[1].data", "no inject bus"),
    "a reference that is none": (put("injects", 1, "data", "incident", value="@ fire"), "injects[1].data", "@@"),
    "an answer to oneself": (
        put("injects", 7, "party", value="pk"), "injects[7].release", "author"
    ),
    "a confirmation of nothing": (put("confirmations", 0, "of", value="x"), "confirmations[0].of", "no inject x"),
    "a confirmation of one's own": (put("confirmations", 0, "party", value="ir"), "confirmations[0].party", "itself"),
    "a confirmation too early": (put("confirmations", 0, "at_s", value=1), "confirmations[0].at_s", "before"),
    "an expectation of nothing": (put("expectations", 0, "of", value="x"), "expectations[0].of", "no inject x"),
    "an expectation of a stranger": (put("expectations", 0, "by", value="xx"), "expectations[0].by", "not one of"),
    "an answer to a report": (put("expectations", 0, value={"of": "fire-report", "by": "pk", "step": "answered",
                              "within_s": 9}), "expectations[0].step", "nobody answers a report"),
    "the same expectation twice": (put("expectations", 1, "step", value="seen"), "expectations[1]", "expected twice"),
    "no time to react": (put("expectations", 0, "within_s", value=0), "expectations[0].within_s", ">= 1"),
}  # fmt: skip


@pytest.mark.parametrize("name", SPOILT)
def test_what_is_wrong_is_named_with_its_place(name: str) -> None:
    change, where, what = SPOILT[name]
    file = written()
    change(file)
    with pytest.raises(ScenarioError) as caught:
        parse_scenario(json.dumps(file).encode())
    assert (caught.value.where, what in caught.value.what) == (where, True), str(caught.value)


@given(st.binary(max_size=200) | st.recursive(
    st.none() | st.integers() | st.text(max_size=5), lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner)
).map(lambda value: json.dumps(value).encode()))  # fmt: skip
def test_anything_else_is_refused_as_a_scenario(raw: bytes) -> None:
    with pytest.raises(ScenarioError):
        parse_scenario(raw)


def test_a_file_that_is_too_long_is_not_read(tmp_path: Path) -> None:
    path = tmp_path / "long.json"
    path.write_bytes(b" " * (MAX_BYTES + 1))
    with pytest.raises(ScenarioError, match="at most"):
        read_scenario(path)


@given(st.integers(0, 2**50), st.integers(-900_000, 900_000))
def test_what_was_filled_in_is_recognised_and_anything_else_is_not(now_us: int, shift: int) -> None:
    data = {
        "title": {"lang": "en", "text": "@@home"},
        "category": "other",
        "when": {"start": f"@now{shift:+d}", "end": "@now+900000"},
        "place": {"lat": 1, "lon": 2, "precision": 1},
        "sector": "@ir/sector/S 1",
    }
    template = read_template(KINDS["incident"], "ir", data, {})
    filled = template.fill({"ir/sector/S 1": "ir:7"}.__getitem__, now_us)
    assert filled["when"] == {"start": now_us + shift * S, "end": now_us + 900_000 * S}
    assert filled["title"]["text"] == "@home"
    assert template.fits(plain(KINDS["incident"], filled), lambda marker, ref: ref == "ir:7")
    assert not template.fits(plain(KINDS["incident"], filled), lambda marker, ref: ref == "ir:8")
    other = {**filled, "category": "bombing"}
    assert not template.fits(plain(KINDS["incident"], other), lambda marker, ref: True)


def test_only_officers_who_play_are_needed() -> None:
    scenario = read_scenario(WILDFIRE)
    assert needed(scenario, "ir", reactions=False) == {"duty", "commander"}
    assert needed(scenario, "pk", reactions=True) == {"duty"}


def drilled(drill: str, *, twice: str = "") -> list[Record]:
    """The wildfire drill's records, as its officers would have written them; one of them twice."""
    scenario = read_scenario(WILDFIRE)
    templates = scenario.templates()
    refs: dict[str, str] = {"ir/unit/Sabz-22": "ir:0"}
    unit = {
        "code": "Sabz-22",
        "names": {"en": "x"},
        "unit_kind": "medical",
        "strength": {"low": 1, "best": 1, "high": 1},
    }
    records = [read("ir", 0, write(party="ir", by="a", at=0, data=KINDS["unit"].decode(json.dumps(unit).encode())))]
    counts = {"ir": 1, "pk": 0}
    for inject in scenario.injects:
        for _ in range(2 if inject.name == twice else 1):
            data = templates[inject.name].fill(refs.__getitem__, 5_000 * S)
            body = write(
                party=inject.party, by=inject.officer, at=1, release=JOINT, exercise=drill,
                data=KINDS[inject.kind].decode(json.dumps(data).encode()),
            )  # fmt: skip
            records.append(read(inject.party, counts[inject.party], body))
            refs.setdefault(inject.name, records[-1].ref)
            counts[inject.party] += 1
    return records


def test_each_inject_is_found_in_the_records_of_its_exercise_only() -> None:
    scenario = read_scenario(WILDFIRE)
    records = drilled("autumn", twice="fire")
    found = matched(scenario, records, "autumn")
    assert list(found) == [one.name for one in scenario.injects]
    assert found["fire"] == "ir:1"
    assert len(set(found.values())) == len(found)
    assert matched(scenario, records, "spring") == {}


def row(ref: str, **said: Any) -> testimony.Testimony:
    return testimony.Testimony(ref=ref, kind="", party="", by="", claimed_at=0, summary="", **said)


def step(before: int | None, after: int | None) -> testimony.Step:
    return testimony.Step(ref="pk:9", by="duty", claimed_at=0, not_before_s=before, not_after_s=after)


@pytest.mark.parametrize(
    ("said", "outcome", "took"),
    [
        ({"countersigned_s": 100, "acknowledged": step(99, 280)}, "met", 180),
        ({"countersigned_s": 100, "acknowledged": step(281, 300)}, "late", 200),
        ({"countersigned_s": 100, "acknowledged": step(280, 281)}, "unproven", 181),
        ({"countersigned_s": 100, "acknowledged": step(None, None)}, "unproven", None),
        ({"countersigned_s": 100, "acknowledged": step(290, 300), "answered": step(100, 150)}, "met", 50),
        ({"countersigned_s": 100, "acknowledged": None}, "missing", None),
        ({"countersigned_s": 100, "seen": step(100, 101)}, "missing", None),
        ({}, "not-delivered", None),
        ({"countersigned_s": None, "acknowledged": step(1, 2)}, "not-delivered", None),
    ],
)
def test_a_line_is_judged_by_proofs_only(said: dict[str, Any], outcome: str, took: int | None) -> None:
    scenario = read_scenario(WILDFIRE)
    rows = {("ir:3", "pk"): row("ir:3", reader="pk", **said)} if said else {}
    found = score(scenario, "x", {"fire-warning": "ir:3"}, rows)
    line = next(one for one in found.lines if (one.of, one.step) == ("fire-warning", "acknowledged"))
    assert (line.outcome, line.took_s) == (outcome, took)
    others = [one for one in found.lines if one.of != "fire-warning"]
    assert {one.outcome for one in others} == {"not-played"}
    assert "fire" in found.left


def test_a_sides_median_is_of_what_is_proved() -> None:
    scenario = read_scenario(WILDFIRE)
    rows = {
        ("ir:3", "pk"): row("ir:3", reader="pk", countersigned_s=100, seen=step(100, 110), acknowledged=step(100, 130)),
        ("ir:4", "pk"): row("ir:4", reader="pk", countersigned_s=100, acknowledged=step(None, None)),
    }
    found = score(scenario, "x", {"fire-warning": "ir:3", "engine-status": "ir:4"}, rows)
    pk = next(side for side in found.sides if side.party == "pk")
    assert (pk.expected, pk.met, pk.unproven, pk.not_scored, pk.median_s) == (5, 2, 1, 2, 20.0)
