"""See sarhad.response.jit."""

from __future__ import annotations

from sarhad.response.jit import compiled

__all__ = ["compiled"]
