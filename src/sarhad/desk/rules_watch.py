"""Who may hand the watch over, and who may take it; who may have what is open."""

from __future__ import annotations

from sarhad.desk.actor import RoleRefused
from sarhad.desk.rules import Intended, Situation
from sarhad.wire.errors import Refused
from sarhad.wire.kinds import Assignment, WatchHandover
from sarhad.wire.registry import KINDS, Role

WATCH_ROLES = KINDS["watch-handover"].authors
ITEM_ROLES = KINDS["assignment"].authors


def check_watch(now: Situation, intended: Intended, data: WatchHandover) -> None:
    """Raise Refused unless the watch can pass so: offered by who has it, accepted by who is to have it."""
    watch = now.watch(intended.exercise)
    me = now.actor.officer
    if data.accepts is not None:
        if watch.offered is None or watch.offered.ref != data.accepts:
            raise Refused(f"{data.accepts} is not offered now", where="data.accepts", do="Look at the watch again")
        if watch.offered.incoming != me or data.incoming != me:
            raise Refused(
                f"the watch is offered to {watch.offered.incoming}", where="data.incoming", do="Let that officer sign"
            )
        return
    free = watch.officer is None or "commander" in now.actor.roles
    if data.incoming == me:
        if watch.officer == me:
            raise Refused("you have the watch already", where="data.incoming", do="Name the next officer")
        if not free:
            raise Refused(
                f"{watch.officer} has the watch", where="data.incoming", do="Have it handed over, or ask a commander"
            )
        return
    if watch.officer != me and not free:
        raise Refused(f"{watch.officer} has the watch", where="kind", do="That officer or a commander hands over")
    if not _roles(now, data.incoming, "data.incoming") & WATCH_ROLES:
        raise Refused(f"{data.incoming} cannot have the watch", where="data.incoming", do="Name a duty officer")


def check_assignment(now: Situation, intended: Intended, data: Assignment) -> None:
    """Raise Refused unless the item is one of our desk's, and the officer named may have it."""
    target = now.held(data.of)
    to = getattr(target.data, "to", None) if target is not None else None
    if target is not None and target.party != now.party and to is not None and to != now.party:
        raise Refused(f"{data.of} is addressed to {to}", where="data.of", do="Take what is ours to do")
    if data.officer is not None and not _roles(now, data.officer, "data.officer") & ITEM_ROLES:
        raise Refused(
            f"{data.officer} cannot have an item",
            where="data.officer",
            do="Name a duty officer, commander or secretary",
        )


def _roles(now: Situation, officer: str, where: str) -> frozenset[Role]:
    try:
        return now.roles_of(officer)
    except RoleRefused as error:
        raise Refused(error.what, where=where, do="Name an officer in service") from error
