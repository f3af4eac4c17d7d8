"""Bundles: an export that anyone can verify offline.  Start here; the parts are in bundle_*.py."""

from sarhad.ledger.bundle_read import Bundle
from sarhad.ledger.bundle_verify import LogVerdict, Problem, Progress, Verdict, verify_bundle
from sarhad.ledger.bundle_write import Written, write_bundle
from sarhad.ledger.testimony import HEADINGS, Judgement, Step, Testimony, as_table, durations

__all__ = [
    "HEADINGS",
    "Bundle",
    "Judgement",
    "LogVerdict",
    "Problem",
    "Progress",
    "Step",
    "Testimony",
    "Verdict",
    "Written",
    "as_table",
    "durations",
    "verify_bundle",
    "write_bundle",
]
