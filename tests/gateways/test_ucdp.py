"""UCDP GED tables become incidents, each with UCDP's statement on it, and say no more than the table."""

from __future__ import annotations

import csv
from datetime import UTC, datetime
from pathlib import Path

import pytest

from gateways.tables import UCDP, as_csv, ged, save
from sarhad.gateways.tables import IncidentDraft, drafts_from_ucdp
from sarhad.wire.kinds import Claim, Report
from sarhad.wire.record import read, write
from sarhad.wire.values import JOINT, OWN, Range


def one(folder: Path, **changes: str) -> IncidentDraft:
    report = drafts_from_ucdp(save(folder, as_csv(ged(**changes))))
    assert not report.rejected, [str(problem) for problem in report.rejected]
    return report.accepted[0]


def statement(draft: IncidentDraft) -> Report:
    (_, data), *_ = draft.after("pk:5")
    assert isinstance(data, Report)
    return data


def test_every_row_of_the_region_becomes_a_valid_record() -> None:
    report = drafts_from_ucdp(UCDP, edition="22.1")
    assert (report.rows, len(report.accepted), report.skipped, report.rejected) == (225, 225, (), ())
    for draft in report.accepted:
        for data in (draft.incident, *(data for _, data in draft.after("pk:0"))):
            body = write(party="pk", by="duty", at=0, data=data)
            assert read("pk", 1, body).data == data


def test_places_dates_and_deaths_are_those_of_the_table() -> None:
    with UCDP.open(encoding="utf-8", newline="") as file:
        rows = {f"ucdp-ged:{row['id']}": row for row in csv.DictReader(file)}
    for draft in drafts_from_ucdp(UCDP).accepted:
        row = rows.pop(draft.external)
        place, when = draft.incident.place, draft.incident.when
        assert (place.lat, place.lon) == (round(float(row["latitude"]) * 1e7), round(float(row["longitude"]) * 1e7))
        assert (place.precision, when.precision) == (int(row["where_prec"]), int(row["date_prec"]))
        assert datetime.fromtimestamp(when.start / 1e6, UTC).date().isoformat() == row["date_start"][:10]
        assert datetime.fromtimestamp(when.end // 1_000_000, UTC).date().isoformat() == row["date_end"][:10]
        casualties = statement(draft).casualties
        assert casualties is not None
        assert casualties.killed == Range(low=int(row["low"]), best=int(row["best"]), high=int(row["high"]))
    assert not rows


def test_the_ormara_attack_is_there_with_its_sources_and_its_licence() -> None:
    draft = {d.external: d for d in drafts_from_ucdp(UCDP, edition="22.1").accepted}["ucdp-ged:323260"]
    said = statement(draft)
    assert draft.country == "PK"
    assert draft.incident.place.precision == 5
    assert "Agence France Presse" in said.text.text
    assert "CC BY 4.0" in said.source and "22.1" in said.source  # noqa: PT018
    assert said.casualties is not None
    assert said.casualties.injured is None, "GED counts deaths only"


def test_no_claim_of_responsibility_is_made_up() -> None:
    drafts = drafts_from_ucdp(UCDP).accepted
    assert not any(isinstance(data, Claim) for draft in drafts for _, data in draft.after("pk:0"))


@pytest.mark.parametrize(
    ("violence", "deaths_a", "deaths_b", "category"),
    [
        ("1", "1", "1", "armed-clash"),
        ("2", "2", "1", "armed-clash"),
        ("1", "2", "0", "other"),
        ("3", "1", "1", "other"),
    ],
)
def test_a_category_is_given_only_where_the_data_supports_it(
    tmp_path: Path, violence: str, deaths_a: str, deaths_b: str, category: str
) -> None:
    draft = one(tmp_path, type_of_violence=violence, deaths_a=deaths_a, deaths_b=deaths_b)
    assert draft.incident.category == category


def test_imported_records_stay_home_unless_the_importer_is_told_otherwise(tmp_path: Path) -> None:
    path = save(tmp_path, as_csv(ged()))
    assert drafts_from_ucdp(path).accepted[0].release == OWN
    assert drafts_from_ucdp(path, release=JOINT).accepted[0].release == JOINT


def test_what_is_on_record_is_skipped_at_the_next_import() -> None:
    first = drafts_from_ucdp(UCDP)
    known = frozenset(draft.external for draft in first.accepted)
    again = drafts_from_ucdp(UCDP, known=known)
    assert (len(again.accepted), len(again.skipped), len(again.rejected)) == (0, 225, 0)
    keys = [key for draft in first.accepted for key, _ in draft.after("pk:0")]
    assert keys == [key for draft in drafts_from_ucdp(UCDP).accepted for key, _ in draft.after("pk:9")]
    assert len(set(keys)) == len(keys)


def test_a_row_said_twice_is_skipped_and_a_contradicting_one_is_rejected(tmp_path: Path) -> None:
    report = drafts_from_ucdp(save(tmp_path, as_csv(ged(), ged(), ged(best="4"))))
    assert len(report.accepted) == len(report.skipped) == len(report.rejected) == 1
    assert report.rejected[0].line == 4


def test_rows_that_are_not_wanted_are_skipped_with_the_reason(tmp_path: Path) -> None:
    report = drafts_from_ucdp(save(tmp_path, as_csv(ged())), leave_out=lambda _: "outside of the region")
    assert [skip.why for skip in report.skipped] == ["outside of the region"]


@pytest.mark.parametrize(
    ("column", "value"),
    [
        ("id", ""), ("id", "x"), ("id", "-1"), ("id", "1.5"), ("latitude", "91"), ("latitude", "nan"),
        ("longitude", "-180.5"), ("longitude", "1e400"), ("longitude", "6_2"), ("where_prec", "0"), ("where_prec", "8"),
        ("date_prec", "6"), ("date_start", "18.04.2019"), ("date_start", "2019-02-30"), ("date_start", "0001-01-01"),
        ("date_end", "2019-04-17"), ("best", "1"), ("best", "5"), ("high", "99999999999"), ("low", "-1"),
        ("type_of_violence", "4"), ("side_b", " "), ("deaths_a", "some"), ("where_coordinates", "a\x00b"),
        ("side_a", "x" * 20_001), ("where_description", "left\x07right"),
    ],
)  # fmt: skip
def test_a_cell_that_cannot_be_meant_is_named_with_its_line_and_column(tmp_path: Path, column: str, value: str) -> None:
    path = save(tmp_path, as_csv(ged(id="1"), ged(**{"id": "2", column: value}), ged(id="3")))
    report = drafts_from_ucdp(path)
    assert [draft.external for draft in report.accepted] == ["ucdp-ged:1", "ucdp-ged:3"]
    (problem,) = report.rejected
    assert (problem.file, problem.line, problem.column) == ("table.csv", 3, column)
    assert problem.what
    assert problem.do


def test_a_sum_that_does_not_add_up_is_noted_and_not_mended(tmp_path: Path) -> None:
    draft = one(tmp_path, deaths_unknown="9")
    assert draft.notes == ("the deaths by side add up to 12, the best estimate is 3",)
    casualties = statement(draft).casualties
    assert casualties is not None
    assert casualties.killed == Range(low=2, best=3, high=4)


def test_the_import_leaves_a_note_with_licence_citation_and_the_files_hash() -> None:
    text = drafts_from_ucdp(UCDP).note().text
    assert "CC BY 4.0" in text
    assert "Sundberg and Melander (2013)" in text
    assert "SHA-256" in text
