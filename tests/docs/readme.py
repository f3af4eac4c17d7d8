"""The README's commands, as a reader would copy them."""

from __future__ import annotations

import re
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]

_FENCE = re.compile(r"^```sh\n(.*?)^```$", re.MULTILINE | re.DOTALL)


def shell_commands(path: Path = ROOT / "README.md") -> list[str]:
    """Return every command of the file's fenced ``sh`` blocks, in order; a trailing backslash joins lines."""
    blocks = _FENCE.findall(path.read_text(encoding="utf-8"))
    lines = [line.strip() for block in blocks for line in block.replace("\\\n", " ").splitlines()]
    return [line for line in lines if line and not line.startswith("#")]
