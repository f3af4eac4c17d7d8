"""The rules of single kinds: who may be addressed, whose record may be changed, what must be equal."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import msgspec

from sarhad.desk.blur import check_blur
from sarhad.desk.rules import (
    Intended,
    Situation,
    check_exists,
    check_general,
    check_release,
    check_role,
    check_world,
    must_read,
)
from sarhad.desk.rules_caveats import check_caveat, check_caveats
from sarhad.desk.rules_officer import check_officer
from sarhad.desk.rules_response import check_handover, check_response
from sarhad.desk.rules_unit import check_unit
from sarhad.desk.rules_watch import check_assignment, check_watch
from sarhad.desk.unknown import unknown_fields
from sarhad.wire import canonical, kinds
from sarhad.wire.errors import Refused
from sarhad.wire.ids import NODE_OFFICER, make_ref, party_of
from sarhad.wire.record import Record
from sarhad.wire.registry import KINDS, Data
from sarhad.wire.values import may_read

UNCORRECTABLE = frozenset(
    {
        "manifest", "agreement", "release", "receipt", "recall", "recall-answer",
        "correction", "suspension", "resumption", "answer", "watch-handover", "assignment", "proposal", "handover",
    }
)  # fmt: skip
"""Acts: what was done on record is not undone by a correction but by a later act."""
MAX_RECEIPT_RECORDS = 100_000


def check(now: Situation, intended: Intended) -> None:
    """Raise Refused (or a subclass) unless the act is allowed in every respect."""
    check_general(now, intended)
    check_unit(now, intended)
    check_caveats(now, intended)
    rule = RULES.get(intended.kind)
    if rule is not None:
        rule(now, intended, intended.data)


def _addressed(now: Situation, intended: Intended, data: Any) -> None:
    if data.to is not None:
        must_read(now, data.to, intended.release, "data.to", "is addressed and")


def _target(now: Situation, ref: str) -> Record:
    target = now.held(ref)
    assert target is not None, "check_reference has seen to it"
    return target


def _answer(now: Situation, intended: Intended, data: kinds.Answer) -> None:
    target = _target(now, data.of)
    addressee = getattr(target.data, "to", None)
    if addressee != now.party:
        raise Refused(f"{data.of} is addressed to {addressee}", where="data.of", do="Answer what is addressed to you")
    must_read(now, target.party, intended.release, "data.of", "asked and")


def _denial(now: Situation, intended: Intended, data: kinds.Denial) -> None:
    must_read(now, party_of(data.of), intended.release, "data.of", "said it and")


def _release(now: Situation, intended: Intended, data: kinds.ReleaseAct) -> None:
    check_release(now, data.release, "data.release")
    before = now.readers(data.record)
    gained = {party for party in now.partners if may_read(data.release, party, now.partners)}
    if gained <= before and data.release.to != "public":
        raise Refused(
            f"{data.record} is released to them already" if gained else "this releases it to nobody",
            where="data.release",
            do="Name a party that may not read it yet; a release only widens, a recall asks it back",
        )
    for party in sorted(gained | before):
        must_read(now, party, intended.release, "data.release", "may read the record from now on and")


def _recall(now: Situation, intended: Intended, data: kinds.Recall) -> None:
    target = _target(now, data.record)
    if target.kind in ("recall", "receipt", "release", "suspension", "resumption", "manifest"):
        raise Refused(f"a record of the kind {target.kind} cannot be recalled", where="data.record", do="")
    readers = now.readers(data.record)
    if not readers:
        raise Refused(
            f"{data.record} was never released", where="data.record", do="There is nobody to ask it back from"
        )
    for party in sorted(readers):
        must_read(now, party, intended.release, "data.record", "has the record and")


def _recall_answer(now: Situation, intended: Intended, data: kinds.RecallAnswer) -> None:
    must_read(now, party_of(data.recall), intended.release, "data.recall", "asked and")


def _correction(now: Situation, intended: Intended, data: kinds.Correction) -> None:
    target = _target(now, data.record)
    if target.data is None or target.kind in UNCORRECTABLE:
        raise Refused(
            f"a record of the kind {target.kind} cannot be corrected", where="data.record", do="Write a new one"
        )
    check_role(now.actor, target.kind)
    try:
        corrected = KINDS[target.kind].decode(data.data)
    except (msgspec.MsgspecError, ValueError) as error:
        raise Refused(str(error), where="data.data", do=f"Give the whole data of a {target.kind}") from error
    for where in unknown_fields(canonical.decode(bytes(data.data)), corrected, "data.data"):
        raise Refused("there is no such field", where=where, do="Leave it out, or mend its name")
    if getattr(corrected, "to", None) != getattr(target.data, "to", None):
        raise Refused("a correction cannot address another party", where="data.data.to", do="Write a new record")
    if isinstance(target.data, kinds.Attachment) and not _same_file(target.data, corrected):
        raise Refused("a correction cannot name another file", where="data.data.sha256", do="Attach the other file")
    check(now, Intended(corrected, intended.release, intended.exercise))
    _same_readers(now, intended, data.record)


def _same_file(first: kinds.Attachment, corrected: Data) -> bool:
    """Tell whether the corrected record names the same bytes: files cross by what was named first."""
    return isinstance(corrected, kinds.Attachment) and (corrected.sha256, corrected.size) == (first.sha256, first.size)


def _same_readers(now: Situation, intended: Intended, ref: str) -> None:
    before = now.readers(ref)
    for party in sorted(before):
        must_read(now, party, intended.release, "data.record", "has what is corrected and")
    after = {party for party in now.partners if may_read(intended.release, party, now.partners)}
    if after - before:
        raise Refused(
            f"{', '.join(sorted(after - before))} may not read {ref} and would read its correction",
            where="release",
            do="Release the record to them first, or keep the correction from them",
        )


def _receipt(now: Situation, intended: Intended, data: kinds.Receipt) -> None:
    author = party_of(data.log)
    if author == now.party:
        raise Refused("a receipt for one's own records says nothing", where="data.log", do="Name a partner's log")
    if (data.step == "delivered") != (now.actor.officer == NODE_OFFICER):
        raise Refused(
            "delivered is the node's word, seen and acknowledged an officer's", where="data.step", do="Choose seen"
        )
    must_read(now, author, intended.release, "data.log", "wrote it and")
    check_exists(now, make_ref(data.log, data.spans[-1][1]), "data.spans")
    if sum(last - first + 1 for first, last in data.spans) > MAX_RECEIPT_RECORDS:
        raise Refused(f"more than {MAX_RECEIPT_RECORDS} records at once", where="data.spans", do="Split the receipt")
    for seq in (seq for first, last in data.spans for seq in range(first, last + 1)):
        _receivable(now, intended, make_ref(data.log, seq), data.step)


def _receivable(now: Situation, intended: Intended, ref: str, step: str) -> None:
    target = now.held(ref)
    if target is None or target.kind == "receipt":
        raise Refused(
            f"{ref} was not delivered to {now.party} as a record to confirm", where="data.spans", do="Leave it out"
        )
    check_world(intended, target, "data.spans")
    to = getattr(target.data, "to", None)
    if step == "acknowledged" and to is not None and to != now.party:
        raise Refused(f"{ref} is addressed to {to}", where="data.spans", do="Confirm what is addressed to you")


def _agreement(now: Situation, intended: Intended, data: kinds.Agreement) -> None:
    parties = set(data.terms.parties)
    if now.party not in parties or len(parties) != len(data.terms.parties):
        raise Refused(
            f"the terms must name {now.party}, and each party once", where="data.terms.parties", do="Mend them"
        )
    for party in sorted(parties - {now.party}):
        must_read(now, party, intended.release, "data.terms.parties", "is to sign and")
    urgencies = [clock.urgency for clock in data.terms.clocks]
    if len(set(urgencies)) != len(urgencies):
        raise Refused("an urgency has two clocks", where="data.terms.clocks", do="Give each urgency one")
    if data.accepts is not None:
        theirs = _target(now, data.accepts).data
        if not isinstance(theirs, kinds.Agreement) or theirs.terms != data.terms or theirs.replaces != data.replaces:
            raise Refused(
                f"these are not the terms of {data.accepts}",
                where="data.terms",
                do="Sign the same terms, or propose anew",
            )


def _pledge(now: Situation, intended: Intended, data: kinds.Pledge) -> None:
    if data.accepts is None:
        return
    theirs = _target(now, data.accepts).data
    assert isinstance(theirs, kinds.Pledge)
    must_read(now, party_of(data.accepts), intended.release, "data.accepts", "promised it and")
    if msgspec.structs.replace(theirs, accepts=None) != msgspec.structs.replace(data, accepts=None):
        raise Refused(f"this is not what {data.accepts} promises", where="data", do="Sign the same, or pledge anew")


def _suspension(now: Situation, intended: Intended, data: kinds.Suspension) -> None:
    if data.partner not in now.partners:
        raise Refused(f"{data.partner} is not a partner of {now.party}", where="data.partner", do="Name a partner")
    standing = now.suspended_by(data.partner)
    if standing is not None:
        raise Refused(
            f"the exchange with {data.partner} is suspended already, by {standing}", where="data.partner", do=""
        )


def _resumption(now: Situation, intended: Intended, data: kinds.Resumption) -> None:
    standing = now.suspended_by(data.partner)
    if standing is None:
        raise Refused(f"the exchange with {data.partner} is not suspended by {now.party}", where="data.partner", do="")
    if standing != data.suspension:
        raise Refused(f"the suspension in force is {standing}", where="data.suspension", do=f"Name {standing}")


def _manifest(now: Situation, intended: Intended, data: kinds.Manifest) -> None:
    if data.log != now.log:
        raise Refused(f"this node writes the log {now.log}", where="data.log", do=f"Name {now.log}")
    if intended.release.to != "public":
        raise Refused("partners go by the manifest", where="release", do="Make it public")
    if now.actor.officer != NODE_OFFICER:
        raise Refused("keys and addresses are changed at the node", where="kind", do="Run the sarhad command there")


RULES: dict[str, Callable[[Situation, Intended, Any], None]] = {
    "warning": _addressed,
    "request": _addressed,
    "allegation": _addressed,
    "zone-notice": _addressed,
    "unit-request": _addressed,
    "response": check_response,
    "handover": check_handover,
    "answer": _answer,
    "denial": _denial,
    "release": _release,
    "recall": _recall,
    "recall-answer": _recall_answer,
    "correction": _correction,
    "receipt": _receipt,
    "agreement": _agreement,
    "pledge": _pledge,
    "suspension": _suspension,
    "resumption": _resumption,
    "officer": check_officer,
    "manifest": _manifest,
    "watch-handover": check_watch,
    "assignment": check_assignment,
    "unit-status": check_blur,
    "caveat": check_caveat,
}
"""The kinds that have rules beyond the general ones."""

KINDS_WITHOUT_RULES = frozenset(
    {
        "sector", "crossing", "post", "unit", "incident", "report", "claim", "attachment", "note",
        "tasking", "measurement", "proposal",
    }
)  # fmt: skip
"""The kinds for which the general rules say everything; a test names a kind that is in neither."""


def addressee(data: Data | None) -> str | None:
    """The party that a record speaks to, None when to all its readers."""
    to = getattr(data, "to", None)
    return to if isinstance(to, str) else None
