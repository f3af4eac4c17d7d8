"""A file brought piece by piece, so that a thin line that breaks costs one piece and not the whole.

The caller names the content by its hash beforehand and says where each piece belongs;
a piece that does not begin where the node stands changes nothing, and the answer says
where it does.  What has come survives a restart of either end.
"""

from __future__ import annotations

import asyncio
from typing import Annotated

from litestar import put
from litestar.params import FromPath, QueryParameter

from sarhad.desk.attachments import Attachments
from sarhad.web.attachments import described
from sarhad.web.guards import allow
from sarhad.web.office import Call, Here, signed_in
from sarhad.web.shapes import Answered, AttachmentView

PIECE_BYTES = 1_048_576
"""The largest piece."""

Size = Annotated[int, QueryParameter(ge=1, le=2**53, description="Bytes of the whole file")]
Offset = Annotated[int, QueryParameter(ge=0, le=2**53, description="Where in the file the piece begins")]


class UploadView(Answered, frozen=True, kw_only=True):
    """How much of a file is here: its first ``held`` bytes; ``stored`` once it is whole."""

    held: int
    stored: AttachmentView | None


@put(
    "/api/uploads/{sha256:str}",
    opt=allow("duty", "commander", "secretary", "field"),
    operation_id="putPiece",
    tags=["attachments"],
    request_max_body_size=PIECE_BYTES,
)
async def put_piece(request: Call, sha256: FromPath[str], size: Size, offset: Offset, office: Here) -> UploadView:
    """Add the body to a file of ours, from ``offset`` on; an empty body asks how far it has come."""
    files, officer = office.attachments, signed_in(request).actor.officer
    piece = await request.body()
    async with office.uploading[officer]:
        if not files.holds(sha256):
            held = await asyncio.to_thread(_add, files, officer, sha256, size, offset, piece)
            if held < size:
                return UploadView(held=held, stored=None)
    whole = files.size(sha256)
    return UploadView(held=whole, stored=await described(office, sha256, whole))


def _add(files: Attachments, officer: str, sha256: str, size: int, offset: int, piece: bytes) -> int:
    """Add a piece if it is the next one; return how many bytes are here.  Touches the disk."""
    partial = files.upload(officer, sha256, size)
    try:
        partial.begin()
        if piece and offset == partial.held:
            partial.add(piece)
        if not partial.left:
            partial.finish()
        return partial.held
    finally:
        partial.close()


HANDLERS = [put_piece]
