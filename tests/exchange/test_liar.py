"""A partner that lies is refused or detected, evidence is kept, and honest traffic goes on."""

from __future__ import annotations

import asyncio
import base64
import io
from collections.abc import AsyncIterator
from dataclasses import dataclass

import msgspec
import pytest
import pytest_asyncio

from exchange.liar import History, Liar
from exchange.world import JOINT, OWN, Node, World, make_keys, settled, until
from sarhad.exchange import messages
from sarhad.exchange.invitation import Invitation, read_invitation, write_invitation
from sarhad.exchange.messages import BATCH_ENTRIES, MAX_MESSAGE_BYTES, Problem, PushReply, Shown, encode
from sarhad.ledger.checkpoint import Checkpoint
from sarhad.wire import envelope
from sarhad.wire.kinds import ReleaseAct, Warn
from sarhad.wire.values import Words, named

ORDER = 2**252 + 27742317777372353535851937790883648493
WARNING = Warn(to="ir", urgency="flash", text=Words(lang="en", text="a made-up warning"))


@dataclass
class Scene:
    """A liar (pk) with keys only, its victim (ir), and an honest third party (af)."""

    liar: Liar
    ir: Node
    af: Node

    @property
    def history(self) -> History:
        return self.liar.history

    async def believed(self) -> None:
        """The liar begins honestly: its manifest and a note are taken in."""
        self.history.note("the first")
        reply = await self.liar.send(self.history.push(0))
        assert isinstance(reply, PushReply)
        await self.ir.exchange.receiver.settle()

    def picture(self) -> bytes:
        return self.ir.picture.to_bytes(lambda one: one.party == "pk")

    async def honest_traffic_goes_on(self) -> None:
        written = await self.af.note("an honest word")
        await settled(self.ir, self.af)
        assert self.ir.holds(written.ref)


@pytest_asyncio.fixture
async def scene(world: World) -> AsyncIterator[Scene]:
    ir, af = await world.start("ir", "af")
    keys = make_keys(world.folder / "pk", "pk", world.ports())
    path = world.folder / "pk.sarhad-invite"
    write_invitation(path, keys.manifest, keys.signature)
    await ir.exchange.admit(read_invitation(path))
    made = Scene(Liar(keys, ir), ir, af)
    await made.believed()
    yield made


def told(answer: PushReply | Problem) -> str:
    assert isinstance(answer, Problem), answer
    return answer.code


async def frozen_is_shown(scene: Scene) -> None:
    links = scene.ir.desk.links
    await until(lambda: "pk" in links and links["pk"].state == "frozen", scene.ir)


async def test_a_fork_freezes_the_log_and_keeps_both_notes(scene: Scene) -> None:
    before = scene.picture()
    other = scene.history.fork(1)
    other.note("another past")
    other.note("and more of it")
    assert told(await scene.liar.send(other.push(2))) == "frozen"
    evidence = scene.ir.ledger.evidence()[-1]
    assert evidence.log == "pk"
    assert len(evidence.exhibits) >= 2
    scene.history.note("the true one goes on")
    assert told(await scene.liar.send(scene.history.push(2))) == "frozen"
    assert scene.picture() == before
    await frozen_is_shown(scene)
    await scene.ir.restart()
    assert told(await scene.liar.send(scene.history.push(2))) == "frozen"
    await frozen_is_shown(scene)
    await scene.honest_traffic_goes_on()


async def test_a_rolled_back_log_is_told_where_we_stand(scene: Scene) -> None:
    scene.history.note("second")
    await scene.liar.send(scene.history.push(2))
    shorter = scene.history.fork(2)
    answer = await scene.liar.send(shorter.push(1))
    assert isinstance(answer, PushReply) or told(answer) == "out-of-step"
    assert scene.ir.ledger.size("pk") == 3
    rewritten = scene.history.fork(2)
    rewritten.note("what was never said")
    assert told(await scene.liar.send(rewritten.push(2))) == "frozen"
    await scene.honest_traffic_goes_on()


