"""Files for partners: a file goes only to who may read, at that moment, a record of ours that names it.

A file that is not released to the caller and one that does not exist get the same answer.
"""

from __future__ import annotations

import asyncio
import re
from collections import Counter
from dataclasses import dataclass
from pathlib import Path

from sarhad.desk import Desk
from sarhad.desk.attachments import Attachments
from sarhad.exchange.errors import FileNotHere, TooMany
from sarhad.exchange.roster import Partner
from sarhad.exchange.server import Receive, Scope, Send
from sarhad.exchange.standing import require_open
from sarhad.ledger.ledger import Ledger
from sarhad.wire.errors import SarhadError, VerificationError

PATH = "/exchange/v1/attachment/"
GIVEN_AT_ONCE = 2
"""Files that one partner is given at the same time."""
PIECE_BYTES = 256 * 1024
SLOWEST_BYTES_S = 2_048
_START = re.compile(rb"^bytes=(\d{1,9})-\Z")
_GIVEN = "exchange/file/given/"


@dataclass(frozen=True, slots=True)
class Given:
    """What is about to be sent: which file, from which byte, of how many."""

    sha256: str
    path: Path
    start: int
    size: int


def may_have(desk: Desk, party: str, sha256: str) -> bool:
    """Tell whether ``party`` may read, now, a record of ours that names the file.  The desk decides."""
    ours = (one for one in desk.picture.naming_file(sha256) if one.party == desk.party)
    return any(party in desk.readers(one.ref) for one in ours)


def was_given(ledger: Ledger, party: str, sha256: str) -> bytes:
    """Return b"asked" or b"given" as far as ``party`` has come with the file over the line; b"" when it never asked."""
    return ledger.get_state(f"{_GIVEN}{party}/{sha256}") or b""


class Giver:
    """Answers partners' calls for files."""

    def __init__(self, ledger: Ledger, desk: Desk, files: Attachments, seconds: float) -> None:
        """Take the node's parts; ``seconds`` is how long a transfer may take beside an allowance for slow lines."""
        self._ledger = ledger
        self._desk = desk
        self._files = files
        self._seconds = seconds
        self._giving: Counter[str] = Counter()  # files under way by party; event loop only

    async def give(self, partner: Partner, scope: Scope, receive: Receive, send: Send) -> None:
        """Send a file, from the byte that the caller asks for; raises FileNotHere, TooMany, VerificationError."""
        wanted = self._wanted(partner, scope)
        if self._giving[partner.party] >= GIVEN_AT_ONCE:
            raise TooMany("too many files at the same time")
        self._giving[partner.party] += 1
        gone = asyncio.create_task(_until_gone(receive))
        try:
            async with asyncio.timeout(self._seconds + wanted.size / SLOWEST_BYTES_S):
                await self._send(partner, wanted, gone, send)
        except TimeoutError:
            return  # uvicorn closes a connection whose answer was not finished
        finally:
            self._giving[partner.party] -= 1
            gone.cancel()

    def _wanted(self, partner: Partner, scope: Scope) -> Given:
        sha256 = scope["path"].removeprefix(PATH)
        if not may_have(self._desk, partner.party, sha256) or not self._files.holds(sha256):
            raise FileNotHere("no such file for you")
        path = self._files.path(sha256)
        size = path.stat().st_size
        start = _start(scope)
        if start >= size:
            raise VerificationError(f"the file has {size} bytes")
        return Given(sha256, path, start, size)

    async def _send(self, partner: Partner, wanted: Given, gone: asyncio.Task[None], send: Send) -> None:
        await asyncio.to_thread(self._note, partner.party, wanted.sha256, b"asked")
        length = wanted.size - wanted.start
        headers = [(b"content-type", b"application/octet-stream"), (b"content-length", str(length).encode())]
        if wanted.start:
            headers.append((b"content-range", f"bytes {wanted.start}-{wanted.size - 1}/{wanted.size}".encode()))
        await send({"type": "http.response.start", "status": 206 if wanted.start else 200, "headers": headers})
        at = wanted.start
        while at < wanted.size:
            piece = await asyncio.to_thread(_read_at, wanted.path, at)
            if not piece or gone.done() or not self._still_open(partner):
                return
            at += len(piece)
            await send({"type": "http.response.body", "body": piece, "more_body": at < wanted.size})
        await asyncio.to_thread(self._note, partner.party, wanted.sha256, b"given")

    def _still_open(self, partner: Partner) -> bool:
        """Tell whether anything may cross: a suspension stops a file in the middle."""
        try:
            require_open(self._ledger, self._desk, partner)
        except SarhadError:
            return False
        return True

    def _note(self, party: str, sha256: str, state: bytes) -> None:
        """Remember how far the partner has come, for files that are carried by hand."""
        if was_given(self._ledger, party, sha256) not in (state, b"given"):
            self._ledger.put_state(f"{_GIVEN}{party}/{sha256}", state)


def _start(scope: Scope) -> int:
    """Read the first byte asked for; only ``bytes=N-`` is understood."""
    for name, value in scope["headers"]:
        if name == b"range":
            match = _START.match(value)
            if match is None:
                raise VerificationError("a range other than bytes=N-")
            return int(match[1])
    return 0


def _read_at(path: Path, offset: int) -> bytes:
    with path.open("rb") as file:
        file.seek(offset)
        return file.read(PIECE_BYTES)


async def _until_gone(receive: Receive) -> None:
    while (await receive())["type"] != "http.disconnect":
        pass
