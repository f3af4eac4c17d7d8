"""The desk: every officer's act, and everything that a partner's node brings, goes through here.

allowed? -> write -> sign -> append (durable) -> fold -> tell the open pages.
"""

from __future__ import annotations

import asyncio
import itertools
from collections.abc import Callable, Iterable, Sequence

from sarhad.desk import keys, parties
from sarhad.desk.actor import Actor, NotFound, RoleRefused, UnknownReference, node_actor
from sarhad.desk.delivery import Deliveries, Due
from sarhad.desk.events import Hub, Subscription
from sarhad.desk.free_json import canonical_data
from sarhad.desk.links import LinkView
from sarhad.desk.preview import PreviewPartner, previews
from sarhad.desk.rules import Intended, Situation, check_exists
from sarhad.desk.rules_kinds import check
from sarhad.desk.spans import chunks, group
from sarhad.desk.turnstile import Turnstile
from sarhad.ledger import proof
from sarhad.ledger.ledger import Draft, Entry, Identity, Ledger
from sarhad.picture import Picture, Witnessed
from sarhad.wire import record as records
from sarhad.wire.errors import Refused, VerificationError
from sarhad.wire.ids import parse_ref, party_of
from sarhad.wire.keys import SecretKey
from sarhad.wire.kinds import Manifest, Receipt
from sarhad.wire.record import Record
from sarhad.wire.registry import Data
from sarhad.wire.values import PUBLIC, Release, named

FOLD_BATCH = 500
"""Records folded at start before other work gets its turn."""


