"""What caveats keep from whom: checked before anything is signed, with the reason shown."""

from __future__ import annotations

from sarhad.desk.rules import Intended, Situation, all_refs
from sarhad.picture.views import CaveatView
from sarhad.wire.errors import Refused
from sarhad.wire.kinds import Caveat, Correction, ReleaseAct, Unit
from sarhad.wire.registry import KINDS
from sarhad.wire.values import Release, may_read

NEVER_WITHHELD = frozenset({"manifest", "agreement", "receipt", "suspension", "resumption", "recall", "recall-answer"})
"""What the exchange itself rests on: without it no partner could check anything."""


def check_caveats(now: Situation, intended: Intended) -> None:
    """Raise Refused where a caveat in force keeps a reader from what is about to be released to it."""
    standing = [one for one in now.caveats(intended.exercise) if one.withhold]
    if not standing:
        return
    said = _kinds(now, intended)
    units = _units(now, intended)
    readers = _readers(now, intended)
    for caveat in standing:
        kept = sorted(said & set(caveat.withhold))
        if not kept:
            continue
        if caveat.on_party is not None and caveat.on_party in readers:
            _refuse(caveat, kept[0], caveat.on_party)
        if caveat.on_unit is not None and readers and _code(now, caveat.on_unit) in units:
            _refuse(caveat, kept[0], ", ".join(sorted(readers)))


def _refuse(caveat: CaveatView, kind: str, party: str) -> None:
    on_unit = f" that names {caveat.on_unit}" if caveat.on_unit is not None else ""
    raise Refused(
        f"the caveat {caveat.code} keeps a record of the kind {kind}{on_unit} from {party}: {caveat.reason.text[:200]}",
        where="release",
        do=f"Leave {party} out, or have a commander lift {caveat.code} ({caveat.ref})",
    )


def _kinds(now: Situation, intended: Intended) -> set[str]:
    """Return the kinds whose content would be read: of a release or a correction also its target's."""
    said = {intended.kind}
    if isinstance(intended.data, ReleaseAct | Correction):
        target = now.held(intended.data.record)
        said |= {target.kind} if target is not None else set()
    return said


def _readers(now: Situation, intended: Intended) -> set[str]:
    """Return who would read it, or what it releases."""
    markings: list[Release] = [intended.release]
    if isinstance(intended.data, ReleaseAct):
        markings.append(intended.data.release)
    return {party for party in now.partners if any(may_read(one, party, now.partners) for one in markings)}


def _units(now: Situation, intended: Intended) -> set[tuple[str, str]]:
    """Return the units that are named: by reference, by being the unit's own record, or by what is released."""
    refs = all_refs(intended.data)
    found = {code for ref in refs if (code := _code(now, ref))[1]}
    if isinstance(intended.data, Unit):
        found.add((now.party, intended.data.code))
    if isinstance(intended.data, ReleaseAct | Correction):
        target = now.held(intended.data.record)
        if target is not None and target.data is not None:
            found |= {_code(now, ref) for ref in all_refs(target.data)}
    return found


def _code(now: Situation, ref: str) -> tuple[str, str]:
    """Return the party and code by which every record of one unit is known; an empty code where it is no unit."""
    held = now.held(ref)
    return (held.party, held.data.code) if held is not None and isinstance(held.data, Unit) else (ref, "")


def check_caveat(now: Situation, intended: Intended, data: Caveat) -> None:
    """Raise Refused where a caveat would withhold what is no kind, or what the exchange rests on."""
    for kind in data.withhold:
        if kind not in KINDS:
            raise Refused(f"there is no kind {kind[:60]!r}", where="data.withhold", do="Name kinds of records")
        if kind in NEVER_WITHHELD:
            raise Refused(f"the exchange rests on {kind}", where="data.withhold", do="Suspend the exchange instead")
    if data.party is not None and data.party not in now.partners:
        raise Refused(f"{data.party} is not a partner of {now.party}", where="data.party", do="Name a partner")
