"""The application on the exchange address: six paths, partners only.

POST /exchange/v1/push       entries of the caller's log (messages.Push -> PushReply)
GET  /exchange/v1/witnessed  how the caller's log stands with us (messages.Standing)
GET  /exchange/v1/attachment/<sha256>  a file that a record of ours names and the caller may read (giving.py)
POST /add-checkpoint         C2SP tlog-witness, for the caller's log
GET  /checkpoint, /tile/...  C2SP tlog-tiles, our own log
"""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass

from sarhad.desk import Desk
from sarhad.exchange import messages, witness
from sarhad.exchange.errors import NotForUs, TooLarge, TooMany, Unreachable, problem_of
from sarhad.exchange.giving import PATH as FILES
from sarhad.exchange.giving import Giver
from sarhad.exchange.messages import MAX_MESSAGE_BYTES, PROTOCOL, Problem, Push, Standing
from sarhad.exchange.receive import Receiver
from sarhad.exchange.roster import Partner, Roster
from sarhad.exchange.server import Receive, Scope, Send, respond
from sarhad.exchange.standing import require_open
from sarhad.exchange.timers import Timers
from sarhad.ledger.ledger import Ledger
from sarhad.wire.errors import SarhadError, VerificationError

BODIES_EACH = 4
"""Bodies of one partner that are read at the same time."""
SLOWEST_BYTES_S = 2_048
_STATUS = {
    "too-large": 413,
    "too-slow": 408,
    "not-for-us": 403,
    "verification": 422,
    "not-found": 404,
    "file-not-here": 404,
}


class _TooSlow(Unreachable):
    """The body came slower than the slowest line that is allowed for."""

    code = "too-slow"


@dataclass(frozen=True, slots=True)
class Parts:
    """What the application needs of the node; ``heard`` is told whose call was answered (a party)."""

    ledger: Ledger
    desk: Desk
    roster: Roster
    receiver: Receiver
    giver: Giver
    timers: Timers
    body_seconds: float
    heard: Callable[[str], None]


class App:
    """The ASGI application."""

    def __init__(self, parts: Parts) -> None:
        """Take the parts."""
        self._parts = parts
        self._reading: Counter[str] = Counter()  # bodies being read by party; event loop only

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request; every expected failure becomes a Problem."""
        if scope["type"] != "http":
            return
        try:
            partner = self._caller(scope)
            await self._route(partner, scope, receive, send)
        except SarhadError as error:
            status = _STATUS.get(error.code, 503 if error.retry else 409)
            await respond(send, status, messages.encode(problem_of(error)))

    def _caller(self, scope: Scope) -> Partner:
        """Return whose certificate the connection showed, compared byte for byte with the pinned ones."""
        certificate = scope.get("extensions", {}).get("tls", {}).get("peer", b"")
        partner = self._parts.roster.of_certificate(certificate)
        if partner is None:
            raise NotForUs("no partner has this certificate")
        return partner

    async def _route(self, partner: Partner, scope: Scope, receive: Receive, send: Send) -> None:
        method, path = scope["method"], scope["path"]
        if (method, path) == ("POST", "/exchange/v1/push"):
            await self._push(partner, scope, receive, send)
        elif (method, path) == ("POST", "/add-checkpoint"):
            require_open(self._parts.ledger, self._parts.desk, partner)
            body = await self._body(partner, scope, receive, witness.MAX_BYTES)
            status, kind, answer = await asyncio.to_thread(witness.add_checkpoint, self._parts.ledger, partner, body)
            await respond(send, status, answer, kind)
        elif method == "GET":
            await self._get(partner, scope, receive, send)
        else:
            await respond(send, 404, messages.encode(Problem(code="not-found", what="no such path", retry=False)))

    async def _get(self, partner: Partner, scope: Scope, receive: Receive, send: Send) -> None:
        require_open(self._parts.ledger, self._parts.desk, partner)
        path = scope["path"]
        if path.startswith(FILES):
            await self._parts.giver.give(partner, scope, receive, send)
            return
        if path == "/exchange/v1/witnessed":
            standing = await asyncio.to_thread(self._standing, partner)
            await respond(send, 200, messages.encode(standing))
            self._parts.heard(partner.party)
            return
        found = await asyncio.to_thread(witness.read, self._parts.ledger, path)
        if found is None:
            await respond(send, 404, messages.encode(Problem(code="not-found", what="no such path", retry=False)))
        else:
            await respond(send, 200, found[1], found[0])

    async def _push(self, partner: Partner, scope: Scope, receive: Receive, send: Send) -> None:
        require_open(self._parts.ledger, self._parts.desk, partner)
        body = await self._body(partner, scope, receive, MAX_MESSAGE_BYTES)
        received_at = self._parts.timers.now()
        reply = await self._parts.receiver.receive(partner, messages.decode(body, Push), received_at)
        await respond(send, 200, messages.encode(reply))

    async def _body(self, partner: Partner, scope: Scope, receive: Receive, limit: int) -> bytes:
        """Read a whole body of at most ``limit`` bytes; refuses a larger one before reading it."""
        if _declared(scope) > limit:
            raise TooLarge(f"a body holds at most {limit} bytes")
        if self._reading[partner.party] >= BODIES_EACH:
            raise TooMany("too many calls at the same time")
        self._reading[partner.party] += 1
        try:
            return await self._read(receive, limit)
        finally:
            self._reading[partner.party] -= 1

    async def _read(self, receive: Receive, limit: int) -> bytes:
        loop = asyncio.get_running_loop()
        started = loop.time()
        body = bytearray()
        try:
            async with asyncio.timeout(self._parts.body_seconds) as deadline:
                while True:
                    message = await receive()
                    if message["type"] == "http.disconnect":
                        raise Unreachable("the caller left in the middle of its body")
                    body += message.get("body", b"")
                    if len(body) > limit:
                        raise TooLarge(f"a body holds at most {limit} bytes")
                    if not message.get("more_body", False):
                        return bytes(body)
                    deadline.reschedule(started + self._parts.body_seconds + len(body) / SLOWEST_BYTES_S)
        except TimeoutError as error:
            raise _TooSlow("the body came too slowly") from error

    def _standing(self, partner: Partner) -> Standing:
        ledger = self._parts.ledger
        size = ledger.size(partner.log)
        return Standing(
            v=PROTOCOL,
            size=size,
            note=(ledger.newest_checkpoint(partner.log) or b"") if size else b"",
            checkpoint=ledger.newest_checkpoint(ledger.log) or b"",
            at=self._parts.timers.now(),
        )


def _declared(scope: Scope) -> int:
    """Return the declared length of the body, 0 when it is sent in chunks."""
    for name, value in scope["headers"]:
        if name == b"content-length":
            if not value.isdigit() or len(value) > 15:
                raise VerificationError("a content-length that is not a number")
            return int(value)
    return 0
