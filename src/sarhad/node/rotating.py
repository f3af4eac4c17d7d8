"""``sarhad rotate``: new keys by a new manifest that the old key signs, safe against a crash at any step.

1. The new keys are written to ``keys/next``, the TLS key and certificate until now copied to ``keys/old``.
2. The manifest, the change of keys and the last signatures by the old keys become durable in one transaction.
3. The new keys take the place of the old.

What the log's newest manifest says decides, at every start, whether ``keys/next`` is
taken (it came to step 2) or thrown away (it did not).
"""

from __future__ import annotations

import asyncio
from pathlib import Path

from sarhad.exchange.invitation import open_manifest
from sarhad.node.build import Node, opened
from sarhad.node.key_files import ALL, Which, prepare, settle
from sarhad.wire.keys import SecretKey
from sarhad.wire.record import Record


async def rotate(node: Node, which: frozenset[Which] = ALL) -> Record:
    """Change these keys of an opened node; return the manifest's record.  A running exchange begins anew."""
    folder = node.folder
    manifest = prepare(folder, open_manifest(node.ledger.identity.manifest)[1], which, node.clock())
    secrets = [
        SecretKey.load(folder.next_keys / path.name if (folder.next_keys / path.name).exists() else path)
        for path in (folder.log_key, folder.witness_key)
    ]
    written = await node.desk.renew(manifest, *secrets)
    settle(folder, node.ledger.identity.manifest)
    node.renewed.set()
    return written


def main(root: Path, which: frozenset[Which]) -> str:
    """``sarhad rotate``; returns what to print."""

    async def run() -> str:
        async with opened(root) as node:
            written = await rotate(node, which or ALL)
            return f"Changed: {', '.join(sorted(which or ALL))} (record {written.ref}). Partners follow from the log."

    return asyncio.run(run())
