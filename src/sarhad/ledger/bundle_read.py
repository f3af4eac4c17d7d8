"""A bundle opened for reading: its index and its streams.  Verifies the form, not the proofs."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from pathlib import Path
from types import TracebackType
from typing import Self

import msgspec

from sarhad.ledger.bundle_format import (
    FORMAT,
    INDEX,
    PAGE,
    README,
    FileIndex,
    Index,
    Keys,
    Limits,
    LogIndex,
    Members,
    NoteLine,
    RecordLine,
    attachment_name,
    decode,
    readme,
)
from sarhad.ledger.bundle_zip import Archive
from sarhad.wire.errors import VerificationError
from sarhad.wire.ids import party_of

LIMITS = Limits()


class Bundle:
    """The index and the streams of a bundle.  Close it, or use it in a ``with``.

    Every method raises VerificationError for whatever is not of the format.
    """

    def __init__(self, path: Path, limits: Limits = LIMITS) -> None:
        """Open ``path`` and read its index."""
        self.path = path
        self._limits = limits
        self._archive = Archive(path, limits)
        try:
            self.index = self._read_index()
        except VerificationError:
            self._archive.close()
            raise

    def close(self) -> None:
        """Let go of the file."""
        self._archive.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def _read_index(self) -> Index:
        index = decode(self._archive.read(INDEX, self._limits.small_bytes), Index, INDEX)
        names = [log.log for log in index.logs]
        if index.format != FORMAT:
            raise VerificationError(f"the format is {index.format[:40]!r}, not {FORMAT}", where=INDEX)
        if names != sorted(set(names)):
            raise VerificationError("the logs are not in order, or one stands twice", where=INDEX)
        if index.by not in names:
            raise VerificationError(f"made by {index.by}, whose log is not in it", where=INDEX)
        for log in index.logs:
            if log.party != party_of(log.log) or log.size > self._limits.log_entries:
                raise VerificationError(f"the log {log.log} contradicts itself or is too long", where=INDEX)
        if [a.sha256 for a in index.attachments] != sorted({a.sha256 for a in index.attachments}):
            raise VerificationError("the attachments are not in order, or one stands twice", where=INDEX)
        return index

    def check_members(self) -> None:
        """Raise VerificationError when a member is there that the index does not account for.

        Proof files are counted here and named one by one when they are checked.
        """
        named = {INDEX, README} | {attachment_name(a.sha256) for a in self.index.attachments}
        named |= {PAGE} if self.index.page is not None else set()
        proofs = 0
        prefixes = []
        for log in self.index.logs:
            members = Members(log.log)
            named |= {members.keys, members.policy, members.commitments}
            named |= {members.checkpoint, members.checkpoints, members.records}
            proofs += log.proofs
            prefixes.append(f"logs/{log.log}/proofs/")
        rest = self._archive.names.keys() - named
        for name in sorted(rest):
            if not name.startswith(tuple(prefixes)):
                raise VerificationError("in the zip, but the index does not name it", where=name)
        if len(rest) != proofs:
            raise VerificationError(f"{len(rest)} proof files, where the index says {proofs}", where=INDEX)
        for name in sorted(named):
            self._archive.size(name)

    def check_files(self) -> None:
        """Check the README, the page and the attachments against the index; raise VerificationError."""
        if self._archive.read(README, self._limits.small_bytes) != readme(self.index):
            raise VerificationError("not the text that the index gives", where=README)
        if self.index.page is not None:
            self._check_file(PAGE, self.index.page, self._limits.page_bytes)
        for attachment in self.index.attachments:
            self._check_file(attachment_name(attachment.sha256), attachment, self._limits.attachment_bytes)

    def _check_file(self, name: str, said: FileIndex, limit: int) -> None:
        if self._archive.size(name) != said.size or said.size > limit:
            raise VerificationError("not of the size that the index says, or too large", where=name)
        digest = hashlib.sha256()
        for data in self._archive.stream(name):
            digest.update(data)
        if digest.hexdigest() != said.sha256:
            raise VerificationError("its content is not what its SHA-256 says", where=name)

    def keys(self, log: str) -> Keys:
        """Return the claimed keys of a log."""
        name = Members(log).keys
        return decode(self._archive.read(name, self._limits.small_bytes), Keys, name)

    def policy(self, log: str) -> bytes:
        """Return the log's tlog-policy text."""
        return self._archive.read(Members(log).policy, self._limits.small_bytes)

    def proof(self, log: str, seq: int) -> bytes:
        """Return the tlog-proof of an entry."""
        return self._archive.read(Members(log).proof(seq), self._limits.small_bytes)

    def page(self) -> bytes:
        """Return the offline page; VerificationError when there is none."""
        return self._archive.read(PAGE, self._limits.page_bytes)

    def attachment(self, sha256: str) -> Iterator[bytes]:
        """Yield an attachment's content in pieces (unverified unless check_files passed)."""
        return self._archive.stream(attachment_name(sha256))

    def commitments(self, log: LogIndex) -> Iterator[bytes]:
        """Yield the commitments in pieces of whole entries (32 bytes each), from entry 0."""
        name = Members(log.log).commitments
        if self._archive.size(name) != 32 * log.size:
            raise VerificationError(f"not 32 bytes for each of {log.size} entries", where=name)
        return self._archive.stream(name)

    def records(self, log: str) -> Iterator[RecordLine]:
        """Yield the opened entries, ascending."""
        name = Members(log).records
        read = msgspec.json.Decoder(RecordLine).decode
        write = msgspec.json.Encoder().encode
        last = -1
        for batch in self._archive.lines(name):
            for raw in batch:
                try:
                    line = read(raw)
                except (msgspec.MsgspecError, UnicodeError) as error:
                    raise VerificationError(str(error), where=name) from error
                if line.seq <= last:
                    raise VerificationError(f"entry {line.seq} after entry {last}", where=name)
                last = line.seq
                if write(line) != raw:
                    raise VerificationError(f"the line of entry {last} is not in its one form", where=name)
                yield line

    def checkpoints(self, log: str) -> Iterator[NoteLine]:
        """Yield every checkpoint note of the log, ascending by size; the newest comes last."""
        members = Members(log)
        last = -1
        for batch in self._archive.lines(members.checkpoints):
            for raw in batch:
                line = decode(raw, NoteLine, members.checkpoints)
                if line.size <= last:
                    raise VerificationError(f"size {line.size} after size {last}", where=members.checkpoints)
                last = line.size
                yield line
        try:
            note = self._archive.read(members.checkpoint, self._limits.small_bytes).decode()
        except UnicodeDecodeError as error:
            raise VerificationError("a note must be UTF-8", where=members.checkpoint) from error
        size = next(entry.size for entry in self.index.logs if entry.log == log)
        if last >= size:
            raise VerificationError(f"size {last} is not before the newest, {size}", where=members.checkpoints)
        yield NoteLine(note, size)
