"""A question of dispatch, and its answer kept with all that it was made from, so that it can be made again."""

from __future__ import annotations

import msgspec


class Question(msgspec.Struct, frozen=True, kw_only=True):
    """What the planner is asked: a Snapshot's canonical bytes, and how long it may take."""

    snapshot: msgspec.Raw
    limit_ms: int


class Kept(msgspec.Struct, frozen=True, kw_only=True):
    """A proposal with all that it was made from; ``sarhad plan dispatch FILE --replay`` makes it again."""

    format: str = "sarhad-plan/v1"
    snapshot: msgspec.Raw
    limit_ms: int
    proposal: msgspec.Raw
