"""Files as they come: any encoding, any line ends, spoiled on purpose; every row is accounted for."""

from __future__ import annotations

import csv
import io
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from gateways.tables import GED_ROW, UCDP, as_csv, ged, save
from sarhad.gateways.tables import TableError, drafts_from_hand, drafts_from_ucdp
from sarhad.wire.record import write

UCDP_TEXT = UCDP.read_text(encoding="utf-8")


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-16-be"])
@pytest.mark.parametrize("ends", ["\n", "\r\n", "\r"])
def test_encodings_and_line_ends_do_not_change_what_is_read(tmp_path: Path, encoding: str, ends: str) -> None:
    rows = [ged(id="1", side_b="گروه ب"), ged(id="2", where_description='two\nlines, and a "quote"')]
    text = as_csv(*rows).replace("\r\n", ends)
    bom = {"utf-16-le": b"\xff\xfe", "utf-16-be": b"\xfe\xff"}.get(encoding, b"")
    report = drafts_from_ucdp(save(tmp_path, bom + text.encode(encoding)))
    assert not report.rejected
    assert [draft.incident for draft in report.accepted] == [
        draft.incident for draft in drafts_from_ucdp(save(tmp_path, as_csv(*rows))).accepted
    ]


def test_a_byte_that_is_not_utf8_costs_its_row_only(tmp_path: Path) -> None:
    text = as_csv(ged(id="1"), ged(id="2", side_a="Gouvernement démocratique"), ged(id="3"))
    report = drafts_from_ucdp(save(tmp_path, text.encode("latin-1")))
    assert [draft.external for draft in report.accepted] == ["ucdp-ged:1", "ucdp-ged:3"]
    assert (report.rejected[0].line, report.rejected[0].column) == (3, "side_a")
    assert "UTF-8" in report.rejected[0].do


def test_lines_are_counted_as_an_editor_counts_them(tmp_path: Path) -> None:
    rows = [ged(id="1", where_description="a\nb\nc"), ged(id="2"), ged(id="3", best="x")]
    report = drafts_from_ucdp(save(tmp_path, as_csv(*rows)))
    assert [draft.line for draft in report.accepted] == [2, 5]
    assert report.rejected[0].line == 6


@pytest.mark.parametrize(
    ("spoiled", "what"),
    [
        ("", "empty"),
        ("\ufeff\n", "empty"),
        (as_csv({k: v for k, v in GED_ROW.items() if k not in ("best", "latitude")}), "latitude, best missing"),
        (as_csv(ged()).replace(",", ";"), "not separated by commas"),
        (as_csv(ged()).replace("side_b", "side_a"), "twice"),
        (",".join(f"c{n}" for n in range(600)), "600 columns"),
        ("x" * 3_000_000, "longer than"),
    ],
)
def test_a_file_that_is_no_such_table_is_refused_whole(tmp_path: Path, spoiled: str, what: str) -> None:
    with pytest.raises(TableError, match=what):
        drafts_from_ucdp(save(tmp_path, spoiled))


def test_other_files_are_refused_with_their_name(tmp_path: Path) -> None:
    for path in (tmp_path, tmp_path / "nothing.csv", UCDP):
        with pytest.raises(TableError) as caught:
            drafts_from_hand(path)
        assert str(path) in str(caught.value)
    with pytest.raises(TableError):
        drafts_from_ucdp(save(tmp_path, b"\xff\xfe\x00"))


def test_tags_under_the_header_are_no_row(tmp_path: Path) -> None:
    header, row = as_csv(ged()).splitlines()
    tags = ",".join(["#event+code", *["#x"] * (len(GED_ROW) - 1)])
    report = drafts_from_ucdp(save(tmp_path, "\n".join([header, tags, row])))
    assert (report.rows, len(report.accepted)) == (1, 1)


def test_a_row_with_a_cell_too_many_or_too_few_is_rejected_alone(tmp_path: Path) -> None:
    header, row = as_csv(ged()).splitlines()
    report = drafts_from_ucdp(save(tmp_path, "\n".join([header, row + ",", row.rpartition(",")[0], "", row])))
    assert [problem.line for problem in report.rejected] == [2, 3]
    assert [draft.line for draft in report.accepted] == [5]


def test_a_huge_cell_costs_its_row_only(tmp_path: Path) -> None:
    text = as_csv(ged(id="1"), ged(id="2", side_a="x" * 300_000), ged(id="3"))
    report = drafts_from_ucdp(save(tmp_path, text))
    assert [draft.external for draft in report.accepted] == ["ucdp-ged:1", "ucdp-ged:3"]
    assert [problem.line for problem in report.rejected] == [3]


def test_a_quote_that_never_ends_is_said_with_all_that_was_not_read(tmp_path: Path) -> None:
    lines = as_csv(*(ged(id=str(n), source_article="") for n in (1, 2, 3))).splitlines()
    lines[2] = lines[2].replace("Old bridge", '"Old bridge', 1)
    report = drafts_from_ucdp(save(tmp_path, "\n".join(lines)))
    assert [draft.external for draft in report.accepted] == ["ucdp-ged:1"]
    (problem,) = report.rejected
    assert problem.line == 3
    assert "to the end were not read" in problem.what


def test_a_table_that_is_broken_throughout_is_given_up(tmp_path: Path) -> None:
    header = as_csv(ged()).splitlines()[0]
    with pytest.raises(TableError, match="rows are broken"):
        drafts_from_ucdp(save(tmp_path, header + "\n" + "a,b\n" * 10_002))


@given(cells=st.dictionaries(st.sampled_from(sorted(GED_ROW)), st.text(max_size=60), max_size=6))
@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_any_cells_give_valid_records_or_a_named_problem(tmp_path: Path, cells: dict[str, str]) -> None:
    out = io.StringIO(newline="")
    csv.writer(out, quoting=csv.QUOTE_ALL).writerows([list(GED_ROW), list(ged(**cells).values())])
    report = drafts_from_ucdp(save(tmp_path, out.getvalue().encode("utf-8", "surrogatepass")))
    assert report.rows == 1
    for draft in report.accepted:
        write(party="pk", by="duty", at=0, data=draft.incident)
        for _, data in draft.after("pk:0"):
            write(party="pk", by="duty", at=0, data=data)
    for problem in report.rejected:
        assert problem.what
        assert problem.do


@given(data=st.data())
@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_a_table_spoiled_anywhere_is_read_or_refused_but_never_breaks(tmp_path: Path, data: st.DataObject) -> None:
    content = bytearray(UCDP_TEXT.encode()[:30_000])
    for _ in range(data.draw(st.integers(1, 5))):
        at = data.draw(st.integers(0, len(content) - 1))
        content[at : at + data.draw(st.integers(0, 40))] = data.draw(st.binary(max_size=40))
    try:
        report = drafts_from_ucdp(save(tmp_path, bytes(content)))
    except TableError:
        return
    assert report.rows == len(report.accepted) + len(report.skipped) + len(report.rejected)
    assert len({draft.external for draft in report.accepted}) == len(report.accepted)
