"""For tools that are not ours: the C2SP witness call, and our own log as C2SP tiles.

https://c2sp.org/tlog-witness (add-checkpoint) and https://c2sp.org/tlog-tiles.  Both are
open to partners only.  An entry of our log is its 32-byte commitment.
"""

from __future__ import annotations

import re

from sarhad.exchange.roster import Partner
from sarhad.ledger import note as notes
from sarhad.ledger.errors import Frozen, OutOfStep
from sarhad.ledger.ledger import Ledger
from sarhad.wire.errors import VerificationError

MAX_BYTES = 64 * 1024
MAX_PROOF = 63
TILE_WIDTH = 256
_TEXT = "text/plain; charset=utf-8"
_NUMBER = re.compile(r"(?:0|[1-9][0-9]{0,15})")
_TILE = re.compile(r"/tile/(?P<level>entries|0|[1-9][0-9]?)/(?P<index>(?:x[0-9]{3}/){0,5}[0-9]{3})"
                   r"(?:\.p/(?P<width>[1-9][0-9]{0,2}))?")  # fmt: skip

Answer = tuple[int, str, bytes]
"""HTTP status, content type, body."""


def add_checkpoint(ledger: Ledger, partner: Partner, body: bytes) -> Answer:
    """Countersign a checkpoint of the caller's log from a consistency proof, as C2SP tlog-witness says."""
    try:
        old_size, proof, raw = parse_request(body)
        origin = notes.parse(raw).text.partition("\n")[0]
    except VerificationError as error:
        return 400, _TEXT, error.what.encode()
    if origin != partner.identity.origin:
        return 404, _TEXT, b"not a log of the caller"
    try:
        return 200, _TEXT, ledger.add_checkpoint(raw, old_size, proof).encode()
    except OutOfStep as error:
        return 409, "text/x.tlog.size", f"{error.size}\n".encode()
    except Frozen as error:
        return 409, _TEXT, error.what.encode()
    except VerificationError as error:
        return 422, _TEXT, error.what.encode()


def parse_request(body: bytes) -> tuple[int, list[bytes], bytes]:
    """Split ``old <size>``, proof lines, an empty line and the note; raise VerificationError."""
    head, gap, raw = body.partition(b"\n\n")
    try:
        lines = head.decode("ascii").split("\n")
    except UnicodeDecodeError as error:
        raise VerificationError("the request must begin with ASCII lines") from error
    word, _, size = lines[0].partition(" ")
    if not gap or word != "old" or not _NUMBER.fullmatch(size):
        raise VerificationError("the request must begin with: old <size>")
    if len(lines) - 1 > MAX_PROOF:
        raise VerificationError(f"a consistency proof has at most {MAX_PROOF} lines")
    return int(size), [notes.decode_base64(line) for line in lines[1:]], raw


def read(ledger: Ledger, path: str) -> tuple[str, bytes] | None:
    """Return (content type, bytes) of our newest checkpoint, a tile or an entry bundle; None when there is none."""
    if path == "/checkpoint":
        raw = ledger.newest_checkpoint(ledger.log)
        return None if raw is None else (_TEXT, raw)
    match = _TILE.fullmatch(path)
    if match is None:
        return None
    index = int(match["index"].replace("x", "").replace("/", ""))
    width = int(match["width"] or TILE_WIDTH)
    size = ledger.size(ledger.log)
    level = 0 if match["level"] == "entries" else int(match["level"])
    held = (size >> (8 * level)) - index * TILE_WIDTH
    if width > min(held, TILE_WIDTH) or (match["width"] and width == TILE_WIDTH):
        return None
    if match["level"] == "entries":
        return "application/octet-stream", _entries(ledger, index * TILE_WIDTH, width)
    return "application/octet-stream", ledger.tile(ledger.log, level, index, width)


def _entries(ledger: Ledger, start: int, width: int) -> bytes:
    """Return an entry bundle: each entry after its length as two big-endian bytes."""
    found = ledger.entries(ledger.log, start, start + width)
    return b"".join(len(one.commitment).to_bytes(2, "big") + one.commitment for one in found)
