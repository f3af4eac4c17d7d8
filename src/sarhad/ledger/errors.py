"""What a ledger may refuse, and whether to try again."""

from __future__ import annotations

from sarhad.wire.errors import SarhadError


class OutOfStep(SarhadError):
    """The sender does not start where we stand; it must start at ``size``."""

    retry = True
    code = "out-of-step"

    def __init__(self, log: str, size: int) -> None:
        """``size`` is the number of entries of ``log`` that we hold (or countersigned)."""
        super().__init__(f"we stand at {size} entries", where=log, do="Send from there")
        self.log = log
        self.size = size


class Frozen(SarhadError):
    """A log is frozen: its party signed two histories.  A person decides; ``evidence`` is the exhibit's id."""

    code = "frozen"

    def __init__(self, log: str, reason: str, evidence: int) -> None:
        """``reason`` is what was found; ``evidence`` 0 when the log was frozen by hand."""
        super().__init__(f"the log is frozen: {reason}", where=log, do="Look at the evidence; then unfreeze by hand")
        self.log = log
        self.reason = reason
        self.evidence = evidence


class RolledBack(SarhadError):
    """Our own store is older than what we have already published.  Nothing may be appended to it."""

    code = "rolled-back"

    def __init__(self, log: str, what: str) -> None:
        """Say ``what`` contradicts the store."""
        super().__init__(
            what,
            where=log,
            do="Put back the newest copy of ledger.sqlite with its -wal file; if there is none, begin a new log "
            "whose manifest pins the last checkpoint that a partner countersigned",
        )
        self.log = log


class Locked(SarhadError):
    """Another process writes to this ledger."""

    code = "locked"


class Damaged(SarhadError):
    """What is stored contradicts itself."""

    code = "damaged"

    def __init__(self, what: str, *, where: str, seq: int | None = None) -> None:
        """Say ``what`` does not hold, and ``where``; ``seq`` is the first entry that it touches, if known."""
        super().__init__(what, where=where, do="Run: sarhad fsck, then restore the file that it names")
        self.seq = seq


class StoreFailure(SarhadError):
    """The store did not say that a write is durable; it may or may not be."""

    retry = True
    code = "store-failure"


class Full(StoreFailure):
    """The disk is full."""

    code = "disk-full"


class Busy(StoreFailure):
    """The store did not answer in time, or failed; the same call may succeed later."""

    code = "store-busy"
