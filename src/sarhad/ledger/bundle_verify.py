"""Verifying a bundle: every proof in it, with nothing but the file and, if they are known, fingerprints."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path

from sarhad.ledger.bundle_check import Fault, LogCheck, Pass
from sarhad.ledger.bundle_format import Index, LogIndex, Members
from sarhad.ledger.bundle_keys import KeyRing
from sarhad.ledger.bundle_read import LIMITS, Bundle
from sarhad.ledger.bundle_rows import Rows
from sarhad.ledger.spool import Spool
from sarhad.ledger.testimony import Testimony
from sarhad.wire.errors import VerificationError
from sarhad.wire.fingerprint import normalise
from sarhad.wire.ids import party_of

Progress = Callable[[int, int], None]
"""Called with entries read so far and entries in all."""


@dataclass(frozen=True, slots=True)
class Problem:
    """A proof that does not hold: in which ``file`` of the bundle, of which ``log`` and entry, and what."""

    file: str
    log: str
    seq: int | None
    what: str

    def __str__(self) -> str:
        """One line."""
        where = self.file if self.seq is None else f"{self.file}, {self.log}:{self.seq}"
        return f"{where}: {self.what}"


@dataclass(frozen=True, slots=True)
class LogVerdict:
    """One log: its size, how many entries are opened, the fingerprint of its first manifest.

    ``pinned``: the fingerprint was compared with one that the caller had by another way.
    """

    log: str
    party: str
    origin: str
    size: int
    records: int
    fingerprint: str
    pinned: bool


@dataclass(slots=True)
class Verdict:
    """What a bundle proves.  ``ok`` only if every proof holds; the first problem is named first.

    ``rows`` are given only when ok: a bundle that fails one proof bears nothing out.
    ``made_at`` (µs), ``by`` and ``audience`` are the maker's claims.  Close it when
    the rows have been read: they come from a temporary file.
    """

    path: Path
    problems: list[Problem] = field(default_factory=list)
    warnings: list[str] = field(default_factory=list)
    logs: list[LogVerdict] = field(default_factory=list)
    made_at: int = 0
    by: str = ""
    audience: str = ""
    attachments: int = 0
    _spool: Spool | None = None
    _indexed: tuple[LogIndex, ...] = ()

    @property
    def ok(self) -> bool:
        """Whether every proof holds."""
        return not self.problems

    @property
    def rows(self) -> Iterator[Testimony]:
        """The testimony, one row at a time; nothing when a proof fails.  May be asked for again."""
        if self.ok and self._spool is not None:
            yield from Rows(self._spool, self._indexed)

    def close(self) -> None:
        """Let go of the temporary file; the rows are gone with it."""
        if self._spool is not None:
            self._spool.close()
            self._spool = None


def verify_bundle(path: Path, *, pinned: Mapping[str, str] | None = None, progress: Progress | None = None) -> Verdict:
    """Verify every proof in the bundle at ``path``; needs no node, network or region.

    ``pinned``: party or log name to fingerprint, had from the party itself.  A pinned
    party's manifest must have that fingerprint; and once anything is pinned, only
    pinned parties' countersignatures bound times, since the maker of a bundle can
    invent further parties.  Nothing that the file holds raises: it is in the problems.
    OSError (no such file) and VerificationError (a pin that is no fingerprint) do.
    """
    verdict = Verdict(path)
    pins = {name: normalise(text) for name, text in (pinned or {}).items()}
    try:
        with Bundle(path, LIMITS) as bundle:
            _verify(bundle, pins, progress, verdict)
    except VerificationError as error:
        verdict.problems.append(_problem(error))
    return verdict


def _verify(bundle: Bundle, pins: dict[str, str], progress: Progress | None, verdict: Verdict) -> None:
    index = bundle.index
    verdict.made_at, verdict.by, verdict.audience = index.made_at, index.by, index.audience
    verdict.attachments = len(index.attachments)
    bundle.check_members()
    ring = _keys(bundle)
    spool = verdict._spool = Spool()
    verdict._indexed = index.logs
    trusted = {log.log for log in index.logs if not pins or _pin(pins, log.log) is not None}
    run = Pass(bundle, ring, spool, trusted.__contains__, _counter(index, progress))
    for log in index.logs:
        check = LogCheck(run, log)
        try:
            check.run()
            _identity(bundle, log, check.fingerprint, pins)
        except VerificationError as error:
            verdict.problems.append(_problem(error))
        pin = _pin(pins, log.log)
        verdict.logs.append(
            LogVerdict(log.log, log.party, log.origin, log.size, log.records, check.fingerprint, pin is not None)
        )
    bundle.check_files()
    _warn(verdict, pins)


def _keys(bundle: Bundle) -> KeyRing:
    ring = KeyRing()
    for log in bundle.index.logs:
        name = Members(log.log).keys
        keys = bundle.keys(log.log)
        try:
            ring.add(keys)
        except VerificationError as error:
            raise Fault(error.what, name, log.log) from error
        if (keys.log, keys.origin, keys.party) != (log.log, log.origin, log.party):
            raise Fault("the key file is of another log than the index says", name, log.log)
    for log in bundle.index.logs:
        if bundle.policy(log.log) != ring.policy(log.log):
            raise Fault("the policy does not say what the keys say", Members(log.log).policy, log.log)
    return ring


def _identity(bundle: Bundle, log: LogIndex, fingerprint: str, pins: dict[str, str]) -> None:
    if bundle.keys(log.log).fingerprint != fingerprint:
        raise Fault("not the fingerprint of the log's manifest", Members(log.log).keys, log.log)
    pin = _pin(pins, log.log)
    if pin is not None and pin != fingerprint:
        what = f"the manifest's fingerprint is {fingerprint}, not the pinned {pin}: these are other keys"
        raise Fault(what, Members(log.log).records, log.log, 0)


def _pin(pins: dict[str, str], log: str) -> str | None:
    return pins.get(log, pins.get(party_of(log)))


def _warn(verdict: Verdict, pins: dict[str, str]) -> None:
    if not pins:
        verdict.warnings.append(
            "No fingerprint was pinned: the keys are what the bundle itself says. "
            "Compare each party's fingerprint with one that you had from it by another way."
        )
    else:
        verdict.warnings += [
            f"The keys of {log.log} are not pinned: its records are its own word, its countersignatures prove no time."
            for log in verdict.logs
            if not log.pinned
        ]
    parties = {party_of(log.log) for log in verdict.logs}
    unused = [name for name in pins if name not in parties and name not in {log.log for log in verdict.logs}]
    verdict.warnings += [f"A fingerprint was pinned for {name}, which is not in the bundle." for name in sorted(unused)]


def _problem(error: VerificationError) -> Problem:
    if isinstance(error, Fault):
        return Problem(error.file, error.log, error.seq, error.what)
    return Problem(error.where or "the bundle", "", None, error.what)


def _counter(index: Index, progress: Progress | None) -> Callable[[int], None]:
    total, done = sum(log.size for log in index.logs), 0

    def advance(entries: int) -> None:
        nonlocal done
        done += entries
        if progress is not None:
            progress(done, total)

    return advance
