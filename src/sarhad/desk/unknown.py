"""Fields that a kind does not have: kept when a newer partner sends them, refused when our own officers do."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import msgspec


def unknown_fields(raw: Any, known: Any, path: str) -> Iterator[str]:
    """Yield the dotted names of members of ``raw`` (plain JSON) that the struct decoded from it has no field for."""
    if isinstance(raw, dict) and isinstance(known, msgspec.Struct):
        for key, item in raw.items():
            if key in known.__struct_fields__:
                yield from unknown_fields(item, getattr(known, key), f"{path}.{key}")
            else:
                yield f"{path}.{key[:40]}"
    elif isinstance(raw, list) and isinstance(known, tuple):
        for index, (item, value) in enumerate(zip(raw, known, strict=False)):
            yield from unknown_fields(item, value, f"{path}[{index}]")
