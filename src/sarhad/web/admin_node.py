"""Keys and partners, invitations, health, copies and checks of the node."""

from __future__ import annotations

import asyncio

from litestar import Response, get, post
from litestar.params import FromPath

from sarhad.web.admin import keeping_of
from sarhad.web.errors import BadRequest
from sarhad.web.guards import allow
from sarhad.web.keeping import InvitationView, JobView, KeysView, NodeHealthView
from sarhad.web.office import Call, Here, signed_in
from sarhad.web.watch import known_partner

READERS = allow("administrator", "commander", "auditor")
MAX_INVITATION_BYTES = 64 * 1024
TAGS = ["administration"]


@get("/api/keys", opt=READERS, operation_id="getKeys", tags=TAGS)
async def get_keys(office: Here) -> list[KeysView]:
    """Our own keys first, then each partner's; evidence where a log is frozen."""
    keeping = keeping_of(office)
    found = [await asyncio.to_thread(keeping.own_keys)]
    for party in sorted(office.desk.partners()):
        found.append(await asyncio.to_thread(keeping.partner_keys, party))
    return found


@get("/api/keys/{partner:str}", opt=READERS, operation_id="getPartnerKeys", tags=TAGS)
async def get_partner_keys(partner: FromPath[str], office: Here) -> KeysView:
    """One partner's keys, and the evidence where its log is frozen."""
    return await asyncio.to_thread(keeping_of(office).partner_keys, known_partner(office, partner))


@get(
    "/api/invitation",
    opt=allow("administrator", "commander"),
    operation_id="getInvitation",
    tags=TAGS,
    media_type="application/octet-stream",
)
async def get_invitation(office: Here) -> Response[bytes]:
    """Our invitation file.  It holds nothing secret; its digits are read out."""
    made = await asyncio.to_thread(keeping_of(office).invitation)
    name = f"{office.desk.party}.sarhad-invite"
    return Response(
        made,
        media_type="application/octet-stream",
        headers={"Content-Disposition": f'attachment; filename="{name}"'},
    )


@post("/api/invitations/look", opt=allow("administrator"), status_code=200, operation_id="lookAtInvitation", tags=TAGS)
async def look_at_invitation(request: Call, office: Here) -> InvitationView:
    """Whose invitation the file in the body is; nothing is pinned."""
    raw = await request.body()
    if not 0 < len(raw) <= MAX_INVITATION_BYTES:
        raise BadRequest("an invitation has at most 64 KB", where="body", do="Choose the file that the partner sent")
    return await asyncio.to_thread(keeping_of(office).look_at, raw)


@get("/api/node", opt=READERS, operation_id="getNode", tags=TAGS)
async def get_node(office: Here) -> NodeHealthView:
    """How the node is: disk, log, countersignatures, versions, the last copy."""
    return await asyncio.to_thread(keeping_of(office).health)


@get("/api/node/jobs", opt=READERS, operation_id="getJobs", tags=TAGS)
async def get_jobs(office: Here) -> list[JobView]:
    """The last copy and the last check, running or ended."""
    return keeping_of(office).jobs()


@post("/api/node/backup", opt=allow("administrator"), status_code=202, operation_id="startBackup", tags=TAGS)
async def start_backup(request: Call, office: Here) -> JobView:
    """Begin a copy of the node into the folder that the settings name."""
    return keeping_of(office).start("backup", signed_in(request).actor)


@post("/api/node/fsck", opt=allow("administrator", "auditor"), status_code=202, operation_id="startFsck", tags=TAGS)
async def start_fsck(request: Call, office: Here) -> JobView:
    """Begin to re-hash everything; the first that is wrong is named."""
    return keeping_of(office).start("fsck", signed_in(request).actor)


HANDLERS = [
    get_keys,
    get_partner_keys,
    get_invitation,
    look_at_invitation,
    get_node,
    get_jobs,
    start_backup,
    start_fsck,
]
