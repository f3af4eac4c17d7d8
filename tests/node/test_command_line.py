"""Two nodes made, joined, run, killed, repaired and proved with the command line only."""

from __future__ import annotations

import asyncio
import json
import signal
from collections.abc import Iterator
from pathlib import Path

import pytest

from node.commands import PASSWORD, REGION, Process, sarhad, two_nodes
from sarhad.node.officer import DeskRefusedError, OfficerClient

NAMED_IR = {"to": "named", "parties": ["ir"]}


@pytest.fixture(scope="module")
def nodes(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Path]:
    return two_nodes(tmp_path_factory.mktemp("nodes"))


@pytest.fixture(autouse=True)
def nothing_left_running() -> Iterator[None]:
    yield
    Process.end_all()


@pytest.fixture
def running(nodes: tuple[Path, Path]) -> Iterator[tuple[Process, Process]]:
    processes = [Process(folder) for folder in nodes]
    yield processes[0], processes[1]
    for process in processes:
        process.stop()


async def duty(process: Process) -> OfficerClient:
    client = OfficerClient(process.url, "duty", PASSWORD)
    await client.sign_in()
    return client


def test_a_file_that_is_no_node_is_told_in_one_line(tmp_path: Path) -> None:
    for command in (("run", tmp_path), ("fsck", tmp_path), ("invite", tmp_path)):
        said = sarhad(*command, status=2).stderr
        assert "no node here" in said
        assert "Traceback" not in said


def test_a_wrong_fingerprint_is_refused(nodes: tuple[Path, Path], tmp_path: Path) -> None:
    invitation = tmp_path / "pk.sarhad-invite"
    sarhad("invite", nodes[1], "--output", invitation)
    said = sarhad("join", nodes[0], invitation, "--fingerprint", "00000 00000 00000 00000 00000", status=2).stderr
    assert "fingerprint does not agree" in said


def test_an_import_is_told_row_by_row_and_done_once(nodes: tuple[Path, Path]) -> None:
    table = REGION / "incidents" / "ucdp-ged.csv"
    first = sarhad("import", nodes[1], table, "--as", "ucdp-ged", "--release", "joint").stdout
    assert "wrote 225 incidents" in first
    again = sarhad("import", nodes[1], table, "--as", "ucdp-ged", "--release", "joint").stdout
    assert "wrote 0 incidents and 0 statements" in again


def test_a_node_that_runs_is_not_opened_twice(running: tuple[Process, Process], nodes: tuple[Path, Path]) -> None:
    said = sarhad("export", nodes[0], nodes[0] / "x.zip", status=2).stderr
    assert "another process" in said
    assert sarhad("fsck", nodes[0]).returncode == 0


async def test_a_record_crosses_and_is_proved_by_a_stranger(running: tuple[Process, Process], tmp_path: Path) -> None:
    ir, pk = [await duty(process) for process in running]
    data = {"to": "ir", "urgency": "flash", "text": {"lang": "en", "text": "Drill: vehicles near the line"}}
    ref = await pk.act("warning", data, NAMED_IR, "cli-drill")
    assert await ir.until(f"/api/records/{ref}", lambda _: True, 15)
    await ir.post("/api/receipts", {"step": "acknowledged", "refs": [ref]})

    def acknowledged(view: dict[str, object]) -> bool:
        receipts = view["receipts"]
        assert isinstance(receipts, list)
        return any(receipt["step"] == "acknowledged" for receipt in receipts)

    assert acknowledged(await pk.until(f"/api/records/{ref}", acknowledged, 15))
    auditor = OfficerClient(running[1].url, "auditor", PASSWORD)
    await auditor.sign_in()
    bundle = tmp_path / "b.zip"
    bundle.write_bytes(await auditor.download("/api/export", {"audience": "own"}))
    for client in (ir, pk, auditor):
        await client.close()
    verdict = json.loads(sarhad("verify", bundle, "--json").stdout)
    row = next(row for row in verdict["testimony"] if row["ref"] == ref)
    assert row["countersigned_s"] is not None
    assert row["acknowledged"]["not_after_s"] is not None
    pins = [word for log in verdict["logs"] for word in ("--pin", f"{log['party']}={log['fingerprint']}")]
    assert "Every proof holds" in sarhad("verify", bundle, *pins).stdout
    assert "REFUSED" in sarhad("verify", bundle, "--pin", "ir=" + "0" * 25, status=1).stdout


