"""What a plan cannot be made from: each case has its own word, so that the desk can say it in any language."""

from __future__ import annotations

from sarhad.wire.errors import SarhadError


class PlanError(SarhadError):
    """A question that has no answer as it was put; ``code`` names the case, ``values`` what it is about."""

    def __init__(self, code: str, what: str, *, where: str = "", do: str = "", **values: str | int) -> None:
        """Say what is wrong (``what``), as a stable word (``code``) with its ``values``."""
        super().__init__(what, where=where, do=do)
        self.code = code
        self.values = values
