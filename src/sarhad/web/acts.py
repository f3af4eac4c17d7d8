"""One typed call for each kind of record, made from the registry: POST /api/acts/<kind>."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import msgspec
from litestar import post
from litestar.handlers import HTTPRouteHandler
from litestar.params import JSONBody

from sarhad.desk.unknown import unknown_fields
from sarhad.web.errors import BadRequest
from sarhad.web.guards import allow
from sarhad.web.office import Call, Here, Office, signed_in
from sarhad.web.shapes import Body, Exercise, Key, Written
from sarhad.wire.errors import Refused
from sarhad.wire.kinds import Attachment
from sarhad.wire.registry import KINDS, Data, Kind
from sarhad.wire.values import Release

_json_body: Any = JSONBody  # takes types that are made at run time


class Act(Body, frozen=True, kw_only=True):
    """Base of the body of every act."""

    release: Release
    exercise: Exercise | None = None
    key: Key | None = None


def camel(kind: str) -> str:
    """``zone-notice`` as ``ZoneNotice``."""
    return "".join(word.capitalize() for word in kind.split("-"))


def as_read(kind: Kind) -> type[msgspec.Struct]:
    """The kind's struct, or one like it where a field keeps the bytes that came (a correction's data).

    The framework reads the body before it makes the struct, and raw bytes can only be kept while reading.
    """
    fields = msgspec.structs.fields(kind.struct)
    if not any(field.type is msgspec.Raw for field in fields):
        return kind.struct
    return msgspec.defstruct(
        kind.struct.__name__,
        [(field.name, Any if field.type is msgspec.Raw else field.type) for field in fields],
        frozen=True,
        kw_only=True,
        module=__name__,
        namespace={"__doc__": kind.struct.__doc__},
    )


def draft_of(kind: Kind, read: msgspec.Struct) -> Data:
    """What was read, as the kind's own struct; raise BadRequest."""
    if isinstance(read, kind.struct):
        return read
    try:
        return kind.decode(msgspec.json.encode(read))
    except msgspec.MsgspecError as error:
        raise BadRequest(str(error), where="data", do="Mend the data") from error


def body_type(kind: Kind) -> type[Act]:
    """The body of one kind's call: ``data`` is the kind's own struct."""
    made = msgspec.defstruct(
        f"New{camel(kind.name)}",
        [("data", as_read(kind))],
        bases=(Act,),
        frozen=True,
        kw_only=True,
        forbid_unknown_fields=True,
        module=__name__,
        namespace={"__doc__": f"A record of the kind {kind.name}, with who may read it."},
    )
    assert issubclass(made, Act)
    return made


def handler(kind: Kind) -> HTTPRouteHandler:
    """Make the call for one kind."""

    async def act(request: Call, data: Any, office: Here) -> Written:
        draft = draft_of(kind, data.data)
        refuse_unknown((await request.json())["data"], draft)
        check_file(office, draft)
        written = await office.desk.act(
            signed_in(request).actor, draft, release=data.release, exercise=data.exercise, key=data.key
        )
        return Written(ref=written.ref, kind=written.kind, at=written.header.at)

    act.__annotations__ = {"request": Call, "data": _json_body[body_type(kind)], "office": Here, "return": Written}
    act.__name__ = f"act_{kind.name.replace('-', '_')}"
    act.__doc__ = kind.struct.__doc__
    return post(
        f"/api/acts/{kind.name}",
        opt=allow(*(kind.authors - {"node"})),
        status_code=201,
        operation_id=f"act{camel(kind.name)}",
        summary=f"Write a record of the kind {kind.name}",
        tags=["acts"],
    )(act)


def refuse_unknown(raw: Any, known: Data) -> None:
    """Raise BadRequest for a field that the kind does not have: a misspelt optional one would be lost silently."""
    for where in unknown_fields(raw, known, "data"):
        raise BadRequest("there is no such field", where=where, do="Leave it out, or mend its name")


def check_file(office: Office, draft: Data) -> None:
    """Raise Refused for an attachment record whose file is not here: nobody could ever look at it."""
    if not isinstance(draft, Attachment):
        return
    if not office.attachments.holds(draft.sha256):
        raise Refused("the file is not held here", where="data.sha256", do="Send it to /api/attachments first")
    size = office.attachments.size(draft.sha256)
    if size != draft.size:
        raise Refused(f"the file has {size} bytes", where="data.size", do=f"Name its size: {size}")


def handlers() -> Iterator[HTTPRouteHandler]:
    """One call a kind, in the registry's order."""
    for kind in KINDS.values():
        if kind.authors - {"node"}:
            yield handler(kind)
