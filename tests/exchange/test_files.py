"""Files cross to those who may read a record that names them, and to nobody else."""

from __future__ import annotations

import asyncio
import hashlib
import os
from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass
from pathlib import Path

import pytest
import pytest_asyncio

from exchange.liar import Liar
from exchange.relay import Cable
from exchange.test_carried import apart, carry
from exchange.world import JOINT, OWN, Node, World, make_keys, settled, until
from sarhad.exchange import bundles, messages, tls
from sarhad.exchange.giving import PATH
from sarhad.exchange.invitation import read_invitation, write_invitation
from sarhad.exchange.messages import Problem
from sarhad.exchange.server import Listener, Receive, Scope, Send, respond
from sarhad.ledger.bundle import verify_bundle, write_bundle
from sarhad.wire.kinds import Attachment, ReleaseAct, Suspension
from sarhad.wire.record import Record
from sarhad.wire.values import Release, Words, named

PHOTO = b"a made-up photograph " * 40_000


async def stream(content: bytes) -> AsyncIterator[bytes]:
    yield content


async def attach(node: Node, content: bytes = PHOTO, release: Release = JOINT) -> tuple[Record, str]:
    """Keep the file at ``node`` and write the record that names it."""
    sha256, size = await node.files.put(stream(content))
    data = Attachment(sha256=sha256, size=size, media_type="image/jpeg", name="made-up.jpg")
    return await node.desk.act(node.duty, data, release=release), sha256


def here(node: Node, sha256: str) -> Callable[[], bool]:
    return lambda: node.files.holds(sha256)


async def turns(condition: Callable[[], bool]) -> None:
    """Let the event loop go on until ``condition`` holds: what no event of the desk tells."""
    async with asyncio.timeout(20):
        while not condition():  # noqa: ASYNC110  (there is no event for it)
            await asyncio.sleep(0)


def parts(node: Node) -> list[Path]:
    return sorted(node.files.folder.glob(".fetch-*"))


async def test_a_file_follows_its_record_and_the_desk_is_told(world: World) -> None:
    pk, ir = await world.start("pk", "ir")
    told = ir.desk.subscribe()
    record, sha256 = await attach(pk)
    await until(here(ir, sha256), ir)
    assert ir.files.path(sha256).read_bytes() == PHOTO
    assert parts(ir) == []
    subjects: set[str] = set()
    while f"file/{sha256}" not in subjects:
        event = await told.next()
        assert event is not None
        subjects |= set(event.subjects)
    assert f"record/{record.ref}" in subjects


async def test_what_is_kept_home_stays_home_until_it_is_released(world: World) -> None:
    pk, ir, af = await world.start("pk", "ir", "af")
    record, sha256 = await attach(pk, release=OWN)
    await settled(pk, ir, af)
    assert not ir.files.holds(sha256)
    await pk.command(ReleaseAct(record=record.ref, release=named("ir")), named("ir"))
    await until(here(ir, sha256), ir)
    await settled(pk, ir, af)
    assert not af.files.holds(sha256)


async def test_files_that_were_named_before_the_start_are_fetched_after_it(world: World) -> None:
    pk, ir = await world.start("pk", "ir")
    await settled(pk, ir)
    sha256, size = hashlib.sha256(PHOTO).hexdigest(), len(PHOTO)
    await pk.desk.act(pk.duty, Attachment(sha256=sha256, size=size, media_type="image/jpeg"), release=JOINT)
    await settled(pk, ir)
    await ir.close()
    await pk.files.put(stream(PHOTO))
    await ir.open()
    await until(here(ir, sha256), ir)


async def test_a_file_goes_on_where_the_line_broke(world: World) -> None:
    pk, ir = world.make("pk"), world.make("ir")
    cable = Cable(pk.port)
    await cable.start()
    await pk.open()
    await ir.open()
    await ir.exchange.admit(pk.invitation(f"https://127.0.0.1:{cable.port}"))
    await pk.exchange.admit(ir.invitation())
    await settled(pk, ir)
    content = os.urandom(6_000_000)
    cable.lose_after_down = 3_000_000
    _record, sha256 = await attach(pk, content)
    await cable.broken.wait()
    cable.mend()
    held = ir.files.partial("pk", sha256, len(content)).so_far()
    assert 0 < held < len(content)
    # What is still to come fits, the whole file would not: it must go on where it stopped.
    cable.lose_after_down = len(content) - held + 500_000
    fetcher = ir.exchange.fetchers["pk"]
    await turns(lambda: fetcher.paused_until > 0)
    fetcher.heard()
    await until(here(ir, sha256), ir)
    assert ir.files.path(sha256).read_bytes() == content
    assert cable.cuts == 1
    await cable.stop()


