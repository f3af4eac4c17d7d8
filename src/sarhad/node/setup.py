"""Making a node, its officers and its partners: what the command line does before anything runs."""

from __future__ import annotations

import asyncio
import base64
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Literal, get_args
from urllib.parse import urlsplit

from sarhad.exchange import invitation, tls
from sarhad.exchange.roster import Roster
from sarhad.gateways.geo.ground import Ground, read_ground
from sarhad.ledger.ledger import Draft, Identity, Ledger, LedgerReader
from sarhad.node import settings as settings_module
from sarhad.node.build import Node, opened
from sarhad.node.folder import NodeFolder, system_clock
from sarhad.node.settings import Settings
from sarhad.wire import envelope, record
from sarhad.wire.errors import SarhadError
from sarhad.wire.keys import SecretKey
from sarhad.wire.kinds import Manifest, Officer
from sarhad.wire.registry import Role
from sarhad.wire.values import OWN, PUBLIC, Names


@dataclass(frozen=True, slots=True)
class Profile:
    """What a party says of itself in its manifest, keys apart; see wire.kinds.Manifest."""

    party: str
    names: Names
    country: str
    zone: str
    calendar: Literal["gregory", "persian"]
    endpoint: str
    origin: str


def origin_of(endpoint: str, party: str) -> str:
    """Return the origin line of a log that is not given one: host of the endpoint, ``sarhad``, party.

    It names the log for good, even if the endpoint moves later.
    """
    return f"{urlsplit(endpoint).hostname}/sarhad/{party}"


def make_node(
    root: Path, profile: Profile, settings: Settings, *, clock: Callable[[], int] = system_clock
) -> NodeFolder:
    """Make a node in a new folder: keys, certificate, the log with its manifest, settings.

    Raises SarhadError when the folder is not empty.
    """
    if root.exists() and any(root.iterdir()):
        raise SarhadError("the folder is not empty", where=str(root), do="Name a new folder")
    folder = NodeFolder(root)
    root.mkdir(parents=True, exist_ok=True)
    root.chmod(0o700)
    folder.keys.mkdir(mode=0o700)
    log_key, witness_key = SecretKey.generate(), SecretKey.generate()
    log_key.save(folder.log_key)
    witness_key.save(folder.witness_key)
    tls_key, certificate = tls.make_certificate(profile.party, now_us=clock())
    tls.save_certificate(folder.tls_key, folder.tls_certificate, tls_key, certificate)
    manifest = Manifest(
        log=profile.party,
        origin=profile.origin,
        names=profile.names,
        country=profile.country,
        zone=profile.zone,
        calendar=profile.calendar,
        log_key=log_key.public.hex(),
        witness_key=witness_key.public.hex(),
        tls_cert=base64.b64encode(certificate).decode(),
        endpoint=profile.endpoint,
    )
    body = record.write(party=profile.party, by="node", at=clock(), data=manifest, release=PUBLIC)
    ledger = Ledger.create(root, Identity.from_manifest(body), log_key, witness_key, clock)
    try:
        ledger.append([Draft(body, envelope.sign_body(log_key, body))])
    finally:
        ledger.close()
    folder.attachments.mkdir(mode=0o700, exist_ok=True)
    (root / settings_module.FILE_NAME).write_text(settings_module.render(settings), encoding="utf-8")
    return folder


def init_command(folder: Path, profile: Profile, region: Path | None, ground: Path | None) -> str:
    """``sarhad init``; returns what to print."""
    draft = read_ground(ground) if ground else None
    if draft is not None and draft.party != profile.party:
        raise SarhadError(f"the ground is of {draft.party}, not of {profile.party}", where=str(ground))
    make_node(folder, profile, Settings(region=str(region.resolve()) if region else ""))
    written = asyncio.run(_write_ground(folder, draft)) if draft else 0
    return (
        f"Made the node of {profile.party} in {folder}: keys, log and settings"
        + (f", {written} records of its ground" if draft else "")
        + f"\nNext: sarhad officer add {folder} NAME --title … --role duty"
    )


async def _write_ground(folder: Path, ground: Ground) -> int:
    async with opened(folder) as node:
        return len(await write_ground(node, ground))


async def write_ground(node: Node, ground: Ground) -> dict[str, str]:
    """Write a party's ground as records of the node; returns the reference by key (``kind/code``)."""
    held: dict[str, str] = {}
    for draft in ground.drafts:
        data = draft.resolve(held)
        if isinstance(data, Officer):
            actor, release = node.itself, OWN
        else:
            actor, release = node.in_role("administrator"), node.joint
        written = await node.desk.act(actor, data, release=release, key=f"ground/{draft.key}")
        held[draft.key] = written.ref
    return held


