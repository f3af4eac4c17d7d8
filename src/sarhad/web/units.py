"""What is said of a unit beyond its records: its position, more coarsely."""

from __future__ import annotations

from litestar import post
from litestar.params import JSONBody

from sarhad.desk.blur import release_blurred
from sarhad.web.guards import allow
from sarhad.web.office import Call, Here, signed_in
from sarhad.web.shapes import BlurBody, Written
from sarhad.wire.registry import KINDS

_AUTHORS = KINDS["unit-status"].authors - {"node", "field"}


@post("/api/positions/blurred", opt=allow(*_AUTHORS), status_code=201, operation_id="blurPosition", tags=["acts"])
async def blur_position(request: Call, data: JSONBody[BlurBody], office: Here) -> Written:
    """Release a unit's position as a cell of a fixed grid; the exact one stays home."""
    written = await release_blurred(
        office.desk, signed_in(request).actor, data.record, data.release, data.cell_m, key=data.key
    )
    return Written(ref=written.ref, kind=written.kind, at=written.header.at)


HANDLERS = [blur_position]