class Desk:
    """One party's desk.  Everything but the ledger runs in the node's one event loop."""

    def __init__(
        self, ledger: Ledger, picture: Picture, clock: Callable[[], int], partners: Callable[[], frozenset[str]]
    ) -> None:
        """Take the log, the picture to fold into, a clock (µs UTC) and who the partners are now."""
        self._ledger = ledger
        self.picture = picture  # written by _fold() and witnessed() only, in the event loop
        self._clock = clock
        self.partners = partners
        self.party = ledger.identity.party
        self.log = ledger.log
        self.links: dict[str, LinkView] = {}  # written by the exchange through set_link(), read by the web
        self.exercises: set[str] = set()  # written by _fold(): every drill named by a record held
        self.hub = Hub(clock())
        self._deliveries = Deliveries(self.party)
        self._turnstile = Turnstile()
        self._ingest = asyncio.Lock()  # one ingest at a time: what is due and what was confirmed must not race
        self._keyed: dict[str, asyncio.Lock] = {}  # per officer: two calls with one key must not both append

    # Reading

    def now(self) -> int:
        """The node's time, µs UTC."""
        return self._clock()

    def known(self, ref: str) -> bool:
        """Tell whether the picture has folded the record."""
        return self.picture.held(ref) is not None

    def readers(self, ref: str) -> frozenset[str]:
        """The partners that may read ``ref`` now: the picture's answer, and nothing else decides."""
        return self.picture.readers(ref, self.partners())

    def held(self, ref: str) -> Record | None:
        """Return a record whose content is here and in use, None otherwise."""
        return self.picture.held(ref)

    def log_of(self, party: str) -> str | None:
        """Return the party's newest log, None when none is known."""
        logs = [identity.log for identity in self._ledger.logs() if identity.party == party]
        return max(logs, key=lambda log: (len(log), log), default=None)

    def named(self, party: str) -> parties.Named | None:
        """Return what the party says it is, known from its admission on; None for a stranger."""
        return parties.named(self._ledger, self.picture, party)

    def proof(self, ref: str) -> bytes:
        """Return the tlog-proof text of ``ref`` (C2SP tlog-proof v1); raise NotFound.  May block on the disk."""
        try:
            log, seq = parse_ref(ref)
        except VerificationError as error:
            raise NotFound(error.what, where=ref[:60], do="Write it like pk:42") from error
        size = self._size(log)
        note = None
        if size is not None and seq < size:
            note = self._ledger.checkpoint() if log == self.log else self._ledger.newest_checkpoint(log)
        if note is None:
            raise NotFound(f"there is no record {ref} here", where=ref, do="Check the number")
        covered = int(note.split(b"\n", 2)[1])
        return proof.write(seq, self._ledger.inclusion(log, seq, covered), note)

    def _size(self, log: str) -> int | None:
        known = {identity.log for identity in self._ledger.logs()}
        return self._ledger.size(log) if log in known else None

    def actor(self, officer: str) -> Actor:
        """Return the officer as the newest ``officer`` record has it; raise RoleRefused when it is not in service."""
        for view in self.picture.officers(self.party):
            if view.officer == officer and view.active:
                return Actor(self.party, officer, frozenset(view.roles) - {"node"}, view.unit)
        raise RoleRefused(f"{officer} is not an officer in service", where="officer", do="Ask an administrator")

    def _situation(self, actor: Actor) -> Situation:
        return Situation(
            party=self.party,
            log=self.log,
            actor=actor,
            partners=self.partners(),
            held=self.held,
            size=self._size,
            readers=self.readers,
            suspended_by=lambda partner: self.picture.suspension(self.party, partner),
            watch=lambda exercise: self.picture.watch(self.party, exercise),
            roles_of=lambda officer: self.actor(officer).roles,
            caveats=lambda exercise: self.picture.caveats_in_force(self.party, self._clock(), exercise),
            response=self.picture.response,
        )

    def preview(self, actor: Actor, data: Data, release: Release, exercise: str | None = None) -> list[PreviewPartner]:
        """Return what each partner would see; raises as act() does, and writes nothing."""
        now = self._situation(actor)
        data = canonical_data(data)
        check(now, Intended(data, release, exercise))
        body = self._body(actor, data, release, exercise, None)
        return previews(now, body, data, release, self._agreed)

    def preview_release(self, actor: Actor, ref: str, release: Release) -> list[PreviewPartner]:
        """Return what each partner would see of a record that exists, were it released so."""
        target = self.held(ref)
        if target is None:
            raise NotFound(f"there is no record {ref} here", where="record", do="Check the number")
        if target.party != self.party:
            raise Refused(f"{ref} is not yours to release", where="record", do="Only its author releases it")
        return previews(self._situation(actor), target.body, target.data, release, self._agreed)

    def _agreed(self, partner: str) -> bool:
        return self.picture.agreement_in_force(self.party, partner) is not None

    # Acting

    async def act(
        self,
        actor: Actor,
        data: Data,
        *,
        release: Release,
        exercise: str | None = None,
        key: str | None = None,
        at: int | None = None,
    ) -> Record:
        """Write one record of ``actor``; return it once it is durable and folded in.

        ``key`` makes the call safe to repeat: the same key of the same officer returns
        the record that it made.  ``at`` is the claimed time (µs UTC), the clock's when
        absent.  Raises Refused or a subclass when the rules forbid it, the ledger's
        errors when it cannot be written.
        """
        data = canonical_data(data)
        intended = Intended(data, release, exercise)
        if key is None:
            check(self._situation(actor), intended)
            return await self._append(actor, intended, self._body(actor, data, release, exercise, at))
        name = keys.state_key(actor.officer, key)
        async with self._keyed.setdefault(actor.officer, asyncio.Lock()):
            seq = await asyncio.to_thread(keys.find, self._ledger, name, intended)
            if seq is not None:
                return self._own(seq)
            check(self._situation(actor), intended)
            body = self._body(actor, data, release, exercise, at)
            await asyncio.to_thread(keys.remember, self._ledger, name, intended, body)
            return await self._append(actor, intended, body)

    async def made_with(self, actor: Actor, key: str) -> Record | None:
        """Return the record that the officer made with this key, None if there is none."""
        seq = await asyncio.to_thread(keys.place_of, self._ledger, keys.state_key(actor.officer, key))
        return None if seq is None else self._own(seq)

    def _body(self, actor: Actor, data: Data, release: Release, exercise: str | None, at: int | None) -> bytes:
        try:
            return records.write(
                party=self.party,
                by=actor.officer,
                at=self._clock() if at is None else at,
                data=data,
                release=release,
                seen=self._ledger.seen()[:16],
                exercise=exercise,
            )
        except VerificationError as error:
            raise Refused(error.what, where="data", do=error.do or "Mend the record") from error

    async def _append(self, actor: Actor, intended: Intended, body: bytes) -> Record:
        await self._turnstile.enter()  # no await from here to the submit: the keys that sign are those in force
        signature = self._ledger.sign_act(body) if intended.data.kind_info.act else None
        # The append goes on when the caller's connection is lost: shielded, so that it is folded too.
        return await asyncio.shield(self._write(body, signature))

    async def _write(self, body: bytes, signature: bytes | None) -> Record:
        try:
            seq = await asyncio.wrap_future(self._ledger.submit(Draft(body, signature)))
        finally:
            self._turnstile.leave()
        written = records.read(self.log, seq, body)
        self._publish(self._fold(written))
        return written

    async def renew(self, manifest: Manifest, log_secret: SecretKey, witness_secret: SecretKey) -> Record:
        """Change our keys, certificate or address: write ``manifest`` under the old keys, then go by the new ones.

        Nothing else is appended meanwhile.  Raises as act() does; nothing has changed then.
        """
        async with self._turnstile.alone():
            actor = node_actor(self.party)
            check(self._situation(actor), Intended(manifest, PUBLIC, None))
            body = self._body(actor, manifest, PUBLIC, None, None)
            draft = Draft(body, self._ledger.sign_act(body))
            identity = Identity.from_manifest(body)
            seq = await asyncio.to_thread(self._ledger.rotate_own, draft, identity, log_secret, witness_secret)
        return self._own(seq)

    def _own(self, seq: int) -> Record:
        entry = self._ledger.entry(self.log, seq)
        found = None if entry is None else _read(self.log, entry)
        assert found is not None, "every content of the own log is held"
        self._publish(self._fold(found))
        return found

    async def receipt(self, actor: Actor, step: str, refs: Sequence[str]) -> list[Record]:
        """Confirm records as ``seen`` or ``acknowledged``; returns the receipts written, one a log and exercise.

        What this party has confirmed already is skipped, so that the list may be empty.
        Raises as act() does; nothing is written then.
        """
        if step not in ("seen", "acknowledged"):
            raise Refused(f"an officer does not confirm the step {step[:20]!r}", where="step", do="Choose seen")
        due = self._to_confirm(actor, step, refs)
        receipts = [
            (Receipt(log=log, step="seen" if step == "seen" else "acknowledged", spans=spans), exercise)
            for (log, exercise), seqs in sorted(due.items(), key=str)
            for spans in chunks(group(seqs))
        ]
        now = self._situation(actor)
        for data, exercise in receipts:
            check(now, Intended(data, named(party_of(data.log)), exercise))
        return [
            await self.act(actor, data, release=named(party_of(data.log)), exercise=exercise)
            for data, exercise in receipts
        ]

    def _to_confirm(self, actor: Actor, step: str, refs: Sequence[str]) -> dict[tuple[str, str | None], set[int]]:
        now = self._situation(actor)
        due: dict[tuple[str, str | None], set[int]] = {}
        for index, ref in enumerate(refs):
            where = f"refs[{index}]"
            try:
                log, seq = parse_ref(ref)
            except VerificationError as error:
                raise Refused(error.what, where=where, do="Write it like pk:42") from error
            check_exists(now, ref, where)
            target = self.held(ref)
            if target is None:
                raise UnknownReference(f"the content of {ref} is not held here", where=where, do="Leave it out")
            if self._confirmed(ref, step):
                continue
            due.setdefault((log, target.header.exercise), set()).add(seq)
        return due

    def _confirmed(self, ref: str, step: str) -> bool:
        view = self.picture.record(ref)
        return view is not None and any(r.party == self.party and r.step == step for r in view.receipts)

    # What comes in

    async def start(self) -> None:
        """Fold everything that the ledger holds, then confirm what a crash left unconfirmed."""
        async with self._ingest:
            due = Due()
            identities = sorted(self._ledger.logs(), key=lambda identity: identity.log != self.log)
            for identity in identities:
                await self._fold_log(identity.log, due)
            for identity in identities:
                self.witnessed(await asyncio.to_thread(self._facts, identity.log))
            await self._confirm(due)

    async def warm(self) -> None:
        """Make what the first looks need, between the desk's other work; call it once it serves."""
        for _ in self.picture.warm():
            await asyncio.sleep(0)

    def _facts(self, log: str) -> list[Witnessed]:
        return [Witnessed(log, held.size, held.by, held.time_s) for held in self._ledger.countersignatures(log)]

    async def _fold_log(self, log: str, due: Due) -> None:
        read = (_read(log, entry) for entry in self._ledger.entries(log, 0, self._ledger.size(log)))
        await self._fold_all((one for one in read if one is not None), due)

    async def _fold_all(self, records: Iterable[Record], due: Due) -> set[str]:
        """Fold by batches, other work in between; collect what is to be confirmed, return the subjects changed."""
        subjects: set[str] = set()
        following = iter(records)
        while batch := tuple(itertools.islice(following, FOLD_BATCH)):
            subjects |= self._fold(*batch)
            due.add(one for one in batch if self._deliveries.due(one))
            await asyncio.sleep(0)
        return subjects

    async def ingest(
        self, log: str, seqs: Iterable[int], witnessed: Iterable[Witnessed] = (), read: Iterable[Record] = ()
    ) -> None:
        """Fold entries of a partner's log that the exchange has persisted, and confirm their delivery.

        ``read`` are those of them that the caller has read already, from the bytes that
        the ledger keeps.  Returns once the receipt is durable.  Idempotent; what is called
        for nothing, or was refused as evidence, is skipped.
        """
        async with self._ingest:
            due = Due()
            ready = {one.seq: one for one in read if one.log == log}
            for entry in await asyncio.to_thread(self._entries, log, [seq for seq in seqs if seq not in ready]):
                found = _read(log, entry)
                if found is not None:
                    ready[found.seq] = found
            subjects = await self._fold_all((ready[seq] for seq in sorted(ready)), due)
            self._publish(subjects | self.picture.apply_all(witnessed))
            await self._confirm(due)

    def _entries(self, log: str, seqs: list[int]) -> list[Entry]:
        found: list[Entry] = []
        for first, last in group(seqs):
            found += self._ledger.entries(log, first, last + 1)
        return found

    async def _confirm(self, due: Due) -> None:
        actor = node_actor(self.party)
        for data, exercise in due.receipts():
            intended = Intended(data, named(party_of(data.log)), exercise)
            body = self._body(actor, data, intended.release, exercise, None)
            await self._append(actor, intended, body)

    def witnessed(self, facts: Iterable[Witnessed]) -> None:
        """Fold countersignatures that the ledger holds."""
        self._publish(self.picture.apply_all(facts))

    def _fold(self, *records: Record) -> frozenset[str]:
        for found in records:
            if found.header.exercise is not None:
                self.exercises.add(found.header.exercise)
            if found.header.party == self.party:
                self._deliveries.note(found)
        return self.picture.apply_all(records)

    # Telling

    def set_link(self, link: LinkView) -> None:
        """The exchange says how the link to a partner is; the pages are told when it changed."""
        if self.links.get(link.partner) != link:
            self.links[link.partner] = link
            self.hub.publish("link", (f"link/{link.partner}",), self._clock())

    def arrived(self, sha256: str) -> None:
        """A file is here: tell the pages which records name it."""
        named = self.picture.naming_file(sha256)
        incidents = {ref for one in named for ref in self.picture.incidents_of(one)}
        self._publish(
            [f"file/{sha256}", *(f"record/{one.ref}" for one in named), *(f"incident/{i}" for i in incidents)]
        )

    def subscribe(self, after: tuple[int, int] | None = None) -> Subscription:
        """Open a bounded stream of events, resuming after (epoch, seq) when given."""
        return self.hub.subscribe(after)

    def _publish(self, subjects: Iterable[str]) -> None:
        changed = tuple(subjects)
        if changed:
            self.hub.publish("changed", changed, self._clock())

    def close(self) -> None:
        """End the event streams; the ledger is closed by who opened it."""
        self.hub.close()


def _read(log: str, entry: Entry) -> Record | None:
    """Read an entry's content; None when it is not held, or kept as evidence only."""
    if entry.body is None or entry.refused:
        return None
    return records.read(log, entry.seq, entry.body)
