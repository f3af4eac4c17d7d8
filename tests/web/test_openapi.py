"""The OpenAPI document: complete, typed, and every route has its roles."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path
from typing import Any, cast

import msgspec
import pytest
from litestar.routes import HTTPRoute

from sarhad.desk.actor import OFFICER_ROLES
from sarhad.web.app import application
from sarhad.web.guards import ANYONE
from sarhad.web.office import Office
from sarhad.web.openapi import document, document_bytes
from sarhad.web.settings import WebSettings
from sarhad.wire.registry import KINDS

SIGN_INS = {("POST", "/api/session"), ("POST", "/api/session/passkey"), ("POST", "/api/session/passkey/ask")}
OPEN_TO_ANYONE = SIGN_INS | {
    ("GET", "/api/session/ways"),
    ("GET", "/api/session/outside"),
    ("GET", "/api/session/outside/return"),
    ("GET", "/api/health"),
    ("GET", "/"),
    ("GET", "/authority.crt"),
    ("GET", "/{name:path}"),
}
DOCUMENT = document()


def routes() -> list[tuple[str, str, dict[str, Any]]]:
    """Every (method, path, options) that is served."""
    nobody = cast("Any", None)
    app = application(Office(nobody, nobody, nobody, WebSettings()), None)
    found: list[tuple[str, str, dict[str, Any]]] = []
    for route in app.routes:
        assert isinstance(route, HTTPRoute)
        for method, (handler, _) in route.route_handler_map.items():
            found.append((str(method), route.path, handler.opt))
    return found


def test_every_route_declares_who_may_call_it() -> None:
    for method, path, opt in routes():
        if method == "OPTIONS" and "roles" not in opt:
            continue  # made by the framework: it answers with the allowed methods only
        roles = opt.get("roles")
        assert roles == ANYONE or (isinstance(roles, frozenset) and roles and roles <= OFFICER_ROLES), (method, path)


def test_only_what_must_be_is_open_to_anyone() -> None:
    assert {(method, path) for method, path, opt in routes() if opt.get("roles") == ANYONE} == OPEN_TO_ANYONE


def test_only_the_sign_in_goes_without_a_token() -> None:
    assert {(m, p) for m, p, opt in routes() if opt.get("csrf") is False} == SIGN_INS


@pytest.mark.parametrize("kind", [kind for kind in KINDS.values() if kind.authors - {"node"}], ids=lambda k: k.name)
def test_each_kind_has_a_typed_call_open_to_its_authors_only(kind: Any) -> None:
    operation = DOCUMENT["paths"][f"/api/acts/{kind.name}"]["post"]
    reference = operation["requestBody"]["content"]["application/json"]["schema"]["$ref"]
    body = DOCUMENT["components"]["schemas"][reference.rpartition("/")[2]]
    assert body["required"] == ["data", "release"]
    data = DOCUMENT["components"]["schemas"][body["properties"]["data"]["$ref"].rpartition("/")[2]]
    assert set(data["properties"]) == {field.encode_name for field in msgspec.structs.fields(kind.struct)}
    (opt,) = [opt for method, path, opt in routes() if (method, path) == ("POST", f"/api/acts/{kind.name}")]
    assert opt["roles"] == kind.authors - {"node"}


def test_schema_names_are_short_and_operations_are_named_once() -> None:
    assert not [name for name in DOCUMENT["components"]["schemas"] if "_" in name or "." in name]
    ids = [operation["operationId"] for path in DOCUMENT["paths"].values() for operation in path.values()]
    assert len(ids) == len(set(ids))


def test_the_document_is_made_without_a_node_and_is_always_the_same(tmp_path: Path) -> None:
    output = tmp_path / "openapi.json"
    subprocess.run([sys.executable, "-m", "sarhad.web.openapi", "--output", str(output)], check=True)
    assert output.read_bytes() == document_bytes()
