"""Who has countersigned a record, and when."""

from __future__ import annotations

from litestar import get
from litestar.params import FromPath

from sarhad.desk import NotFound
from sarhad.web.guards import allow
from sarhad.web.office import Here
from sarhad.web.shapes import CountersignedView


@get("/api/records/{ref:str}/countersigned", opt=allow(), operation_id="getCountersigned", tags=["records"])
async def get_countersigned(ref: FromPath[str], office: Here) -> list[CountersignedView]:
    """Each party whose countersignature covers the record, first first; its author's own time among them."""
    held = office.desk.held(ref)
    if held is None:
        raise NotFound(f"there is no record {ref[:60]} here", where=ref[:60], do="Check the number")
    found = office.desk.picture.countersigned(held)
    return [
        CountersignedView(party=party, time_s=time) for party, time in sorted(found.items(), key=lambda one: one[1])
    ]


HANDLERS = [get_countersigned]
