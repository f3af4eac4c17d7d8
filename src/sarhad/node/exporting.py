"""``sarhad export``, and the desk's export button: bundles for strangers, files to carry to a partner."""

from __future__ import annotations

import asyncio
import os
import tempfile
from importlib import resources
from pathlib import Path

from rich.console import Console
from rich.progress import Progress

from sarhad.desk import Actor
from sarhad.exchange import bundles
from sarhad.ledger.bundle import Written, write_bundle
from sarhad.node.build import Node, opened
from sarhad.wire.errors import SarhadError


def offline_page() -> bytes | None:
    """Return the page that verifies a bundle in a browser, None when the pages were not built."""
    page = resources.files("sarhad.web") / "static" / "verify.html"
    return page.read_bytes() if page.is_file() else None


async def write(node: Node, path: Path, audience: str, refs: tuple[str, ...] = (), *, show: bool = False) -> Written:
    """Write a bundle of what ``audience`` may read (``own``: all), or of ``refs`` and what was said of them.

    ``show`` draws a progress bar on the terminal.
    """
    await asyncio.to_thread(node.ledger.checkpoint)
    wanted = bundles.select(node.ledger, node.desk, audience, refs)
    console = Console(stderr=True)
    with Progress(console=console, transient=True, disable=not (show and console.is_terminal)) as bar:
        task = bar.add_task("Writing", total=sum(len(seqs) for seqs in wanted.values()))
        return await asyncio.to_thread(
            write_bundle,
            path,
            node.ledger,
            wanted,
            audience=audience,
            attachments=node.folder.attachments,
            page=offline_page(),
            made_at=node.clock(),
            progress=lambda records: bar.advance(task, records),
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
        written = await write(node, output, audience, refs, show=True)
        return f"Wrote {output}: {written.records} records. Anyone checks it with: sarhad verify {output}"