def add_officer_command(
    folder: Path, name: str, title: str, roles: tuple[str, ...], unit: str | None, password: str
) -> str:
    """``sarhad officer add``; returns what to print.  ``unit`` is the code of the unit that the officer leads."""
    known: dict[str, Role] = {role: role for role in get_args(Role)}

    async def add() -> str:
        async with opened(folder) as node:
            ref = None if unit is None else unit_ref(node, unit)
            data = Officer(officer=name, title=Names(en=title), roles=tuple(known[role] for role in roles), unit=ref)
            written = await node.desk.act(node.itself, data, release=OWN)
            node.accounts.set_password(name, password)
            return f"{name} may sign in as {', '.join(roles)} (record {written.ref})"

    return asyncio.run(add())


def unit_ref(node: Node, code: str) -> str:
    """Return the newest record of our unit ``code``; raise SarhadError."""
    ours = [one for one in node.desk.picture.ground().units if one.party == node.party]
    for one in ours:
        if one.code == code:
            return one.ref
    known = ", ".join(one.code for one in ours) or "none yet"
    raise SarhadError(f"no unit {code} here", where="--unit", do=f"Name one of: {known}")


def set_password_command(folder: Path, name: str, password: str) -> str:
    """``sarhad officer password``; returns what to print."""

    async def change() -> str:
        async with opened(folder) as node:
            if node.officer(name) is None:
                raise SarhadError(f"no officer {name} here", do="Add one with: sarhad officer add")
            node.accounts.set_password(name, password)
            return f"{name} has a new password; its sessions have ended"

    return asyncio.run(change())


def invite(folder: Path, path: Path) -> invitation.Invitation:
    """Write the invitation of the node in ``folder`` to ``path``; returns it as read back."""
    NodeFolder(folder).require()
    ledger = Ledger.open_readonly(folder)
    try:
        first = ledger.entry(ledger.log, 0)
        if first is None or first.body is None or first.signature is None:
            raise SarhadError("the log has no manifest", where=str(folder), do="Run: sarhad fsck")
        later = [_signed(ledger, identity.manifest) for identity in ledger.identities_of(ledger.log)[1:]]
        return invitation.write_invitation(path, first.body, first.signature, later=later)
    finally:
        ledger.close()


def _signed(ledger: LedgerReader, manifest: bytes) -> tuple[bytes, bytes]:
    """Return a manifest of our own log with its signature, which stands before the size from which it counts."""
    number = [identity.manifest for identity in ledger.identities_of(ledger.log)].index(manifest)
    entry = ledger.entry(ledger.log, ledger.since(ledger.log)[number] - 2)
    if entry is None or entry.body != manifest or entry.signature is None:
        raise SarhadError("a manifest is not where it was written", where=ledger.log, do="Run: sarhad fsck")
    return manifest, entry.signature


def invite_command(folder: Path, output: Path | None) -> str:
    """``sarhad invite``; returns what to print."""
    path = output or Path(f"{folder.resolve().name}{invitation.SUFFIX}")
    made = invite(folder, path)
    return (
        f"Wrote {path}\n\n    {made.fingerprint}\n\n"
        "Give the file to the partner, and read these digits out over the telephone.\n"
        "The partner runs: sarhad join ITS-FOLDER " + path.name
    )


def look_at_invitation(path: Path) -> tuple[str, str]:
    """Return (whose invitation it is, its fingerprint)."""
    found = invitation.read_invitation(path)
    return f"{found.manifest.names.en} ({found.party}) at {found.endpoint}", found.fingerprint


def join(folder: Path, path: Path, fingerprint: str) -> str:
    """Pin the keys of the invitation at ``path`` when the fingerprint agrees; returns the partner's party.

    Raises SarhadError when the digits that were read out are not the file's.
    """
    found = invitation.read_invitation(path)
    if _digits(fingerprint) != _digits(found.fingerprint):
        raise SarhadError(
            "the fingerprint does not agree: this is not the file that the partner made",
            where=str(path),
            do="Ask for the file again, over another way",
        )
    place = NodeFolder(folder)
    place.require()
    log_key, witness_key = place.secrets()
    ledger = Ledger.open(folder, log_key, witness_key, system_clock)
    try:
        return Roster(ledger).admit(found).party
    finally:
        ledger.close()


def join_command(folder: Path, path: Path, fingerprint: str) -> str:
    """``sarhad join``; returns what to print."""
    return f"{join(folder, path, fingerprint)} is a partner now"


def _digits(text: str) -> str:
    return "".join(str(int(letter)) for letter in text if letter.isdecimal())