async def test_killed_under_load_nothing_acknowledged_is_lost(nodes: tuple[Path, Path]) -> None:
    written: list[str] = []
    for _ in range(3):
        process = Process(nodes[1])
        client = await duty(process)

        enough, target = asyncio.Event(), len(written) + 40

        async def load(client: OfficerClient = client, enough: asyncio.Event = enough, target: int = target) -> None:
            while True:
                data = {"text": {"lang": "en", "text": f"note {len(written)}"}}
                written.append(await client.act("note", data, {"to": "joint"}))
                if len(written) >= target:
                    enough.set()

        loading = [asyncio.create_task(load()) for _ in range(4)]
        await enough.wait()
        process.stop(signal.SIGKILL)
        await asyncio.gather(*loading, return_exceptions=True)
        await client.close()
        sarhad("fsck", nodes[1], status=0)
    ir_process, pk_process = Process(nodes[0]), Process(nodes[1])
    pk, ir = await duty(pk_process), await duty(ir_process)
    assert len(written) == len(set(written))
    for ref in written:
        assert (await pk.get(f"/api/records/{ref}"))["ref"] == ref
    assert await ir.until(f"/api/records/{written[-1]}", lambda _: True, 30)
    for ref in written:
        assert (await ir.get(f"/api/records/{ref}"))["kind"] == "note"
    for client in (pk, ir):
        await client.close()
    assert pk_process.stop() == 0
    assert ir_process.stop() == 0


async def test_carried_by_hand_in_place_of_the_network(nodes: tuple[Path, Path], tmp_path: Path) -> None:
    pk_process = Process(nodes[1])
    pk = await duty(pk_process)
    ref = await pk.act("note", {"text": {"lang": "ur", "text": "رابطہ نہیں، ہاتھ سے"}}, {"to": "joint"})
    await pk.close()
    pk_process.stop()
    there, back = tmp_path / "to-ir.sarhad-carried", tmp_path / "to-pk.sarhad-carried"
    sarhad("export", nodes[1], there, "--carry", "ir")
    sarhad("import", nodes[0], there, "--as", "carried")
    sarhad("import", nodes[0], there, "--as", "carried")
    sarhad("export", nodes[0], back, "--carry", "pk")
    sarhad("import", nodes[1], back, "--as", "carried")
    assert "for" in sarhad("import", nodes[1], there, "--as", "carried", status=2).stderr
    ir_process = Process(nodes[0])  # pk does not run: what is here came by hand
    ir = await duty(ir_process)
    assert (await ir.get(f"/api/records/{ref}"))["bracket"]["not_after_s"] is not None
    with pytest.raises(DeskRefusedError):
        await ir.get("/api/records/pk:999999")
    pk_process = Process(nodes[1])
    pk = await duty(pk_process)
    assert any(r["step"] == "delivered" for r in (await pk.get(f"/api/records/{ref}"))["receipts"])
    await settled(ir, pk)
    for client in (ir, pk):
        await client.close()
    for process in (ir_process, pk_process):
        process.stop()


async def settled(ir: OfficerClient, pk: OfficerClient) -> None:
    """Wait until both desks name the same digest of the picture that they share."""
    for _ in range(100):
        mine, theirs = [(await c.get(f"/api/partners/{o}/digest"))["sha256"] for c, o in ((ir, "pk"), (pk, "ir"))]
        if mine == theirs:
            return
        await asyncio.sleep(0.1)  # two processes: nothing here can be waited on
    raise AssertionError("the pictures differ")
