"""``python -m bench.ledger [--quick]``: append, proofs and the verification of a bundle, in one run."""

from __future__ import annotations

import argparse
import os
import platform
from pathlib import Path

from bench.ledger import append, bundle, proofs


def main(argv: list[str] | None = None) -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--quick", action="store_true", help="small sizes, less than half a minute")
    parser.add_argument("--folder", type=Path, default=Path.cwd(), help="a folder on the disk to measure")
    parser.add_argument("--only", choices=("append", "proofs", "bundle"), help="one part")
    options = parser.parse_args(argv)
    print(f"ledger on {os.cpu_count()} cores, load {os.getloadavg()[0]:.1f}, Python {platform.python_version()}")
    if options.only in (None, "append"):
        append.measure(options.folder, quick=options.quick)
    if options.only in (None, "proofs"):
        proofs.measure(options.folder, quick=options.quick)
    if options.only in (None, "bundle"):
        print()
        bundle.main(["--quick"] if options.quick else [])


if __name__ == "__main__":
    main()
