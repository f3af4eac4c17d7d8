"""Who may open a response, and who may hand its lead over."""

from __future__ import annotations

from sarhad.desk.rules import Intended, Situation, must_read
from sarhad.wire.errors import Refused
from sarhad.wire.kinds import Handover, Response


def check_response(now: Situation, intended: Intended, data: Response) -> None:
    """Raise Refused where this side has opened one already: a second would only confuse."""
    view = now.response(data.incident)
    if view is None:
        return
    for ref in (view.ref, *view.beside):
        held = now.held(ref)
        if held is not None and held.party == now.party:
            raise Refused(
                f"a response to {data.incident} is open already: {ref}",
                where="data.incident",
                do="Go on with it, or correct what it needs",
            )


def check_handover(now: Situation, intended: Intended, data: Handover) -> None:
    """Raise Refused unless we lead the response, no handover waits, and it says where at the line."""
    must_read(now, data.to, intended.release, "data.to", "is to take the lead and")
    opened = now.held(data.response)
    incident = getattr(opened.data, "incident", "") if opened is not None else ""
    view = now.response(incident)
    if view is None:
        raise Refused(f"{data.response} is no response here", where="data.response", do="Open one first")
    if view.lead != now.party:
        raise Refused(f"{view.lead} leads this response", where="data.response", do="Ask that side to hand over")
    waiting = next((one for one in view.handovers if one.state == "offered"), None)
    if waiting is not None:
        raise Refused(f"{waiting.ref} is offered and not answered yet", where="kind", do="Wait for the answer")
    if data.crossing is None and data.place is None:
        raise Refused("it does not say where at the line", where="data.crossing", do="Name a crossing or a place")
