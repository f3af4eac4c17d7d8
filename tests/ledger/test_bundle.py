"""A bundle says who knew what, when, to somebody who has nothing else."""

from __future__ import annotations

import zipfile
from hashlib import sha256
from pathlib import Path

import msgspec
import pytest

from ledger.bundle_maker import T0, Paper, secret
from sarhad.ledger import testimony
from sarhad.ledger.bundle import HEADINGS, Bundle, as_table, durations, verify_bundle, write_bundle
from sarhad.wire import values
from sarhad.wire.errors import SarhadError, VerificationError
from sarhad.wire.fingerprint import fingerprint
from sarhad.wire.kinds import Answer, Attachment, Incident, Note, Request, UnitStatus, Warn
from sarhad.wire.values import Words


def words(text: str) -> Words:
    return Words(lang="en", text=text)


def story() -> Paper:
    """A warning that was acknowledged in time, and a request that was answered late."""
    paper = Paper()
    paper.agree(at=T0 - 500, acknowledge_s=300, answer_s=600)
    paper.exchange("ir", "pk", T0 - 400)
    paper.exchange("pk", "ir", T0 - 399)
    warning = paper.say("ir", Warn(to="pk", urgency="flash", text=words("Fictional group near the line")), at=T0)
    paper.exchange("ir", "pk", T0 + 2)
    paper.receipt("pk", "delivered", [warning], at=T0 + 2, by="node")
    paper.exchange("pk", "ir", T0 + 3)
    paper.receipt("pk", "seen", [warning], at=T0 + 30)
    paper.receipt("pk", "acknowledged", [warning], at=T0 + 60)
    paper.exchange("pk", "ir", T0 + 61)
    request = paper.say(
        "ir", Request(to="pk", urgency="flash", asks="act", text=words("Please look at post nine")), at=T0 + 100
    )
    paper.exchange("ir", "pk", T0 + 101)
    paper.publish("ir", T0 + 2000)
    paper.say("ir", Note(text=words("The watch goes on")), at=T0 + 1990)
    paper.exchange("ir", "pk", T0 + 2001)
    paper.say("pk", Answer(of=request, outcome="done", text=words("Looked at")), at=T0 + 2005)
    paper.exchange("pk", "ir", T0 + 2010)
    return paper


def everything(paper: Paper) -> dict[str, range]:
    return {name: range(len(held.entries)) for name, held in paper.held.items()}


def pins(paper: Paper) -> dict[str, str]:
    return {name: fingerprint(held.entries[0].body or b"") for name, held in paper.held.items()}


def rows_of(path: Path, pinned: dict[str, str] | None = None) -> dict[str, testimony.Testimony]:
    verdict = verify_bundle(path, pinned=pinned)
    assert verdict.ok, verdict.problems
    rows = {row.ref: row for row in verdict.rows}
    verdict.close()
    return rows


@pytest.fixture
def bundle(tmp_path: Path) -> tuple[Paper, Path]:
    paper = story()
    path = tmp_path / "story.zip"
    write_bundle(path, paper, everything(paper), audience="a court")
    return paper, path


def test_a_warning_acknowledged_in_time_is_met_by_the_bracket(bundle: tuple[Paper, Path]) -> None:
    paper, path = bundle
    row = next(row for row in rows_of(path, pins(paper)).values() if row.kind == "warning")
    assert (row.party, row.reader, row.claimed_at) == ("ir", "pk", T0 * 1_000_000)
    assert (row.not_before_s, row.not_after_s) == (T0 - 399, T0 + 2)
    assert row.countersigned_s == T0 + 2
    assert row.delivered is not None
    assert row.delivered.by == "node"
    assert row.acknowledged is not None
    assert (row.acknowledged.not_before_s, row.acknowledged.not_after_s) == (T0 + 2, T0 + 61)
    assert (row.acknowledge_due_s, row.acknowledge) == (T0 + 302, "met")
    assert (row.answer_due_s, row.answer) == (None, "")
    assert durations(row)["acknowledged"] == (0, 59)


def test_a_request_answered_late_is_late_by_the_bracket(bundle: tuple[Paper, Path]) -> None:
    paper, path = bundle
    row = next(row for row in rows_of(path, pins(paper)).values() if row.kind == "request")
    assert row.answered is not None
    assert row.answered.not_before_s == T0 + 2001
    assert (row.answer_due_s, row.answer) == (T0 + 701, "late")
    assert row.acknowledge == "late"