async def test_records_cross_while_a_file_is_stuck(world: World) -> None:
    pk, ir = await world.start("pk", "ir")
    record, sha256 = await attach(pk)
    pk.files.path(sha256).unlink()
    note = await pk.note("said while the file is missing")
    await until(lambda: ir.holds(note.ref) and ir.holds(record.ref), ir)
    await settled(pk, ir)
    await pk.files.put(stream(PHOTO))
    await world.timers.advance(70)
    await until(here(ir, sha256), ir)


async def test_nothing_is_fetched_or_given_while_suspended(world: World) -> None:
    pk, ir = await world.start("pk", "ir")
    await settled(pk, ir)
    await ir.command(Suspension(partner="pk", reason=Words(lang="en", text="made up")))
    record, sha256 = await attach(pk)
    assert not ir.holds(record.ref)
    assert not ir.files.holds(sha256)


async def test_the_disk_keeps_its_reserve(world: World) -> None:
    pk, ir = await world.start("pk", "ir")
    ir.files.reserve_bytes = 1 << 62
    record, sha256 = await attach(pk)
    await until(lambda: ir.holds(record.ref), ir)
    await settled(pk, ir)
    assert not ir.files.holds(sha256)
    ir.files.reserve_bytes = 0
    await world.timers.advance(20)
    await until(here(ir, sha256), ir)


async def test_a_file_is_carried_with_its_record(world: World) -> None:
    pk, ir = await apart(world, "pk", "ir")
    _record, sha256 = await attach(pk)
    _home, kept = await attach(pk, b"kept home", OWN)
    brought = await carry(pk, ir)
    assert brought.files == 1
    assert ir.files.path(sha256).read_bytes() == PHOTO
    assert not ir.files.holds(kept)
    assert (await ir.exchange.import_carried(world.folder / "stick.sarhad-carried")).files == 0


async def test_an_older_file_is_carried_when_its_record_is_released(world: World) -> None:
    pk, ir = await apart(world, "pk", "ir")
    record, sha256 = await attach(pk, release=OWN)
    for _ in range(2):
        await carry(pk, ir)
        await carry(ir, pk)
    await pk.command(ReleaseAct(record=record.ref, release=JOINT))
    await carry(pk, ir)
    assert ir.files.holds(sha256)


async def test_a_bundle_of_what_a_partner_may_read_has_its_files_and_no_other(world: World) -> None:
    pk, ir = await world.start("pk", "ir")
    _record, sha256 = await attach(pk)
    _home, _kept = await attach(pk, b"kept home", OWN)
    await settled(pk, ir)
    path = world.folder / "out.zip"
    pk.ledger.checkpoint()
    write_bundle(path, pk.ledger, bundles.select(pk.ledger, pk.desk, "ir"), audience="ir", attachments=pk.files.folder)
    verdict = verify_bundle(path)
    assert verdict.problems == []
    assert verdict.attachments == 1
    assert sha256 in path.read_bytes().decode("latin-1")


# A partner that lies.


@pytest_asyncio.fixture
async def liar(world: World) -> AsyncIterator[tuple[Liar, Node]]:
    """A liar (pk) with keys only, and the node that believes its certificate."""
    (ir,) = await world.start("ir")
    keys = make_keys(world.folder / "pk", "pk", world.ports())
    path = world.folder / "pk.sarhad-invite"
    write_invitation(path, keys.manifest, keys.signature)
    await ir.exchange.admit(read_invitation(path))
    made = Liar(keys, ir)
    await made.send(made.history.push(0))
    yield made, ir


async def test_a_file_that_is_not_released_and_one_that_is_not_there_get_the_same_answer(
    liar: tuple[Liar, Node],
) -> None:
    pk, ir = liar
    _home, kept = await attach(ir, b"kept home", OWN)
    answers = {await pk.get(PATH + name) for name in (kept, "0" * 64, "f" * 64, "x", kept.upper())}
    assert len(answers) == 1
    status, body = answers.pop()
    assert (status, messages.decode(body, Problem).code) == (404, "file-not-here")
    _open, released = await attach(ir, b"for both")
    assert await pk.get(PATH + released) == (200, b"for both")


async def test_a_file_that_a_third_party_released_to_us_is_not_passed_on(world: World, liar: tuple[Liar, Node]) -> None:
    pk, ir = liar
    (af,) = await world.start("af")
    await af.exchange.admit(ir.invitation())
    await ir.exchange.admit(af.invitation())
    _record, sha256 = await attach(af, release=named("ir"))
    await until(here(ir, sha256), ir, af)
    assert (await pk.get(PATH + sha256))[0] == 404


