"""``sarhad thaw``: two officers, on record, and the evidence stays."""

from __future__ import annotations

from pathlib import Path

import pytest

from node.commands import PASSWORD, sarhad
from sarhad.desk import RoleRefused
from sarhad.desk.accounts import WrongPassword
from sarhad.node import setup, thawing
from sarhad.node.build import opened
from sarhad.node.settings import Settings
from sarhad.node.setup import Profile, make_node
from sarhad.wire.errors import Refused
from sarhad.wire.kinds import Officer
from sarhad.wire.registry import Role
from sarhad.wire.values import OWN, Names

ROLES: dict[str, Role] = {"first": "commander", "second": "administrator", "duty": "duty"}
NOTE = "sarhad.example/ir\n1\nAAAA\n\n— sarhad.example/ir AAAA\n".encode()


@pytest.fixture
async def root(tmp_path: Path) -> Path:
    """A node with three officers, whose partner's log is frozen."""
    for party in ("pk", "ir"):
        profile = Profile(party, Names(en=party), "XX", "UTC", "gregory", "https://127.0.0.1:1", f"x.example/{party}")
        make_node(tmp_path / party, profile, Settings())
    made = setup.invite(tmp_path / "ir", tmp_path / "ir.sarhad-invite")
    setup.join(tmp_path / "pk", tmp_path / "ir.sarhad-invite", made.fingerprint)
    async with opened(tmp_path / "pk") as node:
        for name, role in ROLES.items():
            await node.desk.act(node.itself, Officer(officer=name, title=Names(en=name), roles=(role,)), release=OWN)
            node.accounts.set_password(name, PASSWORD)
        node.ledger.freeze("ir", "two signed checkpoints conflict", [NOTE, NOTE])
    return tmp_path / "pk"


async def test_two_officers_thaw_a_log_on_record_and_the_evidence_stays(root: Path) -> None:
    async with opened(root) as node:
        made = await thawing.thaw(node, "ir", ("first", PASSWORD), ("second", PASSWORD), "a backup was put back")
        assert node.ledger.frozen("ir") == ""
        assert len(node.ledger.evidence()) == 1
        assert made.header.by == "second"
        decided = node.desk.held(made.data.about)  # type: ignore[union-attr]
        assert decided is not None
        assert decided.header.by == "first"
        assert b"a backup was put back" in decided.body


async def test_one_officer_a_wrong_password_or_another_role_changes_nothing(root: Path) -> None:
    async with opened(root) as node:
        size = node.ledger.size("pk")
        for first, second, refusal in (
            (("first", PASSWORD), ("first", PASSWORD), Refused),
            (("first", PASSWORD), ("second", "not the password"), WrongPassword),
            (("first", PASSWORD), ("duty", PASSWORD), RoleRefused),
        ):
            with pytest.raises(refusal):
                await thawing.thaw(node, "ir", first, second, "because")
        assert node.ledger.frozen("ir")
        assert node.ledger.size("pk") == size


async def test_both_notes_are_shown_before_anybody_decides(root: Path) -> None:
    shown = thawing.exhibits(root, "ir")
    assert "two signed checkpoints conflict" in shown
    assert shown.count("sarhad.example/ir\n1\nAAAA") == 2
    assert "is frozen here" in sarhad("thaw", root, "nobody", "--reason", "x", status=2).stderr
