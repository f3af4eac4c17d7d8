"""Writing a bundle: streamed from the ledger, the same bytes for the same input, whole or not at all."""

from __future__ import annotations

import hashlib
import os
import shutil
import tempfile
import zipfile
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import IO, Protocol

import msgspec

from sarhad.ledger import note as notes
from sarhad.ledger import proof as proofs
from sarhad.ledger.bundle_format import (
    FORMAT,
    INDEX,
    MAX_PROOFS,
    PAGE,
    README,
    FileIndex,
    Index,
    KeyLine,
    Keys,
    LogIndex,
    Members,
    NoteLine,
    RecordLine,
    attachment_name,
    encode,
    readme,
)
from sarhad.ledger.bundle_keys import KeyRing
from sarhad.ledger.checkpoint import parse_text
from sarhad.ledger.cosignature import Countersignature
from sarhad.ledger.model import Entry, Identity
from sarhad.wire.errors import SarhadError
from sarhad.wire.fingerprint import fingerprint
from sarhad.wire.ids import party_of
from sarhad.wire.kinds import Attachment, Manifest
from sarhad.wire.record import Header, read_parts
from sarhad.wire.registry import Data

_STAMP = (1980, 1, 1, 0, 0, 0)
_LEVEL = 1
_PIECE = 8192


class Source(Protocol):
    """What a bundle is written from: a Ledger, read-only is enough."""

    @property
    def log(self) -> str:
        """Name of the own log."""

    def logs(self) -> list[Identity]:
        """Every known log."""

    def newest_checkpoint(self, log: str) -> bytes | None:
        """Newest held note."""

    def note(self, log: str, size: int) -> bytes | None:
        """The held note at exactly that size, with all held countersignature lines."""

    def entries(self, log: str, start: int, end: int) -> Iterator[Entry]:
        """Entries in order."""

    def inclusion(self, log: str, seq: int, size: int) -> list[bytes]:
        """Inclusion path."""

    def countersignatures(self, log: str, since_size: int = 0) -> Iterator[Countersignature]:
        """Held countersignatures, ascending by size."""


@dataclass(frozen=True, slots=True)
class Written:
    """What was written: bytes of the file, opened records, and those wanted that could not be opened.

    ``withheld``: their content is not held here, was refused when it came, or is newer
    than the newest published checkpoint.
    """

    path: Path
    size: int
    records: int
    withheld: int
    attachments: int


@dataclass(slots=True)
class _Log:
    """One log on its way into the bundle.  ``opened``, ``notes`` and ``manifests`` are filled as it is read.

    ``wanted`` has a byte for each entry; ``notes`` (checkpoints to include) and
    ``proven`` (those of them that a partner countersigned) one for each size: flags.
    """

    identity: Identity
    newest: bytes
    size: int
    wanted: bytearray
    notes: bytearray
    proven: bytearray
    manifests: list[tuple[int, Manifest, bytes]] = field(default_factory=list)
    opened: int = 0
    withheld: int = 0
    earlier: int = 0
    proofs: int = 0


def write_bundle(
    path: Path,
    ledger: Source,
    wanted: Mapping[str, Iterable[int]],
    *,
    audience: str,
    attachments: Path | None = None,
    page: bytes | None = None,
    made_at: int | None = None,
    progress: Callable[[int], object] = lambda _records: None,
) -> Written:
    """Write a bundle that opens the entries ``wanted`` (log to sequence numbers), and each log's manifests.

    Memory is constant but for two bytes an entry.  ``attachments`` is the folder of
    files named by their SHA-256; those that an opened record names are included.
    ``page`` is the offline page.  ``made_at`` (µs) defaults to the newest time that
    the own log's countersignatures bear, so that the same input gives the same bytes.
    ``progress`` is called with 1 for each opened record.  Raises SarhadError when a
    manifest is not held, OSError from the disk; ``path`` is then as it was before.
    """
    logs = _logs(ledger, wanted)
    handle, name = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}.", suffix=".part")
    part = Path(name)
    try:
        with os.fdopen(handle, "wb") as file:
            writer = _Writer(file, ledger, logs, attachments, progress)
            writer.write(audience, page, made_at)
            file.flush()
            os.fsync(file.fileno())
            size = file.tell()
        part.chmod(0o644)
        part.replace(path)
    finally:
        part.unlink(missing_ok=True)
    opened, withheld = sum(log.opened for log in logs), sum(log.withheld for log in logs)
    return Written(path, size, opened, withheld, len(writer.attached))


