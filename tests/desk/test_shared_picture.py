"""The joint cell's picture: what is not shared by all leaks through no field."""

from __future__ import annotations

from pathlib import Path

import msgspec

from desk.house import US, join, make_house, settle, words
from sarhad.wire.kinds import Claim, Incident, Note, OpenItem, ReleaseAct, Report, Request, Warn, WatchHandover
from sarhad.wire.values import JOINT, OWN, Casualties, Moment, Place, Range, named

WHEN = Moment(start=US, end=US)
SECRET = "kept-home"
HIDDEN_PLACE = Place(lat=271_828_182, lon=631_415_926, precision=1, name=SECRET)
OPEN_PLACE = Place(lat=289_000_000, lon=615_000_000, precision=2)


def killed(count: int) -> Casualties:
    return Casualties(killed=Range(low=count, best=count, high=count))


async def test_what_one_side_keeps_home_is_in_no_field_of_the_shared_picture(tmp_path: Path) -> None:
    houses = [await make_house(tmp_path, party) for party in ("ir", "pk")]
    ir, pk = houses
    join(*houses)
    shared = Incident(title=words("ambush"), category="ambush", when=WHEN, place=OPEN_PLACE)
    told = await ir.act("duty", shared, release=JOINT)
    await settle(*houses)
    hidden = []
    for house in houses:
        kept = Incident(title=words(SECRET), category="bombing", when=WHEN, place=HIDDEN_PLACE, external=SECRET)
        mine = await house.act("duty", kept, release=OWN)
        hidden.append(mine)
        for data in (
            Report(incident=told, text=words(SECRET), casualties=killed(7_331), place=HIDDEN_PLACE, source=SECRET),
            Claim(incident=told, group=SECRET, source=SECRET),
            Note(text=words(SECRET), about=told),
            WatchHandover(incoming="duty", text=words(SECRET), open=(OpenItem(ref=told),)),
        ):
            hidden.append(await house.act("duty", data, release=OWN))
        other = "pk" if house is ir else "ir"
        hidden.append(await house.act("duty", Warn(to=other, urgency="flash", text=words("w")), release=named(other)))
    visible = hidden[5], hidden[11]
    report = Report(incident=told, text=words("two"), casualties=killed(2), category="ambush")
    for house, count in ((ir, 2), (pk, 3)):
        await house.act("duty", msgspec.structs.replace(report, casualties=killed(count)), release=JOINT)
    late = await pk.act(
        "duty", Request(to="ir", urgency="routine", asks="inform", text=words("later")), release=named("ir")
    )
    await settle(*houses)
    both = frozenset({"ir", "pk"})
    views = [house.desk.picture.shared(both) for house in houses]
    assert views[0].to_bytes() == views[1].to_bytes()
    whole = views[0].to_bytes().decode()
    assert SECRET not in whole
    assert "7331" not in whole
    assert "271828182" not in whole
    for ref in set(hidden) - set(visible):
        assert f'"{ref}"' not in whole
    assert {late, *visible} <= {item.ref for item in views[0].inbox("ir", 2 * US)}
    (incident,) = views[0].incidents()
    assert [one.field for one in incident.contradictions] == ["killed"]
    for house in houses:
        house.close()


async def test_a_release_brings_a_record_to_the_table(tmp_path: Path) -> None:
    houses = [await make_house(tmp_path, party) for party in ("ir", "pk")]
    ir, _ = houses
    join(*houses)
    ref = await ir.act("duty", WatchHandover(incoming="duty", text=words("quiet")), release=OWN)
    both = frozenset({"ir", "pk"})
    assert ir.desk.picture.shared(both).watch("ir").officer is None
    await ir.act("duty", ReleaseAct(record=ref, release=JOINT), release=JOINT)
    await settle(*houses)
    for house in houses:
        assert house.desk.picture.shared(both).watch("ir").officer == "duty"
        house.close()
