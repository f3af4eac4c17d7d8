"""Every benchmark, one after the other, each in a process of its own: ``python -m bench [--quick] [NAME ...]``."""

from __future__ import annotations

import os
import platform
import subprocess
import sys
from pathlib import Path

HERE = Path(__file__).parent


def names() -> list[str]:
    """Return the modules that can be run, in alphabetical order: packages with a main, and single files."""
    packages = [path.parent for path in HERE.rglob("__main__.py") if path.parent != HERE]
    inside = {path.parent for path in HERE.rglob("__main__.py")} - {HERE}
    single = [path for path in HERE.rglob("*.py") if path.parent not in inside and not path.stem.startswith("_")]
    files = [path.with_suffix("") for path in single]
    return sorted(".".join(("bench", *path.relative_to(HERE).parts)) for path in {*packages, *files})


def main(words: list[str]) -> int:
    """Run what is named, or everything; return 1 if one failed."""
    quick = [word for word in words if word == "--quick"]
    wanted = [word for word in words if not word.startswith("--")]
    print(
        f"{platform.machine()}, {os.cpu_count()} cores, Python {platform.python_version()}, load {os.getloadavg()[0]}"
    )
    failed = []
    for name in names():
        if wanted and not any(name == f"bench.{word}" or name.startswith(f"bench.{word}.") for word in wanted):
            continue
        print(f"\n== {name}", flush=True)
        if subprocess.run([sys.executable, "-m", name, *quick], cwd=HERE.parent, check=False).returncode:
            failed.append(name)
    print(f"\nfailed: {', '.join(failed)}" if failed else "\nall ran")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
