"""Records: search, one in full, its proof; receipts, preview, export."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Annotated

import msgspec
from litestar import Response, get, post
from litestar.params import FromPath, JSONBody, QueryParameter
from litestar.response import Stream

from sarhad.desk import NotFound, PreviewPartner
from sarhad.picture.views import Page, RecordFilter
from sarhad.web.errors import BadRequest
from sarhad.web.files import CHUNK, read_at
from sarhad.web.guards import allow
from sarhad.web.office import Call, Here, signed_in
from sarhad.web.shapes import ExportBody, PreviewBody, ReceiptsBody, ReceiptsView, RecordDetail
from sarhad.web.watch import Drill
from sarhad.wire.errors import Unavailable, VerificationError
from sarhad.wire.ids import parse_ref
from sarhad.wire.registry import KINDS, Data
from sarhad.wire.values import Microseconds

Kinds = Annotated[list[str] | None, QueryParameter(name="kind", required=False, max_items=40)]
Parties = Annotated[list[str] | None, QueryParameter(name="party", required=False, max_items=40)]
Words = Annotated[str, QueryParameter(name="q", max_length=200, required=False, description="Every word must occur")]
Time = Annotated[Microseconds | None, QueryParameter(required=False)]
Limit = Annotated[int, QueryParameter(ge=1, le=500, required=False)]
Cursor = Annotated[str, QueryParameter(max_length=200, required=False, description="A page's next")]


@get("/api/records", opt=allow(), operation_id="getRecords", tags=["records"])
async def get_records(
    office: Here,
    exercise: Drill = None,
    kinds: Kinds = None,
    parties: Parties = None,
    q: Words = "",
    since_us: Time = None,
    until_us: Time = None,
    about: Annotated[str | None, QueryParameter(max_length=60, required=False)] = None,
    cursor: Cursor = "",
    limit: Limit = 100,
) -> Page:
    """Records that match, newest claimed time first, a page at a time."""
    return office.desk.picture.records(
        RecordFilter(
            exercise=exercise,
            kinds=tuple(kinds or ()),
            parties=tuple(parties or ()),
            q=q,
            since_us=since_us,
            until_us=until_us,
            about=about,
            cursor=cursor,
            limit=limit,
        )
    )


def _checked(ref: str) -> str:
    try:
        parse_ref(ref)
    except VerificationError as error:
        raise NotFound(error.what, where=ref[:60], do="Write it like pk:42") from error
    return ref


@get("/api/records/{ref:str}", opt=allow(), operation_id="getRecord", tags=["records"])
async def get_record(ref: FromPath[str], office: Here) -> RecordDetail:
    """One record: what it says, what was said of it, its receipts, its time bracket, its exact bytes."""
    view = office.desk.picture.record(_checked(ref))
    held = office.desk.held(ref)
    if view is None or held is None:
        raise NotFound(f"there is no record {ref} here", where=ref, do="Check the number; it may not be released to us")
    known = {name: getattr(view, name) for name in view.__struct_fields__}
    readers = tuple(sorted(office.desk.readers(ref)))
    return RecordDetail(**known, readers=readers, body=held.raw, body_text=held.body.decode())


@get(
    "/api/records/{ref:str}/proof",
    opt=allow(),
    operation_id="getProof",
    tags=["records"],
    media_type="text/plain; charset=utf-8",
)
async def get_proof(ref: FromPath[str], office: Here) -> Response[bytes]:
    """The C2SP tlog-proof of the record under the newest checkpoint with its countersignatures."""
    text = await asyncio.to_thread(office.desk.proof, _checked(ref))
    name = ref.replace(":", "-")
    return Response(
        text,
        media_type="text/plain; charset=utf-8",
        headers={"Content-Disposition": f'attachment; filename="{name}.tlog-proof"'},
    )


@post("/api/receipts", opt=allow(), status_code=201, operation_id="postReceipts", tags=["acts"])
async def post_receipts(request: Call, data: JSONBody[ReceiptsBody], office: Here) -> ReceiptsView:
    """Confirm records as seen or acknowledged; what was confirmed before is skipped."""
    written = await office.desk.receipt(signed_in(request).actor, data.step, data.refs)
    return ReceiptsView(refs=tuple(record.ref for record in written))


@post("/api/preview", opt=allow(), status_code=200, operation_id="postPreview", tags=["acts"])
async def post_preview(request: Call, data: JSONBody[PreviewBody], office: Here) -> list[PreviewPartner]:
    """Exactly what each partner would see; refuses as the act itself would, and writes nothing."""
    actor = signed_in(request).actor
    if data.record is not None:
        return office.desk.preview_release(actor, data.record, data.release)
    return office.desk.preview(actor, _draft(data), data.release, data.exercise)


def _draft(body: PreviewBody) -> Data:
    info = KINDS.get(body.kind or "")
    if info is None or body.data is None:
        raise BadRequest("a preview names a record, or a known kind with its data", where="kind", do="Add what lacks")
    try:
        return info.decode(msgspec.json.encode(body.data))
    except msgspec.MsgspecError as error:
        raise BadRequest(str(error), where="data", do="Mend the data") from error


@post(
    "/api/export",
    opt=allow("auditor", "secretary", "commander"),
    status_code=200,
    operation_id="postExport",
    tags=["records"],
    media_type="application/zip",
)
async def post_export(request: Call, data: JSONBody[ExportBody], office: Here) -> Stream:
    """A bundle that anyone can verify offline."""
    if office.export is None:
        raise Unavailable("this node makes no bundles", where="export", do="Run: sarhad export")
    path = await office.export(data.audience, signed_in(request).actor)
    name = f"sarhad-{office.desk.party}-{data.audience}.zip"
    return Stream(
        _spend(path),
        media_type="application/zip",
        headers={"Content-Disposition": f'attachment; filename="{name}"'},
    )


async def _spend(path: Path) -> AsyncIterator[bytes]:
    """Yield the file's bytes and delete it, whether it was read to the end or not."""
    try:
        offset = 0
        while chunk := await asyncio.to_thread(read_at, path, offset, CHUNK):
            offset += len(chunk)
            yield chunk
    finally:
        path.unlink(missing_ok=True)  # noqa: ASYNC240  (one directory entry on a local disk)


HANDLERS = [get_records, get_record, get_proof, post_receipts, post_preview, post_export]
