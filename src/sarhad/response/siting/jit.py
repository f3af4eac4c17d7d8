"""See sarhad.response.jit."""

from __future__ import annotations

from sarhad.response.jit import compiled, inlined

__all__ = ["compiled", "inlined"]
