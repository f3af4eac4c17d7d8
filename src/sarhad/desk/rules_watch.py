"""Who may hand the watch over, and who may take it."""

from __future__ import annotations

from sarhad.desk.actor import RoleRefused
from sarhad.desk.rules import Intended, Situation
from sarhad.wire.errors import Refused
from sarhad.wire.kinds import WatchHandover
from sarhad.wire.registry import KINDS

WATCH_ROLES = KINDS["watch-handover"].authors


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
    try:
        roles = now.roles_of(data.incoming)
    except RoleRefused as error:
        raise Refused(error.what, where="data.incoming", do="Name an officer in service") from error
    if not roles & WATCH_ROLES:
        raise Refused(f"{data.incoming} cannot have the watch", where="data.incoming", do="Name a duty officer")
