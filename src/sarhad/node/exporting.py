"""``sarhad export``, and the desk's export button: bundles for strangers, files to carry to a partner."""

from __future__ import annotations

import asyncio
import os
import tempfile
from importlib import resources
from pathlib import Path

from sarhad.desk import Actor
from sarhad.exchange import bundles
from sarhad.ledger.bundle import Written, write_bundle
from sarhad.node.build import Node, opened
from sarhad.node.folder import NodeFolder
from sarhad.wire.errors import SarhadError


def offline_page() -> bytes | None:
    """Return the page that verifies a bundle in a browser, None when the pages were not built."""
    page = resources.files("sarhad.web") / "static" / "verify.html"
    return page.read_bytes() if page.is_file() else None


async def write(node: Node, path: Path, audience: str, refs: tuple[str, ...] = ()) -> Written:
    """Write a bundle of what ``audience`` may read (``own``: all), or of ``refs`` and what was said of them."""
    await asyncio.to_thread(node.ledger.checkpoint)
    wanted = bundles.select(node.ledger, node.desk, audience, refs)
    attachments = NodeFolder(node.folder.root).attachments
    return await asyncio.to_thread(
        write_bundle,
        path,
        node.ledger,
        wanted,
        audience=audience,
        attachments=attachments,
        page=offline_page(),
        made_at=node.clock(),
    )


async def bundle_for_web(node: Node, audience: str, _actor: Actor) -> Path:
    """Write a bundle to a temporary file, which the web sends and deletes."""
    handle, name = tempfile.mkstemp(prefix="sarhad-", suffix=".zip")
    os.close(handle)
    path = Path(name)
    await write(node, path, audience)
    return path


def main(folder: Path, output: Path, audience: str, refs: tuple[str, ...], carry: str | None) -> str:
    """Write the bundle, or the file for a partner; returns what to print."""
    if carry and (refs or audience != "own"):
        raise SarhadError(
            "--carry takes neither --for nor --record", do="Leave them out: the partner's release decides"
        )
    return asyncio.run(_main(folder, output, audience, refs, carry))


async def _main(folder: Path, output: Path, audience: str, refs: tuple[str, ...], carry: str | None) -> str:
    async with opened(folder) as node:
        if carry:
            made = await node.make_exchange().export_for_partner(output, carry)
            there = "There: sarhad import FOLDER FILE --as carried"
            return f"Wrote {output} for {carry}: entries {made.start} to {made.end}, {made.files} files. {there}"
        written = await write(node, output, audience, refs)
        return f"Wrote {output}: {written.records} records. Anyone checks it with: sarhad verify {output}"
