"""The error contract of the whole program: what, where, what to do, and whether to try again."""

from __future__ import annotations


class SarhadError(Exception):
    """An expected failure, told to a person.

    ``retry`` is the one deciding bit: True when the same call may succeed later
    unchanged, False when it never will.  ``code`` is a stable kebab-case word for
    programs and for the translated texts of the desk.
    """

    retry: bool = False
    code: str = "error"

    def __init__(self, what: str, *, where: str = "", do: str = "") -> None:
        """Say ``what`` failed, ``where`` (a field, a file, an entry) and what to ``do``."""
        super().__init__(what)
        self.what = what
        self.where = where
        self.do = do

    def __str__(self) -> str:
        """One line for a terminal: where: what. What to do."""
        head = f"{self.where}: {self.what}" if self.where else self.what
        return f"{head}. {self.do}" if self.do else head


class VerificationError(SarhadError):
    """The one error that every check of bytes, signatures and proofs raises.

    A function that verifies returns nothing of use when it fails: it raises this.
    Trying again with the same bytes never helps.
    """

    code = "verification"


class Refused(SarhadError):
    """An act that the rules do not allow: role, agreement, caveat, release."""

    code = "refused"


class Unavailable(SarhadError):
    """Something outside did not answer; the same call may succeed later."""

    retry = True
    code = "unavailable"
