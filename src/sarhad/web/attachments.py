"""Files: streamed to the disk as they come, given back by their content's hash, shown only as the node's own views."""

from __future__ import annotations

import asyncio
import unicodedata
from collections.abc import AsyncIterator
from typing import Annotated, Any, Literal
from urllib.parse import quote

from litestar import Request, get, post
from litestar.params import FromPath, QueryParameter
from litestar.response import Response

from sarhad.desk import NotFound
from sarhad.desk.attachments import MAX_BYTES
from sarhad.desk.photos import PhotoFacts, photo_type, stripped
from sarhad.desk.photos.pieces import NoPicture
from sarhad.picture.views import RecordView
from sarhad.web.files import FileAnswer
from sarhad.web.guards import allow
from sarhad.web.office import Here, Office
from sarhad.web.shapes import AttachedView, AttachmentView
from sarhad.wire.ids import make_ref
from sarhad.wire.kinds import Attachment

SLACK = 1_024
"""So that a file just over the limit gets the desk's own refusal, with what to do."""
PASSIVE = (("Content-Security-Policy", "default-src 'none'; sandbox; frame-ancestors 'none'"),)
"""What a partner sent is never run in our pages, whatever it is and however it is opened."""
_JOINERS = "\u200c\u200d"  # Persian and Urdu words need them


@post(
    "/api/attachments",
    opt=allow("duty", "commander", "secretary", "field"),
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
    return await described(office, sha256, size)


@post(
    "/api/attachments/{sha256:str}/strip",
    opt=allow("duty", "commander", "secretary", "field"),
    status_code=201,
    operation_id="postStripped",
    tags=["attachments"],
)
async def post_stripped(sha256: FromPath[str], office: Here) -> AttachmentView:
    """The same photo with nothing told besides its picture: another file, with its own hash.  No pixel changes."""
    path = office.attachments.path(sha256)
    content = await asyncio.to_thread(lambda: stripped(path.read_bytes()))

    async def whole() -> AsyncIterator[bytes]:
        yield content

    made, size = await office.attachments.put(whole())
    return await described(office, made, size)


async def described(office: Office, sha256: str, size: int) -> AttachmentView:
    """Tell what a file that is held is, and what a photo tells besides its picture."""
    path = office.attachments.path(sha256)
    kind = await asyncio.to_thread(photo_type, path)
    photo: PhotoFacts | None = None
    if kind:
        try:
            photo = await office.photos.facts(path)
        except NoPicture:
            kind = ""  # whatever it is, it is no photo that we can say anything about
    return AttachmentView(sha256=sha256, size=size, media_type=kind or "application/octet-stream", photo=photo)


@get("/api/attachments/{sha256:str}", opt=allow(), operation_id="getAttachment", tags=["attachments"])
async def get_attachment(request: Request[Any, Any, Any], sha256: FromPath[str], office: Here) -> Response[Any]:
    """The file.  Always as a download of unknown type: what a partner sent is never run in our pages."""
    path = office.attachments.path(sha256)
    return FileAnswer(path, immutable=True, download=_download(office, sha256), extra=PASSIVE).to_response(request)


@get(
    "/api/attachments/{sha256:str}/view",
    opt=allow(),
    operation_id="getAttachmentView",
    tags=["attachments"],
    media_type="image/jpeg",
)
async def get_view(
    request: Request[Any, Any, Any],
    sha256: FromPath[str],
    office: Here,
    size: Annotated[Literal["small", "large"], QueryParameter(name="size", required=False)] = "small",
) -> Response[Any]:
    """A photo as the node drew it again: a JPEG of at most 320 or 1600 pixels a side; 204 where there is none."""
    path = office.attachments.path(sha256)
    try:
        view = await office.photos.view(path, size)
    except NoPicture:
        return Response(b"", status_code=204, media_type="image/jpeg")
    return FileAnswer(view, immutable=True, extra=PASSIVE).to_response(request)


@get("/api/incidents/{ref:str}/attachments", opt=allow(), operation_id="getIncidentAttachments", tags=["attachments"])
async def get_attached(ref: FromPath[str], office: Here) -> list[AttachedView]:
    """The files about an incident, and whether each is here yet."""
    incident = office.desk.picture.incident(ref)
    if incident is None:
        raise NotFound("there is no such incident here", where=ref[:60], do="Check the number")
    named = [one for side in incident.statements for said in side.statements for one in said.attachments]
    views = [office.desk.picture.record(one) for one in dict.fromkeys((*incident.attachments, *named))]
    held = [view for view in views if view is not None and view.kind == "attachment" and view.known]
    return await asyncio.to_thread(lambda: [_attached(office, view) for view in held])


def _attached(office: Office, view: RecordView) -> AttachedView:
    """Tell everything about one attachment record and its file.  Touches the disk."""
    sha256, size = str(view.data["sha256"]), int(view.data["size"])
    here = office.attachments.holds(sha256)
    return AttachedView(
        ref=view.ref,
        party=view.party,
        by=view.by,
        at=view.at,
        sha256=sha256,
        size=size,
        media_type=str(view.data["media_type"]),
        name=plain_name(str(view.data.get("name", ""))),
        about=view.data.get("about"),
        here=here,
        so_far=size if here else office.attachments.partial(view.party, sha256, size).so_far(),
        photo=here and bool(photo_type(office.attachments.path(sha256))),
        readers=tuple(sorted(office.desk.readers(view.ref))) if view.party == office.desk.party else (),
        tlp=view.tlp,
    )


def plain_name(name: str) -> str:
    """Return a file's name without what could make it look like another: control and direction characters, paths."""
    kept = (c for c in name if c in _JOINERS or not unicodedata.category(c).startswith("C"))
    return "".join("_" if c in '/\\:*?"<>|' else c for c in kept).strip(" .")[:150]


def _download(office: Office, sha256: str) -> str:
    """Name the file as a record of it does; by its hash when none does."""
    for one in office.desk.picture.naming_file(sha256):
        if isinstance(one.data, Attachment) and plain_name(one.data.name):
            ref = make_ref(one.log, one.seq).replace(":", "-")
            return f"\"{sha256}.bin\"; filename*=UTF-8''{quote(f'{ref} {plain_name(one.data.name)}', safe='')}"
    return f'"{sha256}.bin"'


HANDLERS = [post_attachment, post_stripped, get_attachment, get_view, get_attached]