async def test_what_a_liar_names_does_not_open_the_file_to_it(liar: tuple[Liar, Node]) -> None:
    pk, ir = liar
    _home, kept = await attach(ir, b"kept home", OWN)
    pk.history.act(Attachment(sha256=kept, size=9, media_type="image/png"))
    await pk.send(pk.history.push(1))
    await ir.exchange.receiver.settle()
    assert len(ir.picture.naming_file(kept)) == 2
    assert (await pk.get(PATH + kept))[0] == 404


@dataclass
class Shop:
    """A partner's listening side that gives files as it likes, with its real certificate."""

    content: bytes = b""
    status: int = 200
    endless: bool = False
    asked: int = 0

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if not scope["path"].startswith(PATH):
            await respond(send, 503, messages.encode(Problem(code="busy", what="closed", retry=True)))
            return
        self.asked += 1
        headers = [] if self.endless else [(b"content-length", str(len(self.content)).encode())]
        await send({"type": "http.response.start", "status": self.status, "headers": headers})
        while self.endless:
            await asyncio.wait_for(send({"type": "http.response.body", "body": bytes(99), "more_body": True}), 20)
        await send({"type": "http.response.body", "body": self.content})


@pytest_asyncio.fixture
async def shop(world: World) -> AsyncIterator[tuple[Shop, Liar, Node]]:
    """A liar that serves files as well as calls."""
    (ir,) = await world.start("ir")
    keys = make_keys(world.folder / "pk", "pk", world.ports())
    path = world.folder / "pk.sarhad-invite"
    write_invitation(path, keys.manifest, keys.signature)
    context = tls.server_context(keys.certificate, keys.tls_key)
    tls.trust(context, tls.read_certificate(ir.keys.certificate))
    made = Shop()
    listener = Listener(made, context, "127.0.0.1", int(read_invitation(path).endpoint.rpartition(":")[2]))
    await listener.start()
    await ir.exchange.admit(read_invitation(path))
    liar = Liar(keys, ir)
    await liar.send(liar.history.push(0))
    yield made, liar, ir
    made.endless = False
    await listener.stop()


async def name_it(liar: Liar, node: Node, sha256: str, size: int) -> None:
    liar.history.act(Attachment(sha256=sha256, size=size, media_type="image/jpeg"))
    await liar.send(liar.history.push(len(liar.history.said) - 1))
    await node.exchange.receiver.settle()


async def gave_up(node: Node, sha256: str) -> None:
    """Wait until the file was tried and put off."""
    fetcher = node.exchange.fetchers["pk"]
    await turns(lambda: sha256 in fetcher.put_off)


@pytest.mark.parametrize("lie", ["other-bytes", "longer", "shorter", "endless", "not-found", "html"])
async def test_what_is_not_the_file_is_not_kept_and_records_go_on(shop: tuple[Shop, Liar, Node], lie: str) -> None:
    made, liar, ir = shop
    true = b"the true content"
    made.content = {"other-bytes": b"other 16 bytes!!", "longer": true + b"!", "shorter": true[:-1]}.get(lie, true)
    made.endless = lie == "endless"
    made.status = {"not-found": 404, "html": 500}.get(lie, 200)
    if lie in ("not-found", "html"):
        made.content = (
            messages.encode(Problem(code="file-not-here", what="no", retry=True)) if lie == "not-found" else b"<"
        )
    sha256 = hashlib.sha256(true).hexdigest()
    await name_it(liar, ir, sha256, len(true))
    if lie == "html":
        await turns(lambda: ir.exchange.fetchers["pk"].paused_until > 0)
    else:
        await gave_up(ir, sha256)
    assert made.asked == 1
    assert not ir.files.holds(sha256)
    assert parts(ir) == [] or all(part.stat().st_size == 0 for part in parts(ir))
    seq = liar.history.note("and records still cross")
    await liar.send(liar.history.push(seq))
    await ir.exchange.receiver.settle()
    assert ir.holds(f"pk:{seq}")
    made.endless, made.content, made.status = False, true, 200
    async with asyncio.timeout(20):
        while not ir.files.holds(sha256):  # a try that was under way may put it off once more
            await ir.timers.advance(700)
            await asyncio.sleep(0)


async def test_a_file_that_we_hold_is_asked_for_all_the_same(shop: tuple[Shop, Liar, Node]) -> None:
    """Or a partner could learn what we keep home by naming it."""
    made, liar, ir = shop
    _home, kept = await attach(ir, b"kept home", OWN)
    made.content = b"a guess!!"
    await name_it(liar, ir, kept, 9)
    await gave_up(ir, kept)
    assert made.asked == 1
    assert ir.files.path(kept).read_bytes() == b"kept home"
