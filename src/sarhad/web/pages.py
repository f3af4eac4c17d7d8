"""The built pages and the region's files, as they lie on the disk."""

from __future__ import annotations

from typing import Any

from litestar import Request, get
from litestar.params import FromPath
from litestar.response import Response

from sarhad.desk import NotFound
from sarhad.web.files import FileAnswer, within
from sarhad.web.guards import allow, anyone
from sarhad.web.office import Here

HASHED = "assets/"
"""The build names these files by their content."""
APART = {"field": "field.html"}
"""Pages that are built apart from the desk; every other address is the desk's own business."""


@get("/region/{name:path}", opt=allow(), include_in_schema=False)
async def get_region(request: Request[Any, Any, Any], name: FromPath[str], office: Here) -> Response[Any]:
    """A file of the region package; ranges are answered, so that a map reads only what it shows."""
    if office.settings.region is None:
        raise NotFound("no region is set", where="region", do="Set region in the node's settings")
    return FileAnswer(within(office.settings.region, name)).to_response(request)


@get(["/", "/{name:path}"], opt=anyone(), include_in_schema=False)
async def get_page(request: Request[Any, Any, Any], office: Here, name: FromPath[str] = "/") -> Response[Any]:
    """A file of the pages; an address without a file's suffix is the pages' own business and gets the first page."""
    name = name.strip("/")
    if name == "api" or name.startswith("api/"):
        raise NotFound(
            "there is no such call", where=name[:100], do="See /api/openapi.json for the calls that there are"
        )
    if "." not in name.rpartition("/")[2]:
        name = APART.get(name, "index.html")
    hashed = name.startswith(HASHED)
    return FileAnswer(within(office.settings.pages, name), immutable=hashed, private=False).to_response(request)


HANDLERS = [get_region, get_page]
