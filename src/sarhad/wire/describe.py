"""Describe every kind of record in words: ``python -m sarhad.wire.describe > spec/kinds.md``.

The definitions are the only source; a test compares the file with what this prints.
"""

from __future__ import annotations

import inspect
import sys
from collections.abc import Iterator
from typing import Annotated, Any, Literal, get_args, get_origin

import msgspec
from msgspec import NODEFAULT, Meta

from sarhad.wire import ids, record, values
from sarhad.wire.registry import KINDS, Kind

_NAMED: dict[Any, str] = {
    ids.PartyId: "party",
    ids.LogName: "log",
    ids.OfficerId: "officer",
    ids.Ref: "reference",
    values.Hex32: "hex32",
    values.Latitude: "latitude",
    values.Longitude: "longitude",
    values.Microseconds: "microseconds",
    values.Seconds: "seconds",
    values.Metres: "metres",
    values.Count: "count",
    values.Short: "short text",
    values.Long: "long text",
    values.Language: "language",
    values.Urgency: "urgency",
}
_PLAIN: dict[Any, str] = {int: "integer", str: "text", bool: "true or false", type(None): "null"}
_HEAD = """# The kinds of records

Made by `python -m sarhad.wire.describe` from the definitions in `src/sarhad/wire/kinds`;
do not edit. What is common to all records stands in [record.md](record.md).

A field with a default may be left out, and a writer leaves it out when it has the default.
Lengths of texts are counted in Unicode code points. Fields stand in the order of the
definition; on the wire they are sorted. "An authorised act" carries a DSSE signature
([envelope.md](envelope.md)). "Expects" is what the agreement's clocks ask of the receiving
side. `node` among the authors is the program acting by itself, as the officer `node`.
"""


def document() -> str:
    """Return the whole of spec/kinds.md."""
    parts = [_HEAD, *_index(), "\n## Scalars\n", *_scalars(), "\n## Values\n"]
    for struct in sorted(_structs(), key=lambda struct: struct.__name__):
        parts.append(_struct(struct, f"### {struct.__name__}"))
    parts.append("\n## Kinds\n")
    parts += [_kind(KINDS[name]) for name in sorted(KINDS)]
    return "\n".join(parts)


def _index() -> Iterator[str]:
    yield "| kind | authors | act | expects |\n|---|---|---|---|"
    for name, kind in sorted(KINDS.items()):
        act = "yes" if kind.act else ""
        yield f"| [{name}](#kind-{name}) | {', '.join(sorted(kind.authors))} | {act} | {_expects(kind)} |"


def _expects(kind: Kind) -> str:
    return "" if kind.expects == "none" else kind.expects


def _scalars() -> Iterator[str]:
    yield "| name | is |\n|---|---|"
    for annotation, name in _NAMED.items():
        inner = annotation.__origin__ if get_origin(annotation) is Annotated else annotation
        yield f"| {name} | {_words(inner) or _type(inner)}{_limits(annotation)} |"


def _structs() -> set[type[msgspec.Struct]]:
    """Every value struct that a field of a kind, or of the header, holds at any depth."""
    found: set[type[msgspec.Struct]] = set()

    def visit(annotation: Any) -> None:
        if isinstance(annotation, type) and issubclass(annotation, msgspec.Struct):
            found.add(annotation)
            enter(annotation)
        for argument in get_args(annotation):
            visit(argument)

    def enter(struct: type[msgspec.Struct]) -> None:
        for field in msgspec.structs.fields(struct):
            visit(field.type)

    enter(record.Header)
    for kind in KINDS.values():
        enter(kind.struct)
    return found


def _kind(kind: Kind) -> str:
    facts = ["An authorised act." if kind.act else ""]
    facts.append("" if kind.expects == "none" else f"Expects: {kind.expects}.")
    return f"{_struct(kind.struct, f'### kind: {kind.name}')}\n{' '.join(filter(None, facts))}\n"


def _struct(struct: type[msgspec.Struct], heading: str) -> str:
    text = inspect.getdoc(struct) or ""
    rules = [inspect.getdoc(vars(struct)[name]) or "" for name in ("__post_init__", "check") if name in vars(struct)]
    lines = [heading, "", text.replace("``", "`"), *[f"\nRule: {rule}" for rule in rules]]
    lines += ["", "| field | type | default |", "|---|---|---|"]
    for field in msgspec.structs.fields(struct):
        lines.append(f"| `{field.encode_name}` | {_type(field.type)} | {_default(field)} |")
    return "\n".join(lines) + "\n"


def _default(field: msgspec.structs.FieldInfo) -> str:
    if field.required:
        return "must be given"
    default = field.default if field.default is not NODEFAULT else None
    if default is None or default == () or default == "":
        return "absent"
    return str(default).lower() if isinstance(default, bool) else f"`{default}`"


def _type(annotation: Any) -> str:
    """Say a type in words; the limits of an Annotated type follow in parentheses."""
    if annotation in _NAMED and annotation is not Any:
        return _NAMED[annotation]
    if get_origin(annotation) is Annotated:
        return _type(annotation.__origin__) + _limits(annotation)
    if annotation is msgspec.Raw:
        return "object"
    if annotation in _PLAIN:
        return _PLAIN[annotation]
    arguments = get_args(annotation)
    if get_origin(annotation) is tuple:
        if arguments[-1] is Ellipsis:
            return f"list of {_type(arguments[0])}"
        return f"list [{', '.join(map(_type, arguments))}]"
    if _words(annotation):
        return _words(annotation)
    if arguments:
        return " or ".join(_type(one) for one in arguments if one is not type(None))
    return f"[{annotation.__name__}](#{annotation.__name__.lower()})"


def _words(annotation: Any) -> str:
    """Return the words of a Literal; empty for any other type."""
    arguments = get_args(annotation)
    return " / ".join(f"`{word}`" for word in arguments) if get_origin(annotation) is Literal else ""


def _limits(annotation: Any) -> str:
    facts: list[str] = []
    for meta in getattr(annotation, "__metadata__", ()):
        if isinstance(meta, Meta):
            facts += filter(None, [meta.description, _between(meta.ge, meta.le), _length(meta), _pattern(meta)])
    return f" ({'; '.join(facts)})" if facts else ""


def _between(low: float | None, high: float | None) -> str:
    if low is None and high is None:
        return ""
    return f"{low} to {high}" if high is not None else f"from {low}"


def _length(meta: Meta) -> str:
    span = _between(meta.min_length or 0, meta.max_length) if meta.min_length or meta.max_length else ""
    return f"length {span}" if span else ""


def _pattern(meta: Meta) -> str:
    return f"pattern `{meta.pattern.replace('|', chr(92) + '|')}`" if meta.pattern else ""


if __name__ == "__main__":
    sys.stdout.write(document())
