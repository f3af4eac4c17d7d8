"""The house: what may import what, how long files and functions may be, where a broad except may stand."""

from __future__ import annotations

import ast
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent
SOURCE = ROOT / "src" / "sarhad"

MAY_IMPORT: dict[str, set[str]] = {
    "wire": set(),
    "ledger": {"wire"},
    "picture": {"wire"},
    "response": {"wire", "picture"},
    "desk": {"wire", "ledger", "picture", "response"},
    "exchange": {"wire", "ledger", "picture", "desk"},
    "gateways": {"wire", "picture", "response", "desk"},
    "web": {"wire", "picture", "response", "desk"},
    "node": {"wire", "ledger", "picture", "response", "desk", "exchange", "gateways", "web"},
    "cli": {"node", "wire", "ledger"},
}
MAX_FILE_LINES = 400
MAX_FUNCTION_LINES = 60
BROAD_EXCEPT_ALLOWED = {"node/supervisor.py", "web/errors.py", "exchange/server.py"}


def python_files(*folders: str) -> list[Path]:
    return sorted(
        path for folder in folders for path in (ROOT / folder).rglob("*.py") if "node_modules" not in path.parts
    )


def package_of(path: Path) -> str:
    return path.relative_to(SOURCE).parts[0].removesuffix(".py")


def imports_of(path: Path) -> set[str]:
    """Names of our packages that a file imports, and of gateways the sub-package too."""
    found: set[str] = set()
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.Import):
            names = [alias.name for alias in node.names]
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, f"{path}:{node.lineno}: imports are absolute"
            names = [f"{node.module}.{alias.name}" for alias in node.names]
        else:
            continue
        found |= {name for name in names if name.startswith("sarhad.")}
    return found


@pytest.mark.parametrize("path", python_files("src"), ids=lambda p: str(p.relative_to(SOURCE)))
def test_imports_follow_the_table(path: Path) -> None:
    package = package_of(path)
    if package == "__init__" or package == "__main__":
        return
    allowed = MAY_IMPORT[package] | {package, "__version__"}
    for name in imports_of(path):
        parts = name.split(".")
        assert parts[1] in allowed, f"{package} may not import {name}"
        if package == "gateways" and parts[1] == "gateways":
            own = path.relative_to(SOURCE / "gateways").parts[0]
            assert parts[2] == own, f"the gateway {own} imports another: {name}"


def test_every_package_of_the_house_is_in_the_table() -> None:
    packages = {package_of(path) for path in python_files("src")} - {"__init__", "__main__"}
    assert packages <= set(MAY_IMPORT)


@pytest.mark.parametrize("path", python_files("src", "tests", "bench"), ids=lambda p: str(p.relative_to(ROOT)))
def test_files_and_functions_stay_short(path: Path) -> None:
    text = path.read_text()
    assert len(text.splitlines()) <= MAX_FILE_LINES
    for node in ast.walk(ast.parse(text)):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            assert node.end_lineno is not None
            length = node.end_lineno - node.lineno + 1
            assert length <= MAX_FUNCTION_LINES, f"{path}:{node.lineno} {node.name} has {length} lines"


def test_the_pages_files_stay_short() -> None:
    written = [path for kind in ("ts", "svelte") for path in (ROOT / "ui" / "src").rglob(f"*.{kind}")]
    assert len(written) > 100
    generated = ROOT / "ui" / "src" / "api" / "schema.ts"
    lengths = {str(path.relative_to(ROOT)): len(path.read_text().splitlines()) for path in written if path != generated}
    assert {name: lines for name, lines in lengths.items() if lines > MAX_FILE_LINES} == {}


@pytest.mark.parametrize("path", python_files("src"), ids=lambda p: str(p.relative_to(SOURCE)))
def test_broad_excepts_stand_only_at_the_edges(path: Path) -> None:
    if str(path.relative_to(SOURCE)) in BROAD_EXCEPT_ALLOWED:
        return
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.ExceptHandler):
            name = getattr(node.type, "id", "")
            assert node.type is not None, f"{path}:{node.lineno}: a bare except"
            assert name not in ("Exception", "BaseException"), f"{path}:{node.lineno}: a broad except"