async def test_the_same_push_again_changes_nothing_and_gets_the_same_countersignature(scene: Scene) -> None:
    scene.history.note("said once")
    first = await scene.liar.send(scene.history.push(2))
    await scene.ir.exchange.receiver.settle()
    before, size = scene.picture(), scene.ir.size()
    again = await scene.liar.send(scene.history.push(2))
    await scene.ir.exchange.receiver.settle()
    assert isinstance(first, PushReply)
    assert isinstance(again, PushReply)
    assert again.countersignature == first.countersignature
    assert (scene.picture(), scene.ir.size()) == (before, size)


async def test_an_entry_sent_twice_is_another_entry_and_does_not_open_as_the_first(scene: Scene) -> None:
    said = scene.history.said[1]
    scene.history.said.append(said)  # the commitment binds the place: it cannot be opened as entry 2
    assert told(await scene.liar.send(scene.history.push(2))) == "verification"
    await scene.honest_traffic_goes_on()


async def test_a_withheld_entry_cannot_be_left_out(scene: Scene) -> None:
    scene.history.note("hidden")
    scene.history.note("shown")
    push = scene.history.push(2)
    without = msgspec.structs.replace(push, commitments=push.commitments[32:], openings=push.openings[1:])
    assert told(await scene.liar.send(without)) in ("verification", "frozen")
    assert scene.ir.ledger.size("pk") == 2


async def test_a_backdated_record_is_flagged_because_the_bracket_is_not_the_authors(scene: Scene) -> None:
    seq = scene.history.note("we said so a year ago", at=1_660_000_000_000_000)
    await scene.liar.send(scene.history.push(2))
    await scene.ir.exchange.receiver.settle()
    view = scene.ir.picture.record(f"pk:{seq}")
    assert view is not None
    assert view.bracket.not_after_s is not None
    assert view.bracket.not_after_s * 1_000_000 > view.at


async def unusable(scene: Scene, seq: int, why: str) -> None:
    """The entry is witnessed, its content is kept as evidence, and nothing of it is in the picture."""
    before = scene.picture()
    answer = await scene.liar.send(scene.history.push(2))
    assert isinstance(answer, PushReply)
    await scene.ir.exchange.receiver.settle()
    entry = scene.ir.ledger.entry("pk", seq)
    assert entry is not None
    assert why in entry.refused
    assert entry.body is not None
    assert not scene.ir.holds(f"pk:{seq}")
    assert scene.picture() == before
    after = scene.history.note("the next one is fine")
    assert isinstance(await scene.liar.send(scene.history.push(3)), PushReply)
    await scene.ir.exchange.receiver.settle()
    assert scene.ir.holds(f"pk:{after}")
    await scene.ir.restart()
    assert not scene.ir.holds(f"pk:{seq}")
    await scene.honest_traffic_goes_on()


async def test_a_record_that_was_not_released_to_us_is_not_used(scene: Scene) -> None:
    await unusable(scene, scene.history.note("for somebody else", named("af")), "not released to us")


async def test_a_record_kept_home_that_is_shown_all_the_same_is_not_used(scene: Scene) -> None:
    await unusable(scene, scene.history.note("own", OWN), "not released to us")


async def test_a_contradictory_marking_is_not_used(scene: Scene) -> None:
    body = scene.history.said[1].body.replace(b'"release":{"to":"joint"}', b'"release":{"parties":["ir"],"to":"joint"}')
    await unusable(scene, scene.history.say(body), "")


async def test_another_partys_record_as_its_own_is_not_used(scene: Scene) -> None:
    theirs = await scene.af.note("af said this")
    await unusable(scene, scene.history.say(theirs.body), "speaks for 'af'")


async def test_an_act_without_its_signature_is_not_used(scene: Scene) -> None:
    await unusable(scene, scene.history.say(scene.history.body(WARNING)), "without its signature")


async def test_an_act_with_a_malleated_signature_is_not_used(scene: Scene) -> None:
    body = scene.history.body(WARNING)
    await unusable(
        scene, scene.history.say(body, malleated(envelope.sign_body(scene.liar.keys.log, body))), "does not verify"
    )


@pytest.mark.parametrize("body", [b"", b"{}", b"garbage", b'{"v": 1}', b"[" * 5_000, b'{"a":1.5}', b"x" * 70_000])
async def test_a_body_that_is_no_record_is_not_used(scene: Scene, body: bytes) -> None:
    await unusable(scene, scene.history.say(body), "")


