"""Whether an act is allowed: role, release, references, exercise; then the kind's own rules.

Every refusal says what, where (the field) and what to do.  Nothing here writes.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Literal

from sarhad.desk.actor import Actor, RoleRefused, UnknownReference
from sarhad.picture.rules.base import BASE_KINDS, GROUND_KINDS
from sarhad.picture.views import CaveatView, ResponseView, WatchView
from sarhad.wire.errors import Refused, VerificationError
from sarhad.wire.ids import parse_ref, party_of
from sarhad.wire.kinds import Agreement, WatchHandover
from sarhad.wire.record import Record
from sarhad.wire.registry import KINDS, Data, Role, refs_of
from sarhad.wire.values import Release, may_read, valid_release

ALWAYS_LIVE = BASE_KINDS | {"suspension", "resumption"}
"""What an exercise must not do: these bind, or take effect on the real exchange."""

ANY: frozenset[str] = frozenset()
"""Any kind of record."""
OWED = frozenset(name for name, kind in KINDS.items() if kind.expects != "none")
"""Kinds that a partner owes a reply to."""
Whose = Literal["own", "partner", "any"]

REFERS: dict[tuple[str, str], tuple[frozenset[str], Whose]] = {
    ("incident", "sector"): (frozenset({"sector"}), "any"),
    ("report", "incident"): (frozenset({"incident"}), "any"),
    ("report", "attachments"): (frozenset({"attachment"}), "any"),
    ("claim", "incident"): (frozenset({"incident"}), "any"),
    ("attachment", "about"): (ANY, "any"),
    ("note", "about"): (ANY, "any"),
    ("unit-status", "unit"): (frozenset({"unit"}), "own"),
    ("unit-status", "blurs"): (frozenset({"unit-status"}), "own"),
    ("caveat", "unit"): (frozenset({"unit"}), "any"),
    ("caveat", "incidents"): (frozenset({"incident"}), "any"),
    ("zone-notice", "about"): (frozenset({"incident"}), "any"),
    ("zone-notice", "units"): (frozenset({"unit"}), "own"),
    ("post", "sector"): (frozenset({"sector"}), "any"),
    ("unit", "home"): (frozenset({"post"}), "any"),
    ("officer", "unit"): (frozenset({"unit"}), "own"),
    ("watch-handover", "accepts"): (frozenset({"watch-handover"}), "own"),
    ("assignment", "of"): (OWED, "any"),
    ("tasking", "unit"): (frozenset({"unit"}), "own"),
    ("tasking", "incident"): (frozenset({"incident"}), "any"),
    ("tasking", "answers"): (frozenset({"unit-request"}), "partner"),
    ("tasking", "proposal"): (frozenset({"proposal"}), "any"),
    ("response", "incident"): (frozenset({"incident"}), "any"),
    ("proposal", "response"): (frozenset({"response"}), "any"),
    ("proposal", "kept"): (frozenset({"attachment"}), "own"),
    ("proposal", "replaces"): (frozenset({"proposal"}), "any"),
    ("unit-request", "incident"): (frozenset({"incident"}), "any"),
    ("unit-request", "unit"): (frozenset({"unit"}), "partner"),
    ("unit-request", "proposal"): (frozenset({"proposal"}), "any"),
    ("handover", "response"): (frozenset({"response"}), "any"),
    ("handover", "crossing"): (frozenset({"crossing"}), "any"),
    ("pledge", "accepts"): (frozenset({"pledge"}), "partner"),
    ("measurement", "pledge"): (frozenset({"pledge"}), "any"),
    ("agreement", "accepts"): (frozenset({"agreement"}), "partner"),
    ("agreement", "replaces"): (frozenset({"agreement"}), "any"),
    ("warning", "about"): (ANY, "any"),
    ("request", "about"): (ANY, "any"),
    ("allegation", "about"): (ANY, "any"),
    ("allegation", "evidence"): (ANY, "any"),
    ("answer", "of"): (frozenset({"warning", "request", "allegation", "unit-request", "handover"}), "partner"),
    ("denial", "of"): (frozenset({"allegation", "claim", "report"}), "partner"),
    ("denial", "evidence"): (ANY, "any"),
    ("release", "record"): (ANY, "own"),
    ("recall", "record"): (ANY, "own"),
    ("recall-answer", "recall"): (frozenset({"recall"}), "partner"),
    ("correction", "record"): (ANY, "own"),
    ("resumption", "suspension"): (frozenset({"suspension"}), "own"),
}
"""What each reference of each kind may name: which kinds, and whose."""


@dataclass(frozen=True, slots=True)
class Situation:
    """What the rules look at.

    ``held`` returns a record whose content is here; ``size`` the number of entries
    held of a log, None for a log that is not known; ``readers`` the partners that may
    read a record now; ``suspended_by`` our suspension of a partner in force; ``watch`` who
    has our watch in an exercise (None: live); ``roles_of`` raises RoleRefused unless in service;
    ``caveats`` are our own in force, those of an exercise (None: live) included.
    ``response`` the response to an incident, None where nobody has opened one.
    """

    party: str
    log: str
    actor: Actor
    partners: frozenset[str]
    held: Callable[[str], Record | None]
    size: Callable[[str], int | None]
    readers: Callable[[str], frozenset[str]]
    suspended_by: Callable[[str], str | None]
    watch: Callable[[str | None], WatchView]
    roles_of: Callable[[str], frozenset[Role]]
    caveats: Callable[[str | None], tuple[CaveatView, ...]]
    response: Callable[[str], ResponseView | None]


@dataclass(frozen=True, slots=True)
class Intended:
    """What the officer wants to write."""

    data: Data
    release: Release
    exercise: str | None

    @property
    def kind(self) -> str:
        """The kind's name."""
        return self.data.kind_name()


