"""The event stream: what changed, as server-sent events (WHATWG HTML, section 9.2)."""

from __future__ import annotations

import asyncio
import re
from collections.abc import AsyncIterator

import msgspec
from litestar import get
from litestar.response import Stream

from sarhad.desk import Event
from sarhad.desk.accounts import NotSignedIn
from sarhad.web.errors import Limited
from sarhad.web.guards import allow
from sarhad.web.office import Call, Here, Office, SignedIn, signed_in

_ID = re.compile(r"^(\d{1,19})-(\d{1,19})$")
RETRY_MS = 1_000


class EventData(msgspec.Struct, frozen=True, kw_only=True):
    """What an event carries: the names of what changed, and the node's time (µs UTC)."""

    subjects: tuple[str, ...]
    at: int


def position(last_event_id: str) -> tuple[int, int] | None:
    """Read an event id: (epoch, seq); None when there is none of ours."""
    match = _ID.match(last_event_id)
    return (int(match[1]), int(match[2])) if match else None


def frame(epoch: int, event: Event) -> bytes:
    """Write one event as the stream has it."""
    data = msgspec.json.encode(EventData(subjects=event.subjects, at=event.at))
    return b"id: %d-%d\nevent: %s\ndata: %s\n\n" % (epoch, event.seq, event.name.encode(), data)


@get(
    "/api/events",
    opt=allow(),
    operation_id="getEvents",
    tags=["watch"],
    media_type="text/event-stream",
)
async def get_events(request: Call, office: Here) -> Stream:
    """Server-sent events: ``changed``, ``link`` and ``resync`` (fetch everything again), and a heartbeat comment.

    The data is {"subjects": [...], "at": µs}.  Resume with Last-Event-ID, or ?after= with
    the id that GET /api/desk gives.  ``signed-out`` is the last event when the session ends.
    """
    user = signed_in(request)
    if office.streams[user.session.token] >= office.settings.max_streams:
        raise Limited(5)
    asked = request.headers.get("last-event-id") or request.query_params.get("after") or ""
    return Stream(
        _frames(office, user, position(asked)),
        media_type="text/event-stream; charset=utf-8",
        headers={"Cache-Control": "no-store", "X-Accel-Buffering": "no"},
    )


async def _frames(office: Office, user: SignedIn, after: tuple[int, int] | None) -> AsyncIterator[bytes]:
    """Subscribe only once the answer is really sent: a page that left before that costs nothing."""
    token, officer = user.session.token, user.session.officer
    subscription = office.desk.subscribe(after)
    office.streams[token] += 1
    office.present[officer] += 1
    epoch = office.desk.hub.epoch
    try:
        yield b"retry: %d\n: connected\n\n" % RETRY_MS
        while True:
            try:
                event = await asyncio.wait_for(subscription.next(), office.settings.heartbeat_s)
            except TimeoutError:
                if await _ended(office, token):
                    yield b"event: signed-out\ndata: {}\n\n"
                    return
                yield b": heartbeat\n\n"
                continue
            if event is None:
                return
            yield frame(epoch, event)
    finally:
        subscription.close()
        office.streams[token] -= 1
        office.present[officer] -= 1
        if office.streams[token] <= 0:
            del office.streams[token]


async def _ended(office: Office, token: str) -> bool:
    """Tell whether the session ended; looking does not prolong it."""
    try:
        await asyncio.to_thread(office.accounts.peek, token)
    except NotSignedIn:
        return True
    return False


HANDLERS = [get_events]
