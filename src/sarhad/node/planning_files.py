"""Where the planning commands write what was asked for; a disk that refuses is told in words."""

from __future__ import annotations

from pathlib import Path

from sarhad.response.errors import PlanError


def folder_for(folder: Path) -> Path:
    """Make the folder where it is not there, and return it; raise PlanError where that cannot be done."""
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise PlanError(
            "plan-no-folder", f"cannot be made: {error.strerror}", where=str(folder), do="Name another folder",
            folder=str(folder),
        ) from error  # fmt: skip
    return folder


def write(path: Path, content: bytes) -> None:
    """Write a file that was asked for; raise PlanError where that cannot be done."""
    try:
        path.write_bytes(content)
    except OSError as error:
        raise PlanError(
            "plan-no-write", f"cannot be written: {error.strerror}", where=str(path), do="Name another file",
            file=str(path),
        ) from error  # fmt: skip
