"""Who acts at a desk, and the errors that an act can meet besides a plain refusal."""

from __future__ import annotations

from dataclasses import dataclass
from typing import get_args

from sarhad.wire.errors import Refused, SarhadError
from sarhad.wire.ids import NODE_OFFICER
from sarhad.wire.registry import Role

ROLES: frozenset[Role] = frozenset(get_args(Role))
OFFICER_ROLES: frozenset[Role] = ROLES - {"node"}
"""What a person can be; ``node`` is the program."""


@dataclass(frozen=True, slots=True)
class Actor:
    """Who acts: an officer of our own party, or the node itself."""

    party: str
    officer: str
    roles: frozenset[Role]
    unit: str | None = None
    """The own unit that a field officer leads (its record)."""
    second: str = ""
    """The officer who confirmed this act and signed in for it, where it takes two."""


def node_actor(party: str) -> Actor:
    """The program acting by itself for ``party``."""
    return Actor(party, NODE_OFFICER, frozenset({"node"}))


class RoleRefused(Refused):
    """The officer's roles do not allow the act."""

    code = "role"


class UnknownReference(Refused):
    """A record is named that does not exist here; it may still come from the partner."""

    code = "unknown-reference"


class KeyReused(Refused):
    """The same idempotency key came with another content."""

    code = "key-reused"


class NotFound(SarhadError):
    """What was asked for is not here."""

    code = "not-found"
