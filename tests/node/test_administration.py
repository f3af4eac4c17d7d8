"""What two officers decide about keys and partners, at the desk of a node; copies, checks and health."""

from __future__ import annotations

import asyncio
import base64
import contextlib
from collections.abc import AsyncIterator, Iterator
from pathlib import Path
from typing import Any

import pytest

from node.commands import PASSWORD, Process, sarhad, two_nodes
from sarhad.exchange import invitation
from sarhad.ledger.ledger import Ledger
from sarhad.node.officer import DeskRefusedError, OfficerClient

CROSS_S = 60.0


@pytest.fixture(scope="module")
def nodes(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Process, Process]]:
    folder = tmp_path_factory.mktemp("administration")
    folders = two_nodes(folder)
    for root in folders:
        sarhad("officer", "password", root, "administrator")
        text = (root / "sarhad.toml").read_text()
        (root / "sarhad.toml").write_text(text.replace('backup_folder = ""', f'backup_folder = "{folder / "copies"}"'))
    running = Process(folders[0]), Process(folders[1])
    yield running
    Process.end_all()


@contextlib.asynccontextmanager
async def officers(desk: Process, *names: str) -> AsyncIterator[list[OfficerClient]]:
    clients = [OfficerClient(desk.url, name, PASSWORD) for name in names]
    try:
        for client in clients:
            await client.sign_in()
        yield clients
    finally:
        for client in clients:
            await client.close()


async def decided(first: OfficerClient, second: OfficerClient, deed: dict[str, Any]) -> dict[str, Any]:
    """Propose, and confirm with the second officer's password."""
    proposal = await first.post("/api/approvals", {"deed": deed, "reason": "made up for the test"})
    done: dict[str, Any] = await second.post(f"/api/approvals/{proposal['id']}/confirm", {"password": PASSWORD})
    return done


async def test_two_officers_change_the_keys_of_a_running_node_and_the_partner_follows(
    nodes: tuple[Process, Process],
) -> None:
    async with (
        officers(nodes[0], "administrator", "commander") as (first, second),
        officers(nodes[1], "auditor") as (there,),
    ):
        before = (await first.get("/api/keys"))[0]
        await decided(first, second, {"what": "rotate-keys", "keys": ["log", "witness", "tls"]})
        after = (await first.get("/api/keys"))[0]
        assert after["fingerprint"] == before["fingerprint"]
        assert after["changes"] == before["changes"] + 1
        changed = ("log_key", "witness_key", "certificate")
        assert all(after[name] != before[name] for name in changed)
        seen = await there.until("/api/keys/ir", lambda keys: keys["log_key"] == after["log_key"], CROSS_S)
        assert all(seen[name] == after[name] for name in changed)
        ref = await first.act("note", {"text": {"lang": "en", "text": "after the change"}}, {"to": "joint"})
        assert await there.until(f"/api/records/{ref}", lambda _: True, CROSS_S) is not None


async def test_one_officer_alone_changes_no_key(nodes: tuple[Process, Process]) -> None:
    async with officers(nodes[0], "administrator", "commander") as (first, second):
        deed = {"what": "rotate-keys", "keys": ["tls"]}
        with pytest.raises(DeskRefusedError, match="may not decide"):
            await second.post("/api/approvals", {"deed": deed, "reason": "a commander's wish"})
        proposal = await first.post("/api/approvals", {"deed": deed, "reason": "alone"})
        with pytest.raises(DeskRefusedError, match="same officer"):
            await first.post(f"/api/approvals/{proposal['id']}/confirm", {"password": PASSWORD})
        await first.post(f"/api/approvals/{proposal['id']}/withdraw", {})


