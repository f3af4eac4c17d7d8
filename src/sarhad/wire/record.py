"""The record: one signed statement by one officer of one party.

A record is its exact canonical bytes (the body).  The header is the same for every
kind; ``data`` is the kind's own struct.  Where the entry stands (log and sequence)
is not in the body: the leaf commitment binds it.  Fields and kinds that this version
does not know are kept in the bytes, verified, and listed by ``unknown_fields``.
"""

from __future__ import annotations

from functools import cache
from typing import Annotated, Any

import msgspec
import msgspec.inspect
from msgspec import Meta

from sarhad.wire import canonical, ids, values
from sarhad.wire import kinds as _kinds  # noqa: F401  (fills the registry)
from sarhad.wire.errors import VerificationError
from sarhad.wire.registry import KINDS, Data, anothers

FORMAT_VERSION = 1


class Header(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True, gc=False):
    """What every record says about itself.

    ``v`` the format's version; ``party`` the author's party; ``by`` its officer (or
    ``node``); ``at`` the author's claimed time (UTC, microseconds: a claim, the
    bracket is the proof); ``seen`` the newest partner checkpoints known to the node;
    ``release`` who may read it; ``exercise`` the drill that it belongs to, absent
    when live; ``data`` the kind's own fields.
    """

    v: Annotated[int, Meta(ge=1)]
    kind: Annotated[str, Meta(pattern="^[a-z][a-z-]{1,39}" + ids.END)]
    party: ids.PartyId
    by: ids.OfficerId
    at: values.Microseconds
    release: values.Release
    data: msgspec.Raw
    seen: Annotated[tuple[values.Seen, ...], Meta(max_length=16)] = ()
    exercise: Annotated[str, Meta(pattern="^[a-z0-9][a-z0-9-]{0,62}" + ids.END)] | None = None


_header_decoder = msgspec.json.Decoder(Header)
_encoder = msgspec.json.Encoder(order="sorted")


class Record(msgspec.Struct, frozen=True, eq=False, gc=False):
    """A body that was read, at its place in a log.

    ``data`` is None when the kind, or the version of the format, is newer than ours.
    """

    log: str
    seq: int
    body: bytes
    header: Header
    data: Data | None
    ref: str = ""

    def __post_init__(self) -> None:
        """Derive the reference once; it is the key of every index."""
        msgspec.structs.force_setattr(self, "ref", f"{self.log}:{self.seq}")

    @property
    def kind(self) -> str:
        """The kind's name."""
        return self.header.kind

    @property
    def party(self) -> str:
        """The author's party."""
        return self.header.party

    @property
    def raw(self) -> dict[str, Any]:
        """The whole body as plain values, unknown fields included."""
        value = canonical.decode(self.body)
        assert isinstance(value, dict)
        return value

    @property
    def unknown_fields(self) -> tuple[str, ...]:
        """Dotted names of the fields that this version does not know, sorted."""
        if self.data is not None and _is_all(self.body, self.header, self.data):
            return ()
        raw = self.raw
        found = _unknown(raw, self.header, "")
        if self.data is not None:
            found += _unknown(raw["data"], self.data, "data.")
        return tuple(sorted(found))


def _unknown(raw: Any, known: Any, path: str) -> list[str]:
    """List the object members in ``raw`` that the struct (or tuple of structs) ``known`` has no field for."""
    if isinstance(raw, dict) and isinstance(known, msgspec.Struct):
        found: list[str] = []
        for key, item in raw.items():
            if key in known.__struct_fields__:
                found += _unknown(item, getattr(known, key), f"{path}{key}.")
            else:
                found.append(f"{path}{key}")
        return found
    if isinstance(raw, list) and isinstance(known, tuple):
        pairs = enumerate(zip(raw, known, strict=False))
        return [name for i, (r, k) in pairs for name in _unknown(r, k, f"{path[:-1]}[{i}].")]
    return []