def test_a_receipt_makes_no_row_of_its_own_and_a_note_makes_none(bundle: tuple[Paper, Path]) -> None:
    _, path = bundle
    assert {row.kind for row in rows_of(path).values()} == {"manifest", "agreement", "warning", "request", "answer"}


def test_the_same_input_gives_the_same_bytes(tmp_path: Path) -> None:
    for name in ("one.zip", "two.zip"):
        paper = story()
        write_bundle(tmp_path / name, paper, everything(paper), audience="a court")
    assert (tmp_path / "one.zip").read_bytes() == (tmp_path / "two.zip").read_bytes()


def test_only_what_is_wanted_and_the_manifests_are_opened(tmp_path: Path) -> None:
    paper = story()
    written = write_bundle(tmp_path / "b.zip", paper, {"ir": [3]}, audience="")
    assert written.records == 3
    with Bundle(tmp_path / "b.zip") as bundle:
        assert [line.seq for line in bundle.records("ir")] == [0, 3]
        assert [line.seq for line in bundle.records("pk")] == [0]
    assert verify_bundle(tmp_path / "b.zip").ok


def test_what_is_newer_than_the_newest_checkpoint_is_counted_and_left_out(tmp_path: Path) -> None:
    paper = story()
    paper.say("pk", Note(text=words("Not yet published")), at=T0 + 9000)
    written = write_bundle(tmp_path / "b.zip", paper, everything(paper), audience="")
    assert (written.records, written.withheld) == (11, 1)
    assert verify_bundle(tmp_path / "b.zip").ok
    with pytest.raises(SarhadError, match="no entry"):
        write_bundle(tmp_path / "b.zip", paper, {"pk": [-1]}, audience="")
    with pytest.raises(SarhadError, match="no log"):
        write_bundle(tmp_path / "b.zip", paper, {"xx": [0]}, audience="")


def test_nothing_pinned_is_said(bundle: tuple[Paper, Path]) -> None:
    paper, path = bundle
    assert "No fingerprint was pinned" in verify_bundle(path).warnings[0]
    verdict = verify_bundle(path, pinned=pins(paper))
    assert verdict.warnings == []
    assert all(log.pinned for log in verdict.logs)


def test_another_fingerprint_than_the_pinned_fails(bundle: tuple[Paper, Path]) -> None:
    paper, path = bundle
    verdict = verify_bundle(path, pinned={"ir": pins(paper)["pk"]})
    assert not verdict.ok
    assert (verdict.problems[0].log, verdict.problems[0].seq) == ("ir", 0)
    assert "fingerprint" in verdict.problems[0].what
    assert list(verdict.rows) == []


def test_countersignatures_of_a_party_that_is_not_pinned_prove_no_time(bundle: tuple[Paper, Path]) -> None:
    paper, path = bundle
    rows = rows_of(path, {"ir": pins(paper)["ir"]})
    warning = next(row for row in rows.values() if row.kind == "warning")
    assert (warning.not_before_s, warning.not_after_s, warning.acknowledge) == (None, None, "")
    assert any(
        "pk are not pinned" in warning for warning in verify_bundle(path, pinned={"ir": pins(paper)["ir"]}).warnings
    )


def test_a_pin_that_is_no_fingerprint_is_refused(bundle: tuple[Paper, Path]) -> None:
    with pytest.raises(VerificationError, match="25 digits"):
        verify_bundle(bundle[1], pinned={"ir": "1234"})


def test_a_claimed_time_outside_its_bracket_is_called_backdated(tmp_path: Path) -> None:
    paper = story()
    ref = paper.say("pk", Warn(to="ir", urgency="flash", text=words("Said to be older")), at=T0 - 5000)
    paper.exchange("pk", "ir", T0 + 3000)
    write_bundle(tmp_path / "b.zip", paper, everything(paper), audience="")
    assert rows_of(tmp_path / "b.zip")[ref].backdated


def test_an_exercise_is_marked_in_the_rows(tmp_path: Path) -> None:
    paper = story()
    ref = paper.say("pk", Warn(to="ir", urgency="flash", text=words("Drill")), at=T0 + 2900, exercise="drill-1")
    paper.exchange("pk", "ir", T0 + 3000)
    write_bundle(tmp_path / "b.zip", paper, everything(paper), audience="")
    rows = rows_of(tmp_path / "b.zip")
    assert rows[ref].exercise == "drill-1"
    table = {line[0]: line for line in as_table(rows.values())}
    assert len(table[ref]) == len(HEADINGS)
    assert "(drill)" in table[ref][1]


