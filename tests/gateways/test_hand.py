"""Tables kept by hand: incidents with their disputes and claims, and further reports on them."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

import pytest

from gateways.tables import HAND, REPORTS, UCDP, save
from sarhad.gateways.tables import TableError, drafts_from_hand, drafts_from_reports, drafts_from_ucdp
from sarhad.gateways.tables.cells import around, day
from sarhad.gateways.tables.rows import Row
from sarhad.wire.kinds import Claim, Report
from sarhad.wire.record import write
from sarhad.wire.values import Range


def test_every_row_of_the_hand_tables_becomes_a_valid_record() -> None:
    incidents, reports = drafts_from_hand(HAND), drafts_from_reports(REPORTS)
    assert (incidents.rows, len(incidents.accepted)) == (23, 23)
    assert (reports.rows, len(reports.accepted)) == (10, 10)
    for draft in incidents.accepted:
        for data in (draft.incident, *(data for _, data in draft.after("ir:3"))):
            write(party="ir", by="duty", at=0, data=data)


def test_the_khash_zahedan_attack_has_its_range_its_dispute_and_its_claim() -> None:
    draft = {d.external: d for d in drafts_from_hand(HAND).accepted}["hand:IR-2019-03"]
    assert draft.incident.category == "suicide-bombing"
    assert draft.incident.place.precision == 5
    stated, disputed, claim = (data for _, data in draft.after("ir:3"))
    assert isinstance(stated, Report)
    assert isinstance(disputed, Report)
    assert isinstance(claim, Claim)
    assert stated.casualties is not None
    assert stated.casualties.killed == Range(low=20, best=27, high=41)
    assert "Fars: 20, then 41" in disputed.text.text
    assert disputed.casualties is None, "numbers in words stay words"
    assert (claim.group, claim.incident) == ("Jaish al-Adl", "ir:3")
    assert claim.source


def test_a_row_without_a_claim_makes_none() -> None:
    draft = {d.external: d for d in drafts_from_hand(HAND).accepted}["hand:IR-2023-02"]
    assert not any(isinstance(data, Claim) for _, data in draft.after("ir:3"))


def test_rows_know_on_which_side_they_happened() -> None:
    countries = {d.external: d.country for d in drafts_from_hand(HAND).accepted}
    assert {name for name, country in countries.items() if country == "PK"} == {"hand:PK-2024-01"}
    ours = drafts_from_hand(HAND, country="IR")
    assert [(skip.external, skip.why) for skip in ours.skipped] == [("hand:PK-2024-01", "of PK, not of IR")]
    assert len(ours.accepted) == 22


def test_reports_find_the_incidents_of_both_tables() -> None:
    held = {d.external: "pk:1" for table in (drafts_from_ucdp(UCDP), drafts_from_hand(HAND)) for d in table.accepted}
    reports = drafts_from_reports(REPORTS)
    assert {draft.about for draft in reports.accepted} == {"hand:IR-2019-03", "ucdp-ged:323260"}
    for draft in reports.accepted:
        write(party="pk", by="duty", at=0, data=draft.resolve(held))


def test_a_report_on_an_incident_that_is_not_on_record_says_what_to_do() -> None:
    draft = drafts_from_reports(REPORTS).accepted[0]
    with pytest.raises(TableError, match="Import the table that holds it first"):
        draft.resolve({})


def test_the_same_report_has_the_same_key_at_every_import() -> None:
    first = drafts_from_reports(REPORTS)
    keys = frozenset(draft.key for draft in first.accepted)
    assert len(keys) == 10
    assert not drafts_from_reports(REPORTS, known=keys).accepted


@pytest.mark.parametrize(
    ("precision", "first", "last"),
    [
        (1, "2023-05-20", "2023-05-20"),
        (2, "2023-05-18", "2023-05-22"),
        (3, "2023-05-15", "2023-05-21"),
        (4, "2023-05-01", "2023-05-31"),
        (5, "2023-01-01", "2023-12-31"),
    ],
)
def test_a_date_is_as_wide_as_its_precision_says(precision: int, first: str, last: str) -> None:
    moment = around(day(Row(2, {"date": "2023-05-20"}), "date"), precision)
    assert datetime.fromtimestamp(moment.start // 1_000_000, UTC).date().isoformat() == first
    assert datetime.fromtimestamp(moment.end // 1_000_000, UTC).date().isoformat() == last


def test_empty_casualties_are_not_stated_and_zeros_are(tmp_path: Path) -> None:
    header, *rows = HAND.read_text(encoding="utf-8").splitlines()
    row = next(line for line in rows if line.startswith("IR-2020-01"))
    assert ",0,0,0,4,0," in row
    path = save(tmp_path, "\n".join([header, row.replace(",0,0,0,4,0,", ",,,,4,,")]))
    (_, stated), *_ = drafts_from_hand(path).accepted[0].after("ir:3")
    assert isinstance(stated, Report)
    assert stated.casualties is not None
    assert stated.casualties.killed is None
    assert stated.casualties.abducted is None
    assert stated.casualties.injured == Range(low=4, best=4, high=4)