def write(
    *,
    party: str,
    by: str,
    at: int,
    data: Data,
    release: values.Release = values.OWN,
    seen: tuple[values.Seen, ...] = (),
    exercise: str | None = None,
) -> bytes:
    """Return the canonical body of a new record; raise VerificationError if it would not be valid."""
    header = Header(
        v=FORMAT_VERSION,
        kind=data.kind_name(),
        party=party,
        by=by,
        at=at,
        release=release,
        data=msgspec.Raw(canonical.encode(data)),
        seen=seen,
        exercise=exercise,
    )
    body = canonical.encode(header)
    if not values.valid_release(release):
        raise VerificationError(
            "the release is contradictory",
            where="release",
            do="Name at least one party, or choose own, joint or public",
        )
    read(party, 0, body)
    return body


def read_parts(body: bytes) -> tuple[Header, Data | None]:
    """Return the header and the data of canonical ``body``; the data is None for what is newer than ours.

    Raises VerificationError when the bytes are not canonical, msgspec.MsgspecError
    when they break the definition.  A kind whose every value is typed and bounded is
    proved canonical by encoding the typed values again, a third of the cost of doing
    so with untyped ones; anything else takes the general way.
    """
    canonical.check_bytes(body)
    try:
        header = _header_decoder.decode(body)
        known = KINDS.get(header.kind) if header.v == FORMAT_VERSION else None
        data = known.decode(header.data) if known is not None else None
    except (msgspec.MsgspecError, UnicodeError, RecursionError):
        canonical.decode(body)
        raise
    if data is None or not closed(type(data)) or not _is_all(body, header, data):
        canonical.decode(body)
    return header, data


def _is_all(body: bytes, header: Header, data: Data) -> bool:
    """Tell whether the typed values, encoded again, are the whole of ``body`` to the byte."""
    return _encoder.encode(data) == bytes(header.data) and _encoder.encode(header) == body


@cache
def closed(struct: type[Data]) -> bool:
    """Tell whether every value in ``struct`` is typed and every integer bounded, so that no value escapes it."""
    return _closed(msgspec.inspect.type_info(struct))


def _closed(info: Any) -> bool:
    match info:
        case msgspec.inspect.IntType(le=le, lt=lt, ge=ge, gt=gt):
            return (le is not None or lt is not None) and (ge is not None or gt is not None)
        case msgspec.inspect.StructType(fields=fields):
            return all(_closed(field.type) for field in fields)
        case msgspec.inspect.VarTupleType(item_type=item):
            return _closed(item)
        case msgspec.inspect.TupleType(item_types=items) | msgspec.inspect.UnionType(types=items):
            return all(_closed(item) for item in items)
        case msgspec.inspect.Metadata(type=inner):
            return _closed(inner)
        case _:
            simple = (msgspec.inspect.StrType, msgspec.inspect.BoolType, msgspec.inspect.NoneType)
            return isinstance(info, (*simple, msgspec.inspect.LiteralType))


def read(log: str, seq: int, body: bytes) -> Record:
    """Read ``body`` as entry ``seq`` of ``log``.

    Raises VerificationError when the bytes are not canonical, the header or the
    data of a known kind breaks its definition, or the body speaks for another party
    than the log's.  An unknown kind, or a format version above ours, is not an error.
    What needs other records to judge (roles, what a reference points to) is not judged here.
    """
    try:
        header, data = read_parts(body)
        check_author(log, header, data)
    except VerificationError as error:
        error.where = error.where or f"{log}:{seq}"
        raise
    except (msgspec.MsgspecError, ValueError) as error:
        raise VerificationError(str(error), where=f"{log}:{seq}") from error
    return Record(log, seq, body, header, data)


def check_author(log: str, header: Header, data: Data | None) -> None:
    """Refuse what this party, or its node, cannot say; raises VerificationError or ValueError."""
    if header.party != ids.party_of(log):
        raise VerificationError(f"the record speaks for {header.party!r}")
    for seen in header.seen:
        anothers(header.party, seen.log)
    if data is not None:
        if header.by == ids.NODE_OFFICER and "node" not in data.kind_info.authors:
            raise VerificationError(f"a {header.kind} is written by an officer, not by the node")
        data.check(header.party)