def test_what_no_partner_countersigned_has_no_upper_bound(tmp_path: Path) -> None:
    paper = story()
    ref = paper.say("ir", Warn(to="pk", urgency="flash", text=words("Nobody heard")), at=T0 + 4000)
    paper.publish("ir", T0 + 4001)
    write_bundle(tmp_path / "b.zip", paper, everything(paper), audience="")
    row = rows_of(tmp_path / "b.zip")[ref]
    assert (row.not_after_s, row.countersigned_s, row.acknowledge) == (None, None, "")
    assert row.not_before_s == T0 + 2010


def test_keys_rotate_by_a_later_manifest_that_the_old_key_signs(tmp_path: Path) -> None:
    paper = story()
    held = paper.held["ir"]
    old = held.log_key
    held.log_key, held.witness_key = secret("ir log 2"), secret("ir witness 2")
    paper.say("ir", paper.manifest("ir"), at=T0 + 5000, key=old)
    paper.exchange("ir", "pk", T0 + 5001)
    paper.say("ir", Warn(to="pk", urgency="flash", text=words("With the new key")), at=T0 + 5002)
    paper.exchange("ir", "pk", T0 + 5003)
    paper.exchange("pk", "ir", T0 + 5004)
    write_bundle(tmp_path / "b.zip", paper, everything(paper), audience="")
    assert verify_bundle(tmp_path / "b.zip", pinned=pins(paper)).ok


def test_attachments_go_along_and_are_checked(tmp_path: Path) -> None:
    content = b"a fictional photograph"
    name = sha256(content).hexdigest()
    (tmp_path / "files").mkdir()
    (tmp_path / "files" / name).write_bytes(content)
    paper = story()
    paper.say("pk", Attachment(sha256=name, size=len(content), media_type="image/png"), at=T0 + 2100)
    paper.exchange("pk", "ir", T0 + 2200)
    written = write_bundle(
        tmp_path / "b.zip",
        paper,
        everything(paper),
        audience="",
        attachments=tmp_path / "files",
        page=b"<!doctype html>",
    )
    assert written.attachments == 1
    assert verify_bundle(tmp_path / "b.zip").ok
    with Bundle(tmp_path / "b.zip") as bundle:
        assert b"".join(bundle.attachment(name)) == content
        assert bundle.page() == b"<!doctype html>"


def test_quiet_records_are_verified_and_make_no_row(tmp_path: Path) -> None:
    paper = story()
    moment = values.Moment(start=T0 * 1_000_000, end=T0 * 1_000_000)
    place = values.Place(lat=290_000_000, lon=610_000_000, precision=2)
    paper.say("pk", UnitStatus(unit="pk:1", status="available", as_of=moment, place=place), at=T0 + 2100)
    incident = paper.say(
        "pk", Incident(title=words("A bridge"), category="other", when=moment, place=place), at=T0 + 2100
    )
    paper.exchange("pk", "ir", T0 + 2200)
    paper.receipt("ir", "delivered", [incident], at=T0 + 2201, by="node")
    paper.exchange("ir", "pk", T0 + 2202)
    write_bundle(tmp_path / "b.zip", paper, everything(paper), audience="")
    rows = rows_of(tmp_path / "b.zip")
    assert rows[incident].delivered is not None
    assert rows[incident].summary == "A bridge"
    assert "unit-status" not in {row.kind for row in rows.values()}


def test_a_failed_write_leaves_the_old_file_and_nothing_else(tmp_path: Path) -> None:
    paper = story()
    path = tmp_path / "b.zip"
    path.write_bytes(b"what was there")
    first = paper.held["ir"].entries[0]
    paper.held["ir"].entries[0] = type(first)(0, first.commitment, None, None, None)
    with pytest.raises(SarhadError, match="manifest of ir"):
        write_bundle(path, paper, everything(paper), audience="")
    assert path.read_bytes() == b"what was there"
    assert list(tmp_path.iterdir()) == [path]


def test_rows_have_one_json_form(bundle: tuple[Paper, Path]) -> None:
    rows = list(rows_of(bundle[1]).values())
    again = msgspec.json.decode(msgspec.json.encode(rows), type=list[testimony.Testimony])
    assert again == rows


def test_the_members_are_what_the_format_says(bundle: tuple[Paper, Path]) -> None:
    with zipfile.ZipFile(bundle[1]) as file:
        names = set(file.namelist())
        assert file.read("logs/ir/checkpoint").startswith(b"sarhad.example/ir\n")
    assert {"sarhad-bundle.json", "README.txt", "keys/ir.json", "keys/ir.policy", "logs/ir/commitments"} <= names
    assert "logs/ir/proofs/0.tlog-proof" in names