async def test_a_partner_is_taken_up_with_the_digits_that_were_read_out(
    nodes: tuple[Process, Process], tmp_path: Path
) -> None:
    third = tmp_path / "af"
    sarhad(
        "init", third, "--party", "af", "--name", "Third (test)", "--country", "AF", "--zone", "Asia/Kabul",
        "--endpoint", "https://127.0.0.1:9",
    )  # fmt: skip
    file = tmp_path / "af.sarhad-invite"
    sarhad("invite", third, "--output", file)
    digits = invitation.read_invitation(file).fingerprint
    deed = {"what": "admit", "party": "af", "file": base64.b64encode(file.read_bytes()).decode()}
    async with officers(nodes[0], "administrator", "commander") as (first, second):
        wrong = digits.translate(str.maketrans("0123456789", "1234567890"))
        with pytest.raises(DeskRefusedError, match="digits do not agree"):
            await first.post("/api/approvals", {"deed": {**deed, "fingerprint": wrong}, "reason": "misheard"})
        await decided(first, second, {**deed, "fingerprint": digits})
        desk = await first.get("/api/desk")
        assert {partner["party"] for partner in desk["partners"]} == {"pk", "af"}
        with pytest.raises(DeskRefusedError, match="partner already"):
            await first.post("/api/approvals", {"deed": {**deed, "fingerprint": digits}, "reason": "again"})


async def test_a_copy_and_a_check_are_begun_at_the_desk(nodes: tuple[Process, Process]) -> None:
    async with officers(nodes[1], "administrator", "auditor") as (admin, auditor):
        assert (await admin.get("/api/node"))["backup_at_us"] is None
        begun = await admin.post("/api/node/backup", {})
        assert (begun["state"], begun["by"]) == ("running", "administrator")
        jobs = await admin.until("/api/node/jobs", lambda held: held[0]["state"] != "running", CROSS_S)
        assert (jobs[0]["state"], jobs[0]["problem"]) == ("done", "")
        assert sarhad("fsck", jobs[0]["place"], "--backup").stdout.startswith("The ledger is sound")
        health = await admin.get("/api/node")
        assert (health["backup_place"], health["backup_entries"]) == (jobs[0]["place"], jobs[0]["entries"])
        await auditor.post("/api/node/fsck", {})
        jobs = await auditor.until("/api/node/jobs", lambda held: held[-1]["state"] != "running", CROSS_S)
        assert (jobs[-1]["kind"], jobs[-1]["state"], jobs[-1]["found"]) == ("fsck", "done", [])


async def test_health_tells_disk_log_countersignatures_and_versions(nodes: tuple[Process, Process]) -> None:
    async with officers(nodes[1], "duty", "auditor") as (duty, auditor):
        await duty.act("note", {"text": {"lang": "en", "text": "to be countersigned"}}, {"to": "joint"})

        def signed(node: dict[str, Any]) -> bool:
            (held,) = node["witnesses"]
            return bool(held["ours_countersigned"] == held["ours"])

        health = await auditor.until("/api/node", signed, CROSS_S)
        (witness,) = health["witnesses"]
        assert witness["party"] == "ir"
        assert witness["ours"] == health["entries"] == health["published"] == witness["ours_countersigned"]
        assert witness["oldest_open_us"] is None
        assert witness["theirs_countersigned_us"] > 0
        assert 0 < health["disk_free"] <= health["disk_total"]
        assert {name for name, _ in health["versions"]} >= {"sarhad", "python", "sqlite"}
        with pytest.raises(DeskRefusedError):
            await duty.get("/api/node")


async def test_two_officers_accept_a_frozen_log_again_after_the_evidence_was_shown(
    nodes: tuple[Process, Process],
) -> None:
    nodes[1].stop()
    with contextlib.closing(_ledger(nodes[1].folder)) as ledger:
        ledger.freeze("ir", "two checkpoints of one size", [b"made up\nexhibit\n", b"another\n"])
    again = Process(nodes[1].folder)
    async with officers(again, "commander", "administrator") as (first, second):
        keys = await first.get("/api/keys/ir")
        assert keys["frozen"] == "two checkpoints of one size"
        assert [one["texts"] for one in keys["evidence"]] == [["made up\nexhibit\n", "another\n"]]
        await decided(first, second, {"what": "thaw", "partner": "ir"})
        assert (await first.get("/api/keys/ir"))["frozen"] == ""
        link = await first.until("/api/partners/ir", lambda held: held["link"]["state"] == "up", CROSS_S)
        assert link["link"]["state"] == "up"
        with pytest.raises(DeskRefusedError, match="not frozen"):
            await first.post("/api/approvals", {"deed": {"what": "thaw", "partner": "ir"}, "reason": "again"})
    await asyncio.to_thread(again.stop)


def _ledger(folder: Path) -> Ledger:
    from sarhad.node.folder import NodeFolder, system_clock

    return Ledger.open(folder, *NodeFolder(folder).secrets(), system_clock)
