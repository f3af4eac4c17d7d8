"""What two statements of one log that cannot both be true are called.

The reason stands in the store, in notes and on screens; ``sarhad/web/sentences.json`` knows
each sentence, so that it is read in the reader's language.
"""

from __future__ import annotations

NOT_CONTINUED = "a signed checkpoint does not continue the log that we hold"
CONTRADICTED = "a signed checkpoint contradicts the log that we hold"
TWO_ROOTS = "two signed checkpoints of one size have different roots"


def not_as_countersigned(size: int) -> str:
    """What came does not fit the tree head of ``size`` entries that we countersigned."""
    return f"what is sent now is not what we countersigned at {size}"


def conflicting(log: str, size: int) -> str:
    """Two checkpoints of ``log`` at ``size`` entries, seen in different places, have different roots."""
    return f"two signed checkpoints of {log} conflict at size {size}"
