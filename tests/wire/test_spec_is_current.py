"""spec/kinds.md says what the definitions say, and no file that the specification names is missing."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

import wire_vectors
from sarhad.wire import describe
from sarhad.wire.registry import KINDS

SPEC = wire_vectors.ROOT / "spec"
OF_THE_WIRE = ["README.md", "record.md", "kinds.md", "commitment.md", "envelope.md", "log.md"]


def test_the_kinds_document_is_up_to_date() -> None:
    written = (SPEC / "kinds.md").read_text(encoding="utf-8")
    assert written == describe.document(), "run: python -m sarhad.wire.describe > spec/kinds.md"


@pytest.mark.parametrize("kind", sorted(KINDS))
def test_every_field_of_a_kind_is_described(kind: str) -> None:
    _, _, section = describe.document().partition(f"### kind: {kind}\n")
    assert section
    for name in KINDS[kind].struct.__struct_fields__:
        assert f"| `{name}` |" in section


@pytest.mark.parametrize("name", OF_THE_WIRE)
def test_links_between_the_documents_lead_somewhere(name: str) -> None:
    text = (SPEC / name).read_text(encoding="utf-8")
    for target in re.findall(r"\]\((?!https?://)([^)#]+)", text):
        if target not in ("exchange.md", "bundle.md"):
            assert (Path(SPEC) / target).exists(), f"{name} names {target}"


@pytest.mark.parametrize("name", KINDS)
def test_a_kinds_docstring_names_its_authors(name: str) -> None:
    kind = KINDS[name]
    assert f"Authors: {', '.join(sorted(kind.authors))}." in (kind.struct.__doc__ or "")