def _logs(ledger: Source, wanted: Mapping[str, Iterable[int]]) -> list[_Log]:
    """The logs that are wanted, and those of the parties that countersigned them; sizes fixed here, once."""
    known = {identity.log: identity for identity in ledger.logs()}
    for log in wanted:
        if log not in known:
            raise SarhadError(f"no log {log!r} is held here")
    names = set(wanted) | {ledger.log}
    for log in wanted:
        names |= {c.by for c in ledger.countersignatures(log)} & known.keys()
    logs = []
    for name in sorted(names):
        newest = ledger.newest_checkpoint(name)
        if newest is None:
            raise SarhadError(f"no checkpoint of {name} is held")
        size = parse_text(notes.parse(newest).text).size
        flags, beyond = bytearray(size), 0
        for seq in wanted.get(name, ()):
            if seq < 0:
                raise SarhadError(f"{name}:{seq} is no entry")
            if seq < size:
                flags[seq] = 1
            else:
                beyond += 1
        logs.append(_Log(known[name], newest, size, flags, bytearray(size + 1), bytearray(size + 1), withheld=beyond))
    return logs


class _Writer:
    """The zip on its way out.  One thread; every field is written by ``write`` and what it calls."""

    def __init__(
        self, file: IO[bytes], ledger: Source, logs: list[_Log], folder: Path | None, progress: Callable[[int], object]
    ) -> None:
        self._progress = progress
        self._zip = zipfile.ZipFile(file, "w", allowZip64=True)
        self._ledger = ledger
        self._logs = logs
        self._by_name = {log.identity.log: log for log in logs}
        self._folder = folder
        self._newest_s = 0
        self.attached: dict[str, int] = {}

    def write(self, audience: str, page: bytes | None, made_at: int | None) -> None:
        """Write every member; the index last, when all counts are known."""
        with self._zip:
            self._write(audience, page, made_at)

    def _write(self, audience: str, page: bytes | None, made_at: int | None) -> None:
        for log in self._logs:
            self._commitments(log)
        for log in self._logs:
            self._records(log)
        ring = KeyRing()
        for log in self._logs:
            keys = _keys(log)
            ring.add(keys)
            self._member(Members(keys.log).keys, encode(keys))
            self._newest_s = max(self._newest_s, self._choose_notes(log))
        proofs_too = sum(log.opened for log in self._logs) <= MAX_PROOFS
        for log in self._logs:
            self._member(Members(log.identity.log).policy, ring.policy(log.identity.log))
            self._notes(log)
            if proofs_too:
                self._proofs(log)
        self._attach()
        index = Index(
            format=FORMAT,
            made_at=self._newest_s * 1_000_000 if made_at is None else made_at,
            by=self._ledger.log,
            audience=audience,
            logs=tuple(_index(log) for log in self._logs),
            attachments=tuple(FileIndex(sha256=s, size=n) for s, n in sorted(self.attached.items())),
            page=None if page is None else FileIndex(sha256=hashlib.sha256(page).hexdigest(), size=len(page)),
        )
        if page is not None:
            self._member(PAGE, page)
        self._member(README, readme(index))
        self._member(INDEX, encode(index))

    @contextmanager
    def _open(self, name: str, *, packed: bool) -> Iterator[IO[bytes]]:
        info = zipfile.ZipInfo(name, _STAMP)
        info.compress_type = zipfile.ZIP_DEFLATED if packed else zipfile.ZIP_STORED
        info.create_system = 3
        info.external_attr = 0o100644 << 16
        info._compresslevel = _LEVEL  # type: ignore[attr-defined]  # public as compress_level from 3.13 on
        with self._zip.open(info, "w", force_zip64=True) as member:
            yield member

    def _member(self, name: str, data: bytes) -> None:
        with self._open(name, packed=True) as member:
            member.write(data)

    def _commitments(self, log: _Log) -> None:
        """Write the whole log's commitments, and find its manifests on the way."""
        name = log.identity.log
        piece: list[bytes] = []
        with self._open(Members(name).commitments, packed=False) as member:
            for entry in self._ledger.entries(name, 0, log.size):
                piece.append(entry.commitment)
                if len(piece) == _PIECE:
                    member.write(b"".join(piece))
                    piece.clear()
                if entry.body is not None and (entry.seq == 0 or b'"kind":"manifest"' in entry.body):
                    _note_manifest(log, entry)
            member.write(b"".join(piece))
        if not log.manifests or log.manifests[0][0] != 0:
            raise SarhadError(f"the manifest of {name} is not held, so its keys cannot be shown")

    def _records(self, log: _Log) -> None:
        """Write the opened entries, and mark the checkpoints of other logs that they cite."""
        name = log.identity.log
        line = msgspec.json.Encoder().encode
        with self._open(Members(name).records, packed=True) as member:
            for start, end in _runs(log.wanted):
                for entry in self._ledger.entries(name, start, end):
                    if entry.body is None or entry.salt is None or entry.refused:
                        log.wanted[entry.seq] = 0
                        log.withheld += 1
                        continue
                    member.write(line(RecordLine(entry.body, entry.salt, entry.seq, entry.signature)) + b"\n")
                    log.opened += 1
                    self._progress(1)
                    self._mark(*read_parts(entry.body))

    def _mark(self, header: Header, data: Data | None) -> None:
        for seen in header.seen:
            cited = self._by_name.get(seen.log)
            if cited is not None and 0 < seen.size <= cited.size:
                cited.notes[seen.size] = 1
        if isinstance(data, Attachment) and self._folder is not None and data.sha256 not in self.attached:
            file = self._folder / data.sha256
            if file.is_file():
                self.attached[data.sha256] = file.stat().st_size

    def _choose_notes(self, log: _Log) -> int:
        """Mark each countersigner's first checkpoint over each opened entry; return the newest time, in seconds."""
        covered: dict[str, int] = {}
        newest = 0
        for found in self._ledger.countersignatures(log.identity.log):
            newest = max(newest, found.time_s) if party_of(found.by) == party_of(self._ledger.log) else newest
            start = covered.get(found.by, 0)
            if found.by not in self._by_name or found.size > log.size or found.size <= start:
                continue
            covered[found.by] = found.size
            if log.wanted.find(1, start, found.size) >= 0:
                log.notes[found.size] = 1
                log.proven[found.size] = party_of(found.by) != log.identity.party
        return newest

    def _notes(self, log: _Log) -> None:
        name = log.identity.log
        with self._open(Members(name).checkpoints, packed=True) as member:
            for size in _flagged(log.notes):
                raw = self._note(log, size) if size < log.size else None
                if raw is None:
                    continue
                member.write(encode(NoteLine(raw.decode(), size)) + b"\n")
                log.earlier += 1
        raw = self._note(log, log.size)
        self._member(Members(name).checkpoint, raw if raw is not None else self._known_lines(log, log.newest))

    def _note(self, log: _Log, size: int) -> bytes | None:
        raw = self._ledger.note(log.identity.log, size)
        return None if raw is None else self._known_lines(log, raw)

    def _known_lines(self, log: _Log, raw: bytes) -> bytes:
        """Leave out the signature lines whose keys the bundle does not hold: nobody could check them."""
        names = {f"{held.identity.origin}/witness" for held in self._logs} | {log.identity.origin}
        note = notes.parse(raw)
        return notes.serialise(notes.Note(note.text, tuple(s for s in note.signatures if s.name in names)))

    def _proofs(self, log: _Log) -> None:
        """Write a tlog-proof for each opened entry, under the first checkpoint that a partner countersigned."""
        name = log.identity.log
        sizes = [size for size in _flagged(log.proven) if size < log.size]
        sizes.append(log.size)
        at = 0
        for seq in _flagged(log.wanted):
            while sizes[at] <= seq:
                at += 1
            raw = self._note(log, sizes[at]) or self._known_lines(log, log.newest)
            size = parse_text(notes.parse(raw).text).size
            path = self._ledger.inclusion(name, seq, size)
            self._member(Members(name).proof(seq), proofs.write(seq, path, raw))
            log.proofs += 1

    def _attach(self) -> None:
        for sha256 in sorted(self.attached):
            assert self._folder is not None
            with (
                (self._folder / sha256).open("rb") as file,
                self._open(attachment_name(sha256), packed=False) as member,
            ):
                shutil.copyfileobj(file, member, 1 << 18)