async def test_a_disclosure_without_a_release_is_not_used(scene: Scene) -> None:
    kept = scene.history.note("kept home", OWN)
    await scene.liar.send(scene.history.push(2, opened=[]))
    scene.history.note("another")
    push = msgspec.structs.replace(scene.history.push(3), disclosures=scene.history.shown([kept]))
    await scene.liar.send(push)
    await scene.ir.exchange.receiver.settle()
    assert not scene.ir.holds(f"pk:{kept}")
    release = scene.history.act(ReleaseAct(record=f"pk:{kept}", release=JOINT))
    push = msgspec.structs.replace(scene.history.push(4), disclosures=scene.history.shown([kept]))
    await scene.liar.send(push)
    await scene.ir.exchange.receiver.settle()
    assert scene.ir.holds(f"pk:{release}")
    assert scene.ir.holds(f"pk:{kept}")


def malleated(signature: bytes) -> bytes:
    """Add the group order to S: OpenSSL of old and others accept it, libsodium does not."""
    s = int.from_bytes(signature[32:], "little") + ORDER
    return signature[:32] + s.to_bytes(32, "little")


def with_signature(note: bytes, change: int) -> bytes:
    """Malleate the signature on line ``change`` of a note (0: the log's, 1: its own timestamp)."""
    text, _, tail = note.decode().rpartition("\n\n")
    lines = tail.splitlines()
    head, _, encoded = lines[change].rpartition(" ")
    raw = base64.b64decode(encoded)
    lines[change] = f"{head} {base64.b64encode(raw[:-64] + malleated(raw[-64:])).decode()}"
    return (text + "\n\n" + "\n".join(lines) + "\n").encode()


async def refused(scene: Scene, **changes: object) -> None:
    """A push with these changes is refused as a whole: nothing is held, nothing is countersigned."""
    before = scene.picture(), scene.ir.ledger.size("pk")
    scene.history.note("inside of a bad push")
    push = msgspec.structs.replace(scene.history.push(2), **changes)
    assert told(await scene.liar.send(push)) in ("verification", "not-for-us", "out-of-step")
    assert (scene.picture(), scene.ir.ledger.size("pk")) == before
    assert isinstance(await scene.liar.send(scene.history.push(2)), PushReply)
    await scene.honest_traffic_goes_on()


@pytest.mark.parametrize("line", [0, 1])
async def test_a_malleated_signature_on_a_checkpoint_is_refused(scene: Scene, line: int) -> None:
    ahead = scene.history.fork(2)
    ahead.note("x")
    await refused(scene, checkpoint=with_signature(ahead.checkpoint(), line))


async def test_a_wrong_salt_is_refused(scene: Scene) -> None:
    await refused(scene, openings=[Shown(1, b"s" * 32, scene.history.said[1].body)])


async def test_a_wrong_start_is_told_where_we_stand(scene: Scene) -> None:
    await refused(scene, start=1_000)


async def test_a_log_of_somebody_else_is_refused(scene: Scene) -> None:
    await refused(scene, log="af")


async def test_an_unknown_log_of_its_own_is_refused(scene: Scene) -> None:
    await refused(scene, log="pk.2")


async def test_a_checkpoint_with_another_origin_is_refused(scene: Scene) -> None:
    await refused(scene, checkpoint=scene.history.checkpoint(origin="sarhad.example/af"))


async def test_a_checkpoint_signed_by_another_key_is_refused(scene: Scene, world: World) -> None:
    stranger = History(make_keys(world.folder / "xx", "pk", 1))
    stranger.said = scene.history.said
    await refused(scene, checkpoint=stranger.checkpoint())


async def test_garbage_in_place_of_a_checkpoint_is_refused(scene: Scene) -> None:
    await refused(scene, checkpoint=b"\x00garbage")


async def test_a_signed_checkpoint_of_the_wrong_root_freezes_the_log(scene: Scene) -> None:
    scene.history.note("x")
    push = msgspec.structs.replace(scene.history.push(2), checkpoint=scene.history.checkpoint(root=b"r" * 32))
    assert told(await scene.liar.send(push)) == "frozen"
    assert scene.ir.ledger.frozen("pk")
    assert scene.ir.ledger.evidence()[-1].log == "pk"
    await scene.honest_traffic_goes_on()


