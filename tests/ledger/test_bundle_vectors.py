"""The same bundles for every implementation: spec/vectors/bundle, read by this test and by the page's.

Written anew with: python tests/ledger/test_bundle_vectors.py
"""

from __future__ import annotations

import io
import json
import random
import tempfile
import zipfile
from pathlib import Path

import msgspec
import pytest

from ledger.test_bundle import everything, pins, story
from sarhad.ledger.bundle import verify_bundle, write_bundle
from sarhad.ledger.spool_notable import QUIET
from sarhad.wire.registry import KINDS

ROOT = Path(__file__).resolve().parents[2]
FOLDER = ROOT / "spec" / "vectors" / "bundle"
PAGE_KINDS = ROOT / "ui" / "verify" / "src" / "kinds.json"


def kinds() -> dict[str, list[str]]:
    """What the page has to know of each kind."""
    return {
        "acts": sorted(name for name, kind in KINDS.items() if kind.act),
        "known": sorted(KINDS),
        "owes_answer": sorted(name for name, kind in KINDS.items() if kind.expects == "answer"),
        "quiet": sorted(QUIET),
    }


def invalid(raw: bytes) -> list[dict[str, object]]:
    """Single changes, each of which must be a problem: flip a byte, drop a member, add one."""
    chosen = random.Random(7)
    cases: list[dict[str, object]] = []
    with zipfile.ZipFile(io.BytesIO(raw)) as file:
        for name in sorted(file.namelist()):
            size = file.getinfo(name).file_size
            cases.append({"what": "drop", "member": name})
            if name == "sarhad-bundle.json" or not size:
                continue
            for _ in range(2):
                cases.append(
                    {"what": "flip", "member": name, "at": chosen.randrange(size), "by": chosen.randrange(1, 256)}
                )
    cases.append({"what": "add", "member": "logs/ir/extra"})
    cases.append({"what": "add", "member": "../up"})
    return cases


def change(raw: bytes, case: dict[str, object]) -> bytes:
    """Apply one case of invalid.json and pack again, checksums and all."""
    with zipfile.ZipFile(io.BytesIO(raw)) as file:
        members = {name: bytearray(file.read(name)) for name in file.namelist()}
    member = str(case["member"])
    if case["what"] == "drop":
        del members[member]
    elif case["what"] == "add":
        members[member] = bytearray(b"x")
    else:
        members[member][int(str(case["at"]))] ^= int(str(case["by"]))
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as file:
        for name, data in members.items():
            file.writestr(zipfile.ZipInfo(name), bytes(data))
    return out.getvalue()


def rows(path: Path, pinned: dict[str, str]) -> bytes:
    verdict = verify_bundle(path, pinned=pinned)
    found = msgspec.json.encode(list(verdict.rows))
    verdict.close()
    return found


def test_the_valid_bundle_gives_the_rows_that_are_written_down() -> None:
    expected = json.loads((FOLDER / "valid.json").read_bytes())
    assert json.loads(rows(FOLDER / "valid.zip", expected["pins"])) == expected["rows"]


def test_the_valid_bundle_is_what_this_version_writes(tmp_path: Path) -> None:
    paper = story()
    write_bundle(tmp_path / "b.zip", paper, everything(paper), audience="a court")
    with zipfile.ZipFile(tmp_path / "b.zip") as new, zipfile.ZipFile(FOLDER / "valid.zip") as old:
        assert {n: new.read(n) for n in new.namelist()} == {n: old.read(n) for n in old.namelist()}


@pytest.mark.parametrize("case", json.loads((FOLDER / "invalid.json").read_bytes()), ids=str)
def test_every_invalid_bundle_is_refused(case: dict[str, object], tmp_path: Path) -> None:
    (tmp_path / "b.zip").write_bytes(change((FOLDER / "valid.zip").read_bytes(), case))
    assert not verify_bundle(tmp_path / "b.zip").ok


def test_the_page_knows_the_kinds_that_we_know() -> None:
    assert json.loads(PAGE_KINDS.read_text()) == kinds()


def main() -> None:
    """Write the vectors."""
    FOLDER.mkdir(parents=True, exist_ok=True)
    paper = story()
    write_bundle(FOLDER / "valid.zip", paper, everything(paper), audience="a court")
    raw = (FOLDER / "valid.zip").read_bytes()
    valid = {"pins": pins(paper), "rows": json.loads(rows(FOLDER / "valid.zip", pins(paper)))}
    (FOLDER / "valid.json").write_text(json.dumps(valid, indent=1) + "\n")
    lines = ",\n".join(json.dumps(case) for case in invalid(raw))
    (FOLDER / "invalid.json").write_text(f"[\n{lines}\n]\n")
    with tempfile.TemporaryDirectory() as folder:
        for case in invalid(raw):
            (Path(folder) / "b.zip").write_bytes(change(raw, case))
            assert not verify_bundle(Path(folder) / "b.zip").ok, case
    PAGE_KINDS.write_text(json.dumps(kinds(), indent=1) + "\n")


if __name__ == "__main__":
    main()
