"""What makes a partner's content unusable although it opens its commitment.

The answer is a reason in words, kept beside the entry as evidence; the entry itself
stays in the partner's log and is witnessed, so one bad record never holds up the rest.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable

from sarhad.exchange.messages import Shown
from sarhad.ledger.model import Identity, Opening
from sarhad.wire import envelope, ids, record, values
from sarhad.wire.errors import VerificationError
from sarhad.wire.kinds import ReleaseAct
from sarhad.wire.record import Record
from sarhad.wire.registry import KINDS

_RELEASE_MARK = b'"kind":"release"'


def check_opening(
    identity: Identity, us: str, widened: Callable[[int], bool], opening: Opening, usable: list[Record] | None = None
) -> str:
    """Return "" when ``opening`` may be used by party ``us``, otherwise why not.

    ``widened`` tells whether a release by the author, in our hands, opens that entry to
    us.  The record as it was read is added to ``usable``, so that nobody reads it twice.
    """
    try:
        read = record.read(identity.log, opening.seq, opening.body)
        kind = KINDS.get(read.kind)
        if opening.signature is not None or (kind is not None and kind.act):
            envelope.check_signature(identity.log_key, opening.body, opening.signature)
    except VerificationError as error:
        return error.what[:300]
    if not values.valid_release(read.header.release):
        return "the marking is contradictory"
    if not values.may_read(read.header.release, us, frozenset({us})) and not widened(opening.seq):
        return "not released to us"
    if usable is not None:
        usable.append(read)
    return ""


def opened_in(identity: Identity, us: str, shown: Iterable[Shown]) -> set[int]:
    """Return the entries of the author's log that releases among ``shown`` open to ``us``.

    A release counts only if it would itself be used; its signature is checked there.
    """
    found: set[int] = set()
    for one in shown:
        if _RELEASE_MARK not in one.body:
            continue
        opening = Opening(one.seq, one.salt, one.body, one.signature)
        if check_opening(identity, us, lambda _seq: False, opening):
            continue
        data = record.read(identity.log, one.seq, one.body).data
        assert isinstance(data, ReleaseAct)
        place = ids.parse_ref(data.record)
        if place.log == identity.log and values.may_read(data.release, us, frozenset({us})):
            found.add(place.seq)
    return found
