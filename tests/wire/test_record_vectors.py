"""Every kind's vectors: the valid bodies are read, each invalid one is refused for the reason given."""

from __future__ import annotations

import hashlib
from typing import Any

import pytest

import wire_vectors
from sarhad.picture.rules import RULES
from sarhad.wire import canonical, record
from sarhad.wire.errors import VerificationError
from sarhad.wire.kinds import Correction
from sarhad.wire.registry import KINDS

FOLDER = wire_vectors.VECTORS / "records"
FILES = sorted(path.name for path in FOLDER.glob("*.json") if path.name != "unknown.json")


def cases(section: str) -> list[Any]:
    found = []
    for name in FILES:
        content = wire_vectors.load(f"records/{name}")
        for case in content[section]:
            found.append(pytest.param(content, case, id=f"{content['kind']}: {case['name']}"))
    return found


@pytest.mark.parametrize(("content", "case"), cases("valid"))
def test_a_valid_record_is_read_and_its_bytes_are_the_ones_stated(content: Any, case: Any) -> None:
    body = canonical.encode(case["body"])
    assert hashlib.sha256(body).hexdigest() == case["sha256"]
    read = record.read(case["log"], case["seq"], body)
    assert read.kind == content["kind"]
    assert read.data is not None
    assert read.ref == f"{case['log']}:{case['seq']}"
    assert read.unknown_fields == ()
    assert canonical.encode(read.data) == canonical.encode(case["body"]["data"])


@pytest.mark.parametrize(("content", "case"), cases("invalid"))
def test_an_invalid_record_is_refused_for_the_reason_stated(content: Any, case: Any) -> None:
    base = content["valid"][0]
    body = wire_vectors.plain(wire_vectors.merge(base["body"], case["patch"]))
    with pytest.raises(VerificationError) as refusal:
        record.read(base["log"], base["seq"], body)
    assert case["error"] in str(refusal.value)


@pytest.mark.parametrize("kind", sorted(KINDS))
def test_a_kind_is_whole_in_its_three_places(kind: str) -> None:
    """Definition, vectors, fold rule: the message names the one that is missing."""
    missing = []
    path = FOLDER / f"{kind}.json"
    if not path.exists():
        missing.append(f"vectors: write {path.relative_to(wire_vectors.ROOT)}")
    else:
        content = wire_vectors.load(f"records/{kind}.json")
        if content["kind"] != kind or len(content["valid"]) < 1 or len(content["invalid"]) < 2:
            missing.append(f"vectors: {path.name} needs one valid and two invalid records of the kind")
    if kind not in RULES:
        missing.append("fold rule: add it to sarhad.picture.rules")
    if not KINDS[kind].struct.__doc__:
        missing.append("definition: its docstring says units and ranges")
    assert not missing, f"the kind {kind} lacks {'; '.join(missing)}"


def test_no_vectors_and_no_rule_stand_without_a_definition() -> None:
    assert {name.removesuffix(".json") for name in FILES} <= set(KINDS), "vectors without a definition in sarhad.wire"
    assert set(RULES) <= set(KINDS), "a fold rule without a definition in sarhad.wire"


def test_a_kind_without_vectors_or_rule_would_be_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(KINDS, "unheard-of", KINDS["note"])
    with pytest.raises(AssertionError, match=r"unheard-of lacks vectors: .*unheard-of\.json; fold rule"):
        test_a_kind_is_whole_in_its_three_places("unheard-of")


@pytest.mark.parametrize("case", wire_vectors.load("records/unknown.json")["cases"], ids=lambda case: str(case["name"]))
def test_what_a_newer_partner_says_is_kept_verified_and_listed(case: Any) -> None:
    body = canonical.encode(case["body"])
    read = record.read(case["log"], 7, body)
    assert read.body == body
    assert read.raw == case["body"]
    assert (read.data is not None) is case["data_known"]
    assert list(read.unknown_fields) == case["unknown_fields"]


def test_a_correction_is_read_as_the_kind_that_it_corrects() -> None:
    case = wire_vectors.load("records/correction.json")["valid"][0]
    correction = record.read(case["log"], case["seq"], canonical.encode(case["body"])).data
    assert isinstance(correction, Correction)
    assert correction.read_as(KINDS["report"], "ir") == KINDS["report"].decode(correction.data)
    with pytest.raises(VerificationError, match="not the data of a warning"):
        correction.read_as(KINDS["warning"], "ir")
