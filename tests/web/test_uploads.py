"""Files brought piece by piece: a line that breaks, a node that restarts, and what nobody may send."""

from __future__ import annotations

import hashlib
import io
import os
import time
from typing import Any

from photo_maker import photo
from sarhad.desk import attachments
from sarhad.web.uploads import PIECE_BYTES
from web.served import Client, Served


async def bring(client: Client, content: bytes, offset: int, end: int, name: str = "") -> tuple[int, Any]:
    sha256 = name or hashlib.sha256(content).hexdigest()
    params = {"size": len(content), "offset": offset}
    return await client.call("PUT", f"/api/uploads/{sha256}", params=params, data=io.BytesIO(content[offset:end]))


async def test_a_file_comes_in_pieces_and_a_lost_answer_costs_nothing(desk: Served) -> None:
    content = photo()
    third = len(content) // 3
    async with desk.officer("duty") as client:
        assert await bring(client, content, 0, 0) == (200, {"held": 0, "stored": None})
        assert await bring(client, content, 0, third) == (200, {"held": third, "stored": None})
        # The answer was lost: the same piece comes again, and one that leaves a gap.
        assert await bring(client, content, 0, third) == (200, {"held": third, "stored": None})
        assert await bring(client, content, 2 * third, len(content)) == (200, {"held": third, "stored": None})
        status, whole = await bring(client, content, third, len(content))
        assert (status, whole["held"], whole["stored"]["media_type"]) == (200, len(content), "image/jpeg")
        assert (await client.get(f"/api/attachments/{whole['stored']['sha256']}"))[1] == content
        assert await bring(client, content, 0, 0) == (200, whole)
    assert not list(desk.house.folder.glob("attachments/.upload-*"))


async def test_another_content_is_refused_and_forgotten(desk: Served) -> None:
    async with desk.officer("duty") as client:
        assert (await bring(client, b"other", 0, 5, "0" * 64))[0] == 422
        assert (await bring(client, b"other", 0, 0, "0" * 64)) == (200, {"held": 0, "stored": None})
        status, problem = await client.call(
            "PUT", "/api/uploads/no-hash", params={"size": 5, "offset": 0}, data=b"other"
        )
        assert (status, problem["where"]) == (422, "no-hash")
        too_large = {"size": attachments.MAX_BYTES + 1, "offset": 0}
        assert (await client.call("PUT", f"/api/uploads/{'0' * 64}", params=too_large, data=b"x"))[0] == 413
        long = b"x" * (PIECE_BYTES + 1)
        assert (await bring(client, long, 0, len(long)))[0] == 413


async def test_who_may_not_attach_may_not_bring_and_officers_do_not_share_their_pieces(desk: Served) -> None:
    async with desk.officer("auditor") as auditor, desk.officer("duty") as one, desk.officer("commander") as other:
        assert (await bring(auditor, b"photograph", 0, 5))[0] == 403
        assert (await bring(one, b"photograph", 0, 5))[1]["held"] == 5
        assert (await bring(other, b"photograph", 0, 0))[1]["held"] == 0


async def test_what_was_left_lying_goes(desk: Served) -> None:
    folder = desk.house.folder / "attachments"
    async with desk.officer("duty") as client:
        for number in range(attachments.UPLOADS_EACH + 2):
            await bring(client, b"photograph %d" % number, 0, 5)
            newest = max(folder.glob(".upload-*"), key=lambda path: path.stat().st_mtime_ns)
            os.utime(newest, (time.time() - 100 + number,) * 2)
        assert len(list(folder.glob(".upload-*"))) == attachments.UPLOADS_EACH + 1
        for path in folder.glob(".upload-*"):
            os.utime(path, (time.time() - attachments.UPLOADS_S - 60,) * 2)
        await bring(client, b"another", 0, 5)
        assert len(list(folder.glob(".upload-*"))) == 1