def _note_manifest(log: _Log, entry: Entry) -> None:
    """Remember a manifest and open it, wanted or not: without it no key can be checked."""
    assert entry.body is not None
    _, data = read_parts(entry.body)
    if isinstance(data, Manifest) and not entry.refused:
        log.manifests.append((entry.seq, data, entry.body))
        log.wanted[entry.seq] = 1


def _keys(log: _Log) -> Keys:
    return Keys(
        log=log.identity.log,
        origin=log.identity.origin,
        party=log.identity.party,
        fingerprint=fingerprint(log.manifests[0][2]),
        keys=tuple(
            KeyLine(seq=seq, log_key=data.log_key, witness_key=data.witness_key) for seq, data, _ in log.manifests
        ),
    )


def _index(log: _Log) -> LogIndex:
    return LogIndex(
        log=log.identity.log,
        origin=log.identity.origin,
        party=log.identity.party,
        size=log.size,
        records=log.opened,
        checkpoints=log.earlier,
        proofs=log.proofs,
    )


def _flagged(flags: bytearray) -> Iterator[int]:
    """Yield the places of the flags that are set."""
    at = flags.find(1)
    while at >= 0:
        yield at
        at = flags.find(1, at + 1)


def _runs(flags: bytearray) -> Iterator[tuple[int, int]]:
    """Yield the runs of set flags as (first, after last), at most _PIECE long, so that reads stay short."""
    at = flags.find(1)
    while at >= 0:
        end = flags.find(0, at)
        end = min(len(flags) if end < 0 else end, at + _PIECE)
        yield at, end
        at = flags.find(1, end)
