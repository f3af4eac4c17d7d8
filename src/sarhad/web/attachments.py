"""Files: streamed to the disk as they come, given back by their content's hash."""

from __future__ import annotations

from typing import Annotated, Any

from litestar import Request, get, post
from litestar.params import FromPath, QueryParameter
from litestar.response import Response

from sarhad.desk.attachments import MAX_BYTES
from sarhad.web.files import FileAnswer
from sarhad.web.guards import allow
from sarhad.web.office import Here
from sarhad.web.shapes import AttachmentView

SLACK = 1_024
"""So that a file just over the limit gets the desk's own refusal, with what to do."""


@post(
    "/api/attachments",
    opt=allow("duty", "commander", "secretary"),
    status_code=201,
    operation_id="postAttachment",
    tags=["attachments"],
    request_max_body_size=MAX_BYTES + SLACK,
)
async def post_attachment(
    request: Request[Any, Any, Any],
    office: Here,
    expected: Annotated[
        str,
        QueryParameter(
            name="sha256", pattern="^([0-9a-f]{64})?$", required=False, description="Refuse another content"
        ),
    ] = "",
) -> AttachmentView:
    """Store the body, whatever it is; 50 MB at most.  Then write an attachment record that names it."""
    sha256, size = await office.attachments.put(request.stream(), expected)
    return AttachmentView(sha256=sha256, size=size)


@get("/api/attachments/{sha256:str}", opt=allow(), operation_id="getAttachment", tags=["attachments"])
async def get_attachment(request: Request[Any, Any, Any], sha256: FromPath[str], office: Here) -> Response[Any]:
    """The file.  Always as a download of unknown type: what a partner sent is never run in our pages."""
    path = office.attachments.path(sha256)
    return FileAnswer(path, immutable=True, download=f"{sha256}.bin").to_response(request)


HANDLERS = [post_attachment, get_attachment]
