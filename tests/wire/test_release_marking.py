"""Who may read: a marking that is unknown, missing or contradictory keeps the record home."""

from __future__ import annotations

from typing import Any

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

import wire_vectors
from sarhad.wire import record, values
from sarhad.wire.errors import VerificationError
from sarhad.wire.kinds import Note

MARKINGS = wire_vectors.load("release/markings.json")
PARTNERS = frozenset(MARKINGS["partners"])
NOTE = Note(text=values.Words(lang="en", text="x"))


@pytest.mark.parametrize("case", MARKINGS["cases"], ids=lambda case: str(case["name"]))
def test_a_marking_is_readable_by_those_stated(case: Any) -> None:
    body = wire_vectors.plain(
        {
            "v": 1, "kind": "note", "party": "pk", "by": "duty.demo1", "at": 0,
            "release": case["release"], "data": {"text": {"lang": "en", "text": "x"}},
        }
    )  # fmt: skip
    if case.get("refused"):
        assert case["readers"] == []
        with pytest.raises(VerificationError):
            record.read("pk", 0, body)
        return
    release = record.read("pk", 0, body).header.release
    assert [party for party in ("af", "ir", "zz") if values.may_read(release, party, PARTNERS)] == case["readers"]


@given(st.text(max_size=8), st.lists(st.sampled_from(["ir", "af", "zz"]), max_size=3), st.sampled_from(["ir", "zz"]))
def test_only_the_four_words_ever_let_anyone_read(word: str, parties: list[str], reader: str) -> None:
    release = values.Release(to=word, parties=tuple(parties))
    if values.may_read(release, reader, PARTNERS):
        assert word in ("named", "joint", "public")


def test_a_contradictory_release_is_never_written() -> None:
    for release in (values.Release(to="own", parties=("ir",)), values.Release(to="named"), values.Release(to="all")):
        with pytest.raises(VerificationError, match="contradictory"):
            record.write(party="pk", by="duty.demo1", at=0, data=NOTE, release=release)


def test_every_valid_word_has_its_traffic_light() -> None:
    assert set(values.TLP) == {"own", "named", "joint", "public"}
    assert all(values.valid_release(values.Release(to=word)) for word in set(values.TLP) - {"named"})
    assert values.named("pk", "ir", "pk").parties == ("ir", "pk")
    with pytest.raises(msgspec.ValidationError):
        msgspec.json.decode(b'{"to":"joint","until":1}', type=values.Release)
