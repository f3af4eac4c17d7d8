"""Reading spec/vectors, which are written by hand; run as a script it stamps the hashes of new valid records.

python tests/wire_vectors.py        # fill in missing sha256 fields; a wrong one is never overwritten
"""

from __future__ import annotations

import hashlib
import json
from pathlib import Path
from typing import Any

from sarhad.wire import canonical

ROOT = Path(__file__).resolve().parent.parent
VECTORS = ROOT / "spec" / "vectors"


def load(path: str) -> Any:
    """Return the content of a vector file, named from spec/vectors."""
    return json.loads((VECTORS / path).read_text(encoding="utf-8"))


def merge(target: Any, patch: Any) -> Any:
    """Return ``target`` with a JSON Merge Patch (RFC 7396) applied; null removes a member."""
    if not isinstance(patch, dict):
        return patch
    merged = dict(target) if isinstance(target, dict) else {}
    for key, value in patch.items():
        if value is None:
            merged.pop(key, None)
        else:
            merged[key] = merge(merged.get(key), value)
    return merged


def plain(value: Any) -> bytes:
    """Return sorted, compact JSON without any check, for bodies that are meant to be refused."""
    return json.dumps(value, ensure_ascii=False, sort_keys=True, separators=(",", ":")).encode()


def stamp(path: Path) -> None:
    """Write the sha256 of each valid record's canonical bytes where it is missing."""
    content = json.loads(path.read_text(encoding="utf-8"))
    for case in content["valid"]:
        body = case.pop("body")
        case.setdefault("sha256", hashlib.sha256(canonical.encode(body)).hexdigest())
        case["body"] = body
    path.write_text(json.dumps(content, ensure_ascii=False, indent=2) + "\n", encoding="utf-8")


if __name__ == "__main__":
    for file in sorted((VECTORS / "records").glob("*.json")):
        if file.name == "unknown.json":
            continue
        stamp(file)
