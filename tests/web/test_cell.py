"""The watch and the joint cell over HTTP: who may look, and that nothing kept home comes out."""

from __future__ import annotations

from pathlib import Path

from desk.house import US, join, make_house, settle, words
from sarhad.desk.accounts import Accounts
from sarhad.desk.attachments import Attachments
from sarhad.web import openapi
from sarhad.web.cell import at_table, cell_view
from sarhad.web.office import Office
from sarhad.web.settings import WebSettings
from sarhad.wire import canonical
from sarhad.wire.kinds import Incident, Note, Report, Warn, WatchHandover
from sarhad.wire.values import JOINT, OWN, Casualties, Moment, Place, Range, named

PLACE = Place(lat=289_000_000, lon=615_000_000, precision=2)


def incident(title: str) -> Incident:
    return Incident(title=words(title), category="ambush", when=Moment(start=US, end=US), place=PLACE)


def report(ref: str, count: int) -> Report:
    return Report(incident=ref, text=words(), casualties=Casualties(killed=Range(low=count, best=count, high=count)))


async def test_the_cell_shows_contradictions_first_and_nothing_that_one_side_kept(tmp_path: Path) -> None:
    houses = [await make_house(tmp_path, party) for party in ("ir", "pk")]
    ir, pk = houses
    join(*houses)
    differs = await ir.act("duty", incident("first"), release=JOINT)
    newer = await pk.act("duty", incident("second"), release=JOINT)
    await settle(*houses)
    for house, count in ((ir, 2), (pk, 3)):
        await house.act("duty", report(differs, count), release=JOINT)
        await house.act("duty", report(newer, count + 4_000), release=OWN)
        await house.act("duty", Note(text=words("kept-home"), about=differs), release=OWN)
        await house.act("duty", incident("kept-home"), release=OWN)
    warning = await ir.act("duty", Warn(to="pk", urgency="flash", text=words("now")), release=named("pk"))
    await pk.act("duty", WatchHandover(incoming="duty", text=words("quiet night")), release=JOINT)
    await settle(*houses)
    for house in houses:
        accounts = Accounts(tmp_path / f"{house.party}.sqlite", house.clock)
        office = Office(house.desk, accounts, Attachments(tmp_path / house.party / "files"), WebSettings(), None)
        view = cell_view(office, at_table(office, None))
        text = canonical.encode(view).decode()
        assert "kept-home" not in text
        assert not {"4002", "4003"} & set(text.replace(":", ",").split(","))
        assert [one.ref for one in view.incidents] == [differs, newer]
        assert [box.party for box in view.inboxes] == ["ir", "pk"]
        assert all(warning in {item.ref for item in box.items} for box in view.inboxes)
        assert [box.watch.officer for box in view.inboxes] == [None, "duty"]
        accounts.close()
        house.close()


def test_the_watch_and_the_cell_are_in_the_document() -> None:
    document = openapi.document_bytes()
    assert b'"/api/cell"' in document
    assert b'"/api/watch"' in document
