"""The worker's task of dispatch: a snapshot and a limit in, the explained proposal out."""

from __future__ import annotations

import msgspec

from sarhad.node.computing import Bench
from sarhad.response.dispatch import propose
from sarhad.response.kept import Question
from sarhad.response.snapshot import read


def dispatch(bench: Bench, question: bytes) -> bytes:
    """Answer a Question (JSON) with a Proposal's canonical bytes."""
    asked = msgspec.json.decode(question, type=Question)
    return propose(bench.graph, read(bytes(asked.snapshot)), limit_s=asked.limit_ms / 1000).to_bytes()