async def test_a_larger_checkpoint_that_does_not_continue_is_found_out_when_we_get_there(scene: Scene) -> None:
    other = scene.history.fork(1)
    for i in range(4):
        other.note(f"shown to af only {i}")
    await scene.af.exchange.admit(_invitation(scene))
    reply = await Liar(scene.liar.keys, scene.af).send(other.push(0))
    assert isinstance(reply, PushReply)
    await scene.af.note("af's next push tells ir what it saw")
    await settled(scene.ir, scene.af)
    assert not scene.ir.ledger.frozen("pk")
    for i in range(4):
        scene.history.note(f"shown to ir only {i}")
    await scene.liar.send(scene.history.push(2))
    assert "conflict" in scene.ir.ledger.frozen("pk")
    await frozen_is_shown(scene)
    assert len(scene.ir.ledger.evidence()[-1].exhibits) == 2
    await scene.honest_traffic_goes_on()


def _invitation(scene: Scene) -> Invitation:
    keys = scene.liar.keys
    path = keys.tls_key.parent / "again.sarhad-invite"
    return write_invitation(path, keys.manifest, keys.signature)


async def test_countersignatures_that_do_not_verify_are_kept_as_evidence_and_not_used(scene: Scene) -> None:
    own = scene.ir.ledger
    false_root = Checkpoint(own.identity.origin, 1, b"f" * 32)
    lines = [
        scene.liar.testimony("ir", false_root, 1),
        messages.Testimony("ir", 1, "af", scene.liar.testimony("ir", Checkpoint("x", 1, own.root("ir", 1)), 1).line),
        messages.Testimony("ir", 1, "nobody", "— nobody AAAA\n"),
        messages.Testimony("ir", 10_000, "pk", "— x AAAA\n"),
    ]
    scene.history.note("x")
    push = msgspec.structs.replace(scene.history.push(2), testimony=lines)
    count = len(own.evidence())
    assert isinstance(await scene.liar.send(push), PushReply)
    assert len(own.evidence()) == count + 1
    assert own.countersigned_size("pk") == 0
    await scene.honest_traffic_goes_on()


async def test_ten_megabytes_are_refused_before_they_are_read(scene: Scene) -> None:
    try:
        status, _body = await scene.liar.post("/exchange/v1/push", io.BytesIO(bytes(10 * 1024 * 1024)))
    except OSError:  # the node closed before we had sent everything
        status = 413
    assert status == 413
    await scene.honest_traffic_goes_on()


async def test_ten_megabytes_in_chunks_are_refused_at_the_limit(scene: Scene) -> None:
    async def chunks() -> AsyncIterator[bytes]:
        for _ in range(MAX_MESSAGE_BYTES // 2**20 + 2):
            yield bytes(2**20)

    try:
        status, _body = await scene.liar.post("/exchange/v1/push", chunks())
    except OSError:  # the node closed before we had sent everything
        status = 413
    assert status == 413
    await scene.honest_traffic_goes_on()


async def test_a_batch_of_too_many_entries_is_refused(scene: Scene) -> None:
    push = msgspec.structs.replace(scene.history.push(2), commitments=bytes(32 * (BATCH_ENTRIES + 1)))
    assert told(await scene.liar.send(push)) == "verification"


@pytest.mark.parametrize(
    "body", [b"", b"\xc1", b"\xdf\xff\xff\xff\xff", b"\x91" * 100_000, encode(messages.Testimony("a", 1, "b", "c"))]
)
async def test_garbage_is_refused(scene: Scene, body: bytes) -> None:
    status, answer = await scene.liar.post("/exchange/v1/push", body)
    assert status == 422
    assert b"verification" in answer
    await scene.honest_traffic_goes_on()


async def test_a_body_that_trickles_in_is_cut_off(world: World) -> None:
    ir = world.make("ir", body_seconds=0.2)
    await ir.open()
    keys = make_keys(world.folder / "pk", "pk", world.ports())
    path = world.folder / "pk.sarhad-invite"
    await ir.exchange.admit(write_invitation(path, keys.manifest, keys.signature))
    never = asyncio.Event()

    async def trickle() -> AsyncIterator[bytes]:
        yield b"x"
        await never.wait()

    try:
        status, answer = await Liar(keys, ir).post("/exchange/v1/push", trickle())
        assert (status, b"too-slow" in answer) == (408, True)
    except OSError:  # closed on us: as good
        pass