def check_general(now: Situation, intended: Intended) -> None:
    """Raise Refused, RoleRefused or UnknownReference where the rules for all kinds are broken."""
    check_role(now.actor, intended.kind)
    if now.actor.party != now.party:
        raise RoleRefused(f"{now.actor.officer} is not an officer of {now.party}", where="party", do="Sign in here")
    check_release(now, intended.release)
    if intended.exercise is not None and intended.kind in ALWAYS_LIVE:
        raise Refused(
            f"a record of the kind {intended.kind} is always live",
            where="exercise",
            do="Leave the exercise out: it shows in exercises all the same",
        )
    for field, ref in fields_and_refs(intended.data):
        check_reference(now, intended, field, ref)


def check_role(actor: Actor, kind: str) -> None:
    """Raise RoleRefused unless one of the actor's roles may write ``kind``."""
    authors = KINDS[kind].authors
    if not actor.roles & authors:
        raise RoleRefused(
            f"{actor.officer} may not write a record of the kind {kind}",
            where="kind",
            do=f"Ask an officer with one of these roles: {', '.join(sorted(authors - {'node'})) or 'none'}",
        )


def check_release(now: Situation, release: Release, where: str = "release") -> None:
    """Raise Refused unless the release is of a valid form and names known partners only."""
    if not valid_release(release):
        raise Refused(
            f"the release {release.to!r} is not valid as it stands",
            where=where,
            do="Choose own, named with at least one party, joint or public",
        )
    unknown = sorted(set(release.parties) - now.partners)
    if unknown:
        raise Refused(
            f"{', '.join(unknown)} is not a partner of {now.party}",
            where=f"{where}.parties",
            do=f"Choose among: {', '.join(sorted(now.partners)) or 'no partner has joined yet'}",
        )


def fields_and_refs(data: Data) -> Iterator[tuple[str, str]]:
    """Yield (field, reference) for every reference in ``data``, those of an agreement's terms included."""
    for name in data.kind_info.ref_fields:
        value = getattr(data, name)
        for ref in (value,) if isinstance(value, str) else value or ():
            yield name, ref
    if isinstance(data, Agreement):
        for rule in data.terms.crossings:
            yield "terms.crossings", rule.crossing
    if isinstance(data, WatchHandover):
        for item in data.open:
            yield "open", item.ref


def all_refs(data: Data) -> set[str]:
    """Every reference that ``data`` makes."""
    return {ref for _, ref in fields_and_refs(data)} | set(refs_of(data))


def check_reference(now: Situation, intended: Intended, field: str, ref: str) -> None:
    """Raise unless the record named exists here, is of the right kind, of the right side and of the same world."""
    where = f"data.{field}"
    kinds, whose = REFERS.get((intended.kind, field), (ANY, "any"))
    if field == "terms.crossings":
        kinds = frozenset({"crossing"})
    check_whose(now, ref, whose, where)
    check_exists(now, ref, where)
    target = now.held(ref)
    if target is None:
        if whose != "any":
            raise UnknownReference(
                f"the content of {ref} is not held here", where=where, do="Wait until it was released to you"
            )
        return
    if kinds and target.kind not in kinds:
        raise Refused(
            f"{ref} is of the kind {target.kind}",
            where=where,
            do=f"Name a record of the kind {' or '.join(sorted(kinds))}",
        )
    check_world(intended, target, where)


def check_whose(now: Situation, ref: str, whose: Whose, where: str) -> None:
    """Raise Refused unless ``ref`` is of our own party, or of another, as the field asks."""
    try:
        own = party_of(parse_ref(ref).log) == now.party
    except VerificationError as error:
        raise Refused(error.what, where=where, do="Write it like pk:42") from error
    if whose == "own" and not own:
        raise Refused(f"{ref} is not a record of {now.party}", where=where, do="Name one of your own party's records")
    if whose == "partner" and own:
        raise Refused(f"{ref} is your own party's record", where=where, do="Name a record of the other side")


def check_exists(now: Situation, ref: str, where: str) -> None:
    """Raise UnknownReference unless the entry is known; its content may be withheld."""
    log, seq = parse_ref(ref)
    size = now.size(log)
    if size is None or seq >= size:
        raise UnknownReference(
            f"there is no record {ref} here", where=where, do="Check the number, or wait until it has arrived"
        )


def check_world(intended: Intended, target: Record, where: str) -> None:
    """Raise Refused where an exercise and the live desk would be mixed."""
    theirs = target.header.exercise
    about_record = intended.kind in ("release", "correction", "recall", "recall-answer", "answer", "denial")
    if theirs == intended.exercise:
        return
    if theirs is None and target.kind in GROUND_KINDS and not about_record:
        return
    said = f"the exercise {theirs}" if theirs else "the live desk"
    raise Refused(
        f"{target.ref} belongs to {said}",
        where=where,
        do=f"Write it with exercise {theirs}" if theirs else "Write it live, or name a record of the exercise",
    )


def must_read(now: Situation, party: str, release: Release, where: str, what: str) -> None:
    """Raise Refused unless ``party`` is a partner and will be able to read a record released so."""
    if party not in now.partners:
        raise Refused(
            f"{party} is not a partner of {now.party}",
            where=where,
            do=f"Choose among: {', '.join(sorted(now.partners)) or 'no partner has joined yet'}",
        )
    if not may_read(release, party, now.partners):
        raise Refused(
            f"{party} {what} could not read it",
            where="release",
            do=f"Release it to {party}, or to all partners (joint)",
        )
