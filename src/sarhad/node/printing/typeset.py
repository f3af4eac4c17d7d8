"""Typesetting with typst: the template and the bundled fonts only; no file, no network, no system font."""

from __future__ import annotations

import tempfile
from datetime import UTC, datetime
from importlib import resources
from pathlib import Path

import msgspec

from sarhad.web.paper import Paper
from sarhad.wire.errors import SarhadError, Unavailable


def pdf(paper: Paper, now_us: int) -> bytes:
    """Return the document as PDF; blocks for some tenths of a second.

    Raises Unavailable when typst is not installed, SarhadError when it gives up.
    """
    template = (resources.files("sarhad.node.printing") / "document.typ").read_text(encoding="utf-8")
    return typeset(template, msgspec.json.encode(paper), now_us)


def typeset(template: str, data: bytes, now_us: int) -> bytes:
    """Return what ``template`` makes of ``data`` (JSON, in sys.inputs.data) as PDF; raises as ``pdf``."""
    try:
        import typst  # noqa: PLC0415  (an extra: only printing needs it)
    except ImportError as error:
        raise Unavailable("this node makes no PDF", where="typst", do="Install it with: sarhad[pdf]") from error
    here = resources.files("sarhad.node.printing")
    with resources.as_file(here) as folder, tempfile.TemporaryDirectory(prefix="sarhad-print-") as empty:
        fonts = typst.Fonts(font_paths=[folder / "fonts"], include_system_fonts=False, include_embedded_fonts=False)
        root = Path(empty)
        (root / "document.typ").write_text(template, encoding="utf-8")
        try:
            made = typst.compile(
                root / "document.typ",
                root=root,
                font_paths=fonts,
                sys_inputs={"data": data.decode()},
                timestamp=datetime.fromtimestamp(now_us // 1_000_000, UTC),
                package_path=root,
                package_cache_path=root,
            )
        except typst.TypstError as error:
            raise SarhadError(f"the document cannot be set: {error}", where="typst") from error
    assert isinstance(made, bytes)
    return made
