"""What the desk refuses of a response: a second one, a handover by who does not lead, the other side's orders."""

from __future__ import annotations

import pytest

from desk.house import START, House, settle, words
from sarhad.wire import kinds as k
from sarhad.wire.errors import Refused
from sarhad.wire.values import JOINT, OWN, Moment, Names, Place, Range, named

NOW = Moment(start=START, end=START)
PLACE = Place(lat=289_775_000, lon=615_503_000, precision=1)


async def opened(ir: House, pk: House) -> tuple[str, str]:
    """An incident and a response to it, opened by ir and read by both."""
    incident = k.Incident(title=words(), category="disaster", when=NOW, place=PLACE)
    ref = await ir.act("duty", incident, release=JOINT)
    response = await ir.act("duty", k.Response(incident=ref, urgency="flash"), release=JOINT)
    await settle(ir, pk)
    return ref, response


async def test_a_side_opens_one_response_to_an_incident(ir: House, pk: House) -> None:
    ref, _ = await opened(ir, pk)
    with pytest.raises(Refused, match="open already"):
        await ir.act("commander", k.Response(incident=ref, urgency="routine"), release=JOINT)
    await pk.act("duty", k.Response(incident=ref, urgency="routine"), release=JOINT)
    view = pk.desk.picture.response(ref)
    assert view is not None
    assert len(view.beside) == 1


async def test_only_who_leads_hands_over_once_and_says_where(ir: House, pk: House) -> None:
    _, response = await opened(ir, pk)
    offer = k.Handover(response=response, to="pk", urgency="flash", when=NOW, place=PLACE)
    back = k.Handover(response=response, to="ir", urgency="flash", when=NOW, place=PLACE)
    with pytest.raises(Refused, match="ir leads"):
        await pk.act("commander", back, release=named("ir"))
    nowhere = k.Handover(response=response, to="pk", urgency="flash", when=NOW)
    with pytest.raises(Refused, match="where at the line"):
        await ir.act("commander", nowhere, release=named("pk"))
    ref = await ir.act("commander", offer, release=named("pk"))
    with pytest.raises(Refused, match="not answered yet"):
        await ir.act("commander", offer, release=named("pk"))
    await settle(ir, pk)
    await pk.act("duty", k.Answer(of=ref, outcome="refuse", text=words()), release=named("ir"))
    await settle(ir, pk)
    again = await ir.act("commander", offer, release=named("pk"))
    await settle(ir, pk)
    await pk.act("duty", k.Answer(of=again, outcome="will", text=words()), release=named("ir"))
    await settle(ir, pk)
    with pytest.raises(Refused, match="pk leads"):
        await ir.act("commander", offer, release=named("pk"))


async def test_a_unit_that_was_not_released_cannot_be_asked_for(ir: House, pk: House) -> None:
    ref, _ = await opened(ir, pk)
    unit = k.Unit(code="N", names=Names(en="N"), unit_kind="patrol", strength=Range(low=1, best=1, high=1))
    hidden = await pk.act("commander", unit, release=OWN)
    await settle(ir, pk)
    asked = k.UnitRequest(to="pk", urgency="flash", incident=ref, unit=hidden)
    with pytest.raises(Refused, match="not held here"):
        await ir.act("duty", asked, release=named("pk"))
    shown = await pk.act("commander", unit, release=JOINT)
    await settle(ir, pk)
    with pytest.raises(Refused, match="could not read it"):
        await ir.act("duty", k.UnitRequest(to="pk", urgency="flash", incident=ref, unit=shown), release=OWN)
