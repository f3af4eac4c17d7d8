"""Every word of a plan has its sentence in each language, and a record tells of no caveat that was kept home."""

from __future__ import annotations

import re
from pathlib import Path

import msgspec
import pytest

from sarhad.node.planning_words import PlanWords
from sarhad.response import joint
from sarhad.response.kept import Kept
from sarhad.response.proposal import Answer, Faster, PassedOver, Proposal, Reason, Unmet
from sarhad.web.catalogue import catalogue
from sarhad.wire.kinds import CAPABILITIES
from sarhad.wire.values import Language

SOURCES = Path(joint.__file__).parent
FAULTS = ("outside-region", "in-the-sea", "far-from-roads")
LANGUAGES: tuple[Language, ...] = ("en", "fa", "ur")


def words_in(*files: str) -> set[str]:
    """The stable words that these files say."""
    text = "".join((SOURCES / file).read_text(encoding="utf-8") for file in files)
    found = re.findall(r'code="([a-z-]+)"', text) + re.findall(r'caveat_reason\("([a-z-]+)"', text)
    return set(found) - {"caveats"}


@pytest.mark.parametrize("lang", LANGUAGES)
def test_every_reason_that_can_be_given_has_its_sentence(lang: Language) -> None:
    texts = catalogue(lang)
    reasons = words_in("dispatch/scene.py", "dispatch/explain.py") | {
        "none-in-reach", "none-in-reach-before", "too-few-in-reach", "too-few-in-reach-before", "none-at-all",
        "caveat-kept", *(f"{who}-{what}" for who in ("unit", "incident") for what in FAULTS),
    }  # fmt: skip
    assert len(reasons) > 25
    assert [one for one in sorted(reasons) if f"plan.reason.{one}" not in texts] == []
    notes = words_in("dispatch/ways.py") | {"closes-under-way", "waits-to-open"}
    assert [one for one in sorted(notes) if f"plan.note.{one}" not in texts] == []
    assert [one for one in CAPABILITIES if f"capability.{one}" not in texts] == []
    errors = {one for path in SOURCES.rglob("*.py") for one in re.findall(r'"(plan-[a-z-]+)"', path.read_text("utf-8"))}
    assert [one for one in sorted(errors) if f"plan.error.{one}" not in texts] == []


NEAREST = PassedOver(
    unit="pk:9", code="Nila-32", party="pk", straight_m=41_300, arrival_s=5_400, why=Reason(code="stays-on-its-side")
)
LACK = Unmet(
    what=Reason(code="none-in-reach-before", values={"capability": "medical", "before": 1_790_000_000_000_000}),
    nearest=NEAREST,
)


def test_what_is_missing_is_said_with_the_nearest_and_what_keeps_it_away() -> None:
    assert PlanWords("en").unmet(LACK) == (
        "no unit of either side with medical can reach this before 2026-09-21 14:13 UTC; "
        "the nearest is Nila-32, 41 km away: its own side does not let it cross the line"
    )
    persian, urdu = (PlanWords(lang).unmet(LACK) for lang in ("fa", "ur"))
    assert "پزشکی" in persian
    assert "۴۱ کیلومتر" in persian
    assert "طبی" in urdu
    assert "41 کلومیٹر" in urdu
    assert not re.search(r"[{}]", persian + urdu)


def test_the_rule_that_costs_most_is_said_in_words() -> None:
    rule = Reason(code="crossing-hours", values={"crossing": "ir:4", "code": "C1"})
    assert PlanWords("en").faster(Faster(rule=rule, saved_s=7_260)) == (
        "What costs most: the hours or the closure of C1; without it 2:01 sooner"
    )
    assert PlanWords("en").faster(None) == "No single rule or closure costs time"


def test_an_unknown_capability_is_shown_as_it_stands() -> None:
    assert PlanWords("ur").value("capabilities", ("first-aid", "juggling")) == "ابتدائی طبی امداد، juggling"


@pytest.mark.parametrize(("readable", "code"), [({"pk:9"}, "caveat-kept"), ({"pk:9", "ir:70"}, "caveat")])
def test_a_caveat_that_was_kept_home_is_not_told_in_the_record(readable: set[str], code: str) -> None:
    why = Reason(code="caveat", values={"caveat": "V1", "ref": "ir:70", "party": "ir", "why": "a secret list"})
    spared = msgspec.structs.replace(NEAREST, why=why)
    plan = Proposal(
        version="1", snapshot="0" * 64, region="", profile="vehicle", status="optimal", stages=(),
        answers=(Answer(incident="ir:3", adequate_s=60, passed_over=(spared,)),),
        faster=Faster(rule=Reason(code="caveats"), saved_s=60),
    )  # fmt: skip
    kept = Kept(snapshot=msgspec.Raw(b"{}"), limit_ms=1, proposal=msgspec.Raw(b"{}"))
    made = joint.record_of("ir:5", 0, kept, plan, None, frozenset(readable))
    assert made.spared[0].why.code == code
    assert (b"secret" in msgspec.json.encode(made)) == (code == "caveat")
    assert made.saving is None
