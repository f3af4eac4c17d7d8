"""The registry of record kinds: one small typed definition each."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import cache
from typing import Any, ClassVar, Literal, TypeVar

import msgspec

from sarhad.wire import ids, values

Role = Literal["duty", "commander", "secretary", "planner", "auditor", "administrator", "field", "node"]
"""What an officer may do; ``field`` leads a unit and speaks for it alone, ``node`` is the program acting by itself."""

Answers = Literal["none", "acknowledge", "answer"]
"""What the agreement's clocks ask of the receiving side for a record of this kind."""


class Data(values.Value, frozen=True, kw_only=True):
    """Base of the ``data`` of every kind."""

    kind_info: ClassVar[Kind]

    @classmethod
    def kind_name(cls) -> str:
        """The name under which the kind is registered."""
        return cls.kind_info.name

    def check(self, party: str) -> None:
        """Check what the kind asks of the author's ``party``; raise ValueError if it is broken."""


def own(party: str, *names: str | None) -> None:
    """Raise ValueError unless every one of ``names`` (references or logs; None is passed over) is the party's own."""
    for name in names:
        if name is not None and ids.party_of(name) != party:
            raise ValueError(f"{name} is not of the author's party, {party}")


def anothers(party: str, *names: str | None) -> None:
    """Raise ValueError if one of ``names`` (references, logs, parties; None is passed over) is the party's own."""
    for name in names:
        if name is not None and ids.party_of(name) == party:
            raise ValueError(f"{name} is of the author's own party")


@dataclass(frozen=True, slots=True)
class Kind:
    """What is known about a kind besides its fields.

    ``authors``: the roles that may write it.  ``act``: an authorised act, which must
    carry a DSSE signature of its own.  ``expects``: what the receiving side owes.
    ``ref_fields``: the fields that name other records; ``refs_of`` also finds those that stand deeper.
    """

    name: str
    struct: type[Data]
    authors: frozenset[Role]
    act: bool
    expects: Answers
    ref_fields: tuple[str, ...]
    decoder: msgspec.json.Decoder[Data]

    def decode(self, raw: msgspec.Raw | bytes) -> Data:
        """Decode the ``data`` of this kind; raises msgspec.ValidationError."""
        return self.decoder.decode(raw)


KINDS: dict[str, Kind] = {}
"""Every kind by name, filled by the ``kind`` decorator when sarhad.wire.kinds is imported."""

D = TypeVar("D", bound=type[Data])


def kind(name: str, *, authors: set[Role], act: bool = False, expects: Answers = "none") -> Callable[[D], D]:
    """Register a Data class as the record kind ``name``."""

    def register(struct: D) -> D:
        if name in KINDS:
            raise ValueError(f"the kind {name} is defined twice")
        refs = tuple(f.name for f in msgspec.structs.fields(struct) if _holds_ref(f.type))
        info = Kind(name, struct, frozenset(authors), act, expects, refs, msgspec.json.Decoder(struct))
        KINDS[name] = info
        struct.kind_info = info
        return struct

    return register


def _holds_ref(annotation: Any) -> bool:
    """Tell whether a field's type is a Ref, an optional Ref or a tuple of Refs."""
    return annotation == ids.Ref or any(
        _holds_ref(arg) for arg in getattr(annotation, "__args__", ()) if arg is not str
    )


@cache
def _fields_with_refs(struct: type[msgspec.Struct]) -> tuple[str, ...]:
    """Names of the fields that hold a Ref, or a value that holds one at any depth."""
    return tuple(f.name for f in msgspec.structs.fields(struct) if _holds_ref(f.type) or _holds_deeper(f.type))


def _holds_deeper(annotation: Any) -> bool:
    if isinstance(annotation, type) and issubclass(annotation, msgspec.Struct):
        return bool(_fields_with_refs(annotation))
    return any(_holds_deeper(arg) for arg in getattr(annotation, "__args__", ()))


def refs_of(data: values.Value) -> list[str]:
    """Return every reference that ``data`` makes to another record, in field order, at any depth.

    What a correction's whole data refers to is not among them: only the log knows its kind.
    """
    found: list[str] = []
    for name in _fields_with_refs(type(data)):
        held = getattr(data, name)
        if isinstance(held, str):
            found.append(held)
        elif isinstance(held, tuple):
            for item in held:
                if isinstance(item, str):
                    found.append(item)
                elif item is not None:
                    found += refs_of(item)
        elif held is not None:
            found += refs_of(held)
    return found
