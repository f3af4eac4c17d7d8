"""The OpenAPI document, made without a node: ``python -m sarhad.web.openapi [--output FILE]``."""

from __future__ import annotations

import argparse
import sys
from functools import cache
from pathlib import Path
from typing import Any, cast

import msgspec
from litestar.openapi import OpenAPIConfig
from litestar.openapi.spec import Components, SecurityScheme

from sarhad import __version__
from sarhad.web.app import application
from sarhad.web.errors import ErrorView
from sarhad.web.office import Office
from sarhad.web.settings import WebSettings

DESCRIPTION = """The desk of one party.  Sign in with POST /api/session; send the csrf of its answer in the
header X-CSRF-Token of every POST, PUT and DELETE.  Coordinates are WGS 84 in 1e-7 degrees, times microseconds UTC."""


class _NoDesk:
    """Stands where a desk would: no call is ever served with it."""


def document() -> dict[str, Any]:
    """Make the document."""
    config = OpenAPIConfig(
        title="Sarhad desk",
        version=__version__,
        description=DESCRIPTION,
        use_handler_docstrings=True,
        components=Components(
            security_schemes={
                "session": SecurityScheme(type="apiKey", name="sarhad-<party>", security_scheme_in="cookie")
            }
        ),
        security=[{"session": []}],
    )
    office = Office(cast("Any", _NoDesk()), cast("Any", None), cast("Any", None), WebSettings())
    made: dict[str, Any] = application(office, config).openapi_schema.to_schema()
    whole: dict[str, Any] = _without_unknown_items(_with_errors(made))
    return whole


def _without_unknown_items(made: Any) -> Any:
    """Take out of lists the second kind of item that the framework reads from the dots of ``tuple[Item, ...]``."""
    if isinstance(made, list):
        return [_without_unknown_items(one) for one in made]
    if not isinstance(made, dict):
        return made
    found = {name: _without_unknown_items(one) for name, one in made.items()}
    items = found.get("items")
    if isinstance(items, dict) and len(items.get("oneOf", ())) == 2 and items["oneOf"][1] == {}:
        found["items"] = items["oneOf"][0]
    return found


def _with_errors(made: dict[str, Any]) -> dict[str, Any]:
    """State the one form of every failure, in place of the framework's own."""
    (_, schemas) = msgspec.json.schema_components([ErrorView], ref_template="#/components/schemas/{name}")
    made["components"]["schemas"].update(schemas)
    failure = {
        "description": "The call failed: code, what, where, what to do, whether to try again",
        "content": {"application/json": {"schema": {"$ref": "#/components/schemas/ErrorView"}}},
    }
    for path in made["paths"].values():
        for operation in path.values():
            if isinstance(operation, dict) and "responses" in operation:
                kept = {status: said for status, said in operation["responses"].items() if status < "400"}
                operation["responses"] = {**kept, "4XX": failure, "5XX": failure}
    return made


@cache
def document_bytes() -> bytes:
    """The document as JSON, keys in order, so that it compares byte for byte."""
    return msgspec.json.format(msgspec.json.encode(document(), order="deterministic"), indent=1) + b"\n"


def main(arguments: list[str] | None = None) -> None:
    """Print the document, or write it to a file."""
    parser = argparse.ArgumentParser(prog="python -m sarhad.web.openapi", description=main.__doc__)
    parser.add_argument("--output", type=Path, help="write here in place of the standard output")
    output = parser.parse_args(arguments).output
    if output is None:
        sys.stdout.buffer.write(document_bytes())
    else:
        output.write_bytes(document_bytes())


if __name__ == "__main__":
    main()
