"""The pages' types are those of the API that is served."""

from __future__ import annotations

import os
import shutil
import subprocess
from pathlib import Path

import pytest

from sarhad.web import openapi

UI = Path(__file__).resolve().parents[1] / "ui"
TOOL = UI / "node_modules" / "openapi-typescript" / "bin" / "cli.js"


@pytest.mark.skipif(not TOOL.exists() or shutil.which("node") is None, reason="the pages' tools are not installed")
def test_the_generated_types_are_current(tmp_path: Path) -> None:
    document, made = tmp_path / "openapi.json", tmp_path / "schema.ts"
    document.write_bytes(openapi.document_bytes())
    options = "--immutable --alphabetize --root-types --root-types-no-schema-prefix --default-non-nullable false"
    command = ["node", str(TOOL), str(document), "--output", str(made), *options.split()]
    subprocess.run(command, cwd=UI, check=True, capture_output=True, env={**os.environ, "NO_COLOR": "1"})
    held = (UI / "src" / "api" / "schema.ts").read_text()
    assert made.read_text() == held, "run: python -m sarhad.web.openapi --output ui/.openapi.json, then npm run api"
