"""What can go wrong between two nodes, and the codes under which the other side hears of it."""

from __future__ import annotations

from sarhad.exchange.messages import Problem
from sarhad.wire.errors import SarhadError


class Suspended(SarhadError):
    """The exchange with this partner is suspended on record; its queue is kept for the resumption."""

    retry = True
    code = "suspended"


class NotForUs(SarhadError):
    """The caller is not who the message speaks for, or the message is for another party."""

    code = "not-for-us"


class Unreachable(SarhadError):
    """The partner did not answer, or the line broke in the middle."""

    retry = True
    code = "unreachable"


class TooLarge(SarhadError):
    """The body is larger than the limit; it was not read."""

    code = "too-large"


class TooMany(SarhadError):
    """The caller has too many calls open."""

    retry = True
    code = "busy"


class FileNotHere(SarhadError):
    """There is no such file for the caller: not released to it, not here, or not at all; it is not told which."""

    retry = True
    code = "file-not-here"


class Told(SarhadError):
    """The partner refused and said why; ``retry`` and ``code`` are the partner's own words."""

    def __init__(self, problem: Problem) -> None:
        """Keep the partner's ``problem``; ``size`` is where to start when out of step."""
        super().__init__(problem.what)
        self.code = problem.code
        self.retry = problem.retry
        self.size = problem.size


def problem_of(error: SarhadError) -> Problem:
    """Say ``error`` in the words that cross the line (nothing about files or places of ours)."""
    size = getattr(error, "size", None)
    return Problem(
        code=error.code,
        what=error.what[:600],
        retry=error.retry,
        size=size if isinstance(size, int) and size >= 0 else None,
    )
