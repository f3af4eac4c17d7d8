"""Random data of every kind, drawn from the types themselves, so that a new kind is tested as soon as it is defined."""

from __future__ import annotations

import json
from typing import Any

import msgspec
import msgspec.inspect as mi
from hypothesis import strategies as st

from sarhad.wire import canonical
from sarhad.wire.registry import Kind

CHARACTERS = st.characters(exclude_categories=["Cs", "Cc"], include_characters="\t\n\r")
FIELDS_OF_ANY_OBJECT = st.dictionaries(st.sampled_from(["text", "reason", "value"]), st.text(CHARACTERS), max_size=3)


def values_of(info: mi.Type) -> st.SearchStrategy[Any]:
    """Return plain JSON values of a msgspec type; ranges, lengths and patterns are kept, rules between fields not."""
    match info:
        case mi.Metadata(type=inner):
            return values_of(inner)
        case mi.IntType(ge=low, le=high):
            most = canonical.MAX_INTEGER
            return st.integers(-most if low is None else low, most if high is None else high)
        case mi.StrType():
            return _texts_of(info)
        case mi.BoolType():
            return st.booleans()
        case mi.NoneType():
            return st.none()
        case mi.LiteralType(values=words):
            return st.sampled_from(words)
        case mi.RawType():
            return FIELDS_OF_ANY_OBJECT
        case mi.UnionType(types=types):
            return st.one_of([values_of(one) for one in types])
        case mi.TupleType(item_types=items):
            return st.tuples(*[values_of(item) for item in items]).map(list)
        case mi.VarTupleType(item_type=item, min_length=least, max_length=most_items):
            return st.lists(values_of(item), min_size=least or 0, max_size=min(most_items or 4, (least or 0) + 3))
        case mi.StructType(fields=fields):
            always = {field.encode_name: values_of(field.type) for field in fields if field.required}
            perhaps = {field.encode_name: values_of(field.type) for field in fields if not field.required}
            return st.fixed_dictionaries(always, optional=perhaps).map(_in_order)
        case _:
            raise NotImplementedError(f"no random values for {info!r}")


def _texts_of(info: mi.StrType) -> st.SearchStrategy[str]:
    if info.pattern is None:
        return st.text(CHARACTERS, min_size=info.min_length or 0, max_size=min(info.max_length or 40, 40))
    printable = st.characters(min_codepoint=0x21, max_codepoint=0x7E)
    return st.from_regex(info.pattern, fullmatch=True, alphabet=printable)


def _in_order(value: dict[str, Any]) -> dict[str, Any]:
    """Put right what the rules between fields ask, so that most random data is valid."""
    if {"start", "end"} <= value.keys():
        value["start"], value["end"] = sorted((value["start"], value["end"]))
    if {"low", "best", "high"} <= value.keys():
        value["low"], value["best"], value["high"] = sorted((value["low"], value["best"], value["high"]))
    if "spans" in value:
        ends = sorted({end for span in value["spans"] for end in span})
        value["spans"] = [list(pair) for pair in zip(ends[::2], ends[1::2], strict=False)] or [[0, 0]]
    return value


def data_of(kind: Kind) -> st.SearchStrategy[dict[str, Any]]:
    """Return plain ``data`` objects of a kind that its definition accepts."""
    return values_of(mi.type_info(kind.struct)).filter(lambda data: _decodes(kind, data))


def _decodes(kind: Kind, data: dict[str, Any]) -> bool:
    try:
        kind.decode(json.dumps(data).encode())
    except msgspec.ValidationError:
        return False
    return True
