"""Passkeys (WebAuthn Level 3): which ones each officer has, and the questions that their answers are checked against.

They stand in accounts.sqlite beside the passwords.  The checking itself is the ``webauthn``
library's, which is an extra: without it there are no passkeys, and everything else works.
"""

from __future__ import annotations

import secrets
import sqlite3
from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Literal

import msgspec

from sarhad.desk.accounts import Accounts, Session
from sarhad.desk.actor import NotFound
from sarhad.desk.throttle import SECOND
from sarhad.wire.errors import Refused, SarhadError

if TYPE_CHECKING:
    from webauthn.helpers.structs import PublicKeyCredentialDescriptor

CHALLENGE_US = 5 * 60 * SECOND
"""A question that was not answered in this time is asked anew."""
MAX_PASSKEYS = 10
"""Of one officer."""
MAX_OPEN = 2_000
"""Questions open at the same time, of everybody; the oldest lapses beyond it."""

Purpose = Literal["register", "sign-in", "confirm"]


class WrongPasskey(Refused):
    """The answer does not show that it is the officer; why is not told."""

    code = "wrong-passkey"


class NoPasskeys(SarhadError):
    """This node takes no passkeys."""

    code = "no-passkeys"


@dataclass(frozen=True, slots=True)
class RelyingParty:
    """Under which name passkeys are made (``id``, a host name), and from which pages (``origins``)."""

    id: str
    origins: tuple[str, ...]


class Passkey(msgspec.Struct, frozen=True, kw_only=True):
    """One passkey of an officer.  ``key``: its id, hexadecimal; ``synced``: an account keeps it, too; times µs UTC."""

    key: str
    name: str
    synced: bool
    made_us: int
    used_us: int | None


class Passkeys:
    """The passkeys of one desk.  Thread-safe: every use of the file is one of Accounts' transactions."""

    def __init__(self, accounts: Accounts, rp: RelyingParty | None) -> None:
        """Keep them beside ``accounts``; ``rp`` None: none are taken."""
        self._accounts = accounts
        self.rp = rp if _library() else None

    def of(self, officer: str) -> list[Passkey]:
        """The officer's passkeys, oldest first."""
        with self._accounts.transaction() as db:
            rows = db.execute(
                "SELECT id, name, synced, made_us, used_us FROM passkeys WHERE officer = ? ORDER BY made_us", (officer,)
            ).fetchall()
        return [
            Passkey(key=key.hex(), name=name, synced=bool(synced), made_us=made, used_us=used or None)
            for key, name, synced, made, used in rows
        ]

    def ask_to_register(self, officer: str, title: str) -> dict[str, Any]:
        """Return what ``navigator.credentials.create`` is asked (JSON form); raise Refused, NoPasskeys."""
        rp = self._required()
        from webauthn import generate_registration_options  # noqa: PLC0415  (an extra)
        from webauthn.helpers.structs import (  # noqa: PLC0415
            AuthenticatorSelectionCriteria,
            ResidentKeyRequirement,
            UserVerificationRequirement,
        )

        with self._accounts.transaction() as db:
            held = [row[0] for row in db.execute("SELECT id FROM passkeys WHERE officer = ?", (officer,))]
            if len(held) >= MAX_PASSKEYS:
                raise Refused(
                    f"an officer has at most {MAX_PASSKEYS} passkeys", where="passkeys", do="Remove one first"
                )
            handle = _handle(db, officer)
            challenge = self._challenge(db, "register", officer)
        options = generate_registration_options(
            rp_id=rp.id,
            rp_name="Sarhad",
            user_id=handle,
            user_name=officer,
            user_display_name=title,
            challenge=challenge,
            exclude_credentials=[_descriptor(key) for key in held],
            authenticator_selection=AuthenticatorSelectionCriteria(
                resident_key=ResidentKeyRequirement.REQUIRED, user_verification=UserVerificationRequirement.REQUIRED
            ),
        )
        return _plain(options)

    def register(self, officer: str, name: str, credential: Mapping[str, Any]) -> Passkey:
        """Keep the passkey that answers a question of this officer's; raise WrongPasskey, NoPasskeys."""
        rp = self._required()
        from webauthn import verify_registration_response  # noqa: PLC0415  (an extra)
        from webauthn.helpers.exceptions import WebAuthnException  # noqa: PLC0415

        challenge = self._take(credential, "register", officer)
        try:
            found = verify_registration_response(
                credential=dict(credential),
                expected_challenge=challenge,
                expected_rp_id=rp.id,
                expected_origin=list(rp.origins),
                require_user_verification=True,
            )
        except (WebAuthnException, ValueError, KeyError, TypeError) as error:
            raise _wrong() from error
        now = self._accounts.now()
        synced = found.credential_backed_up
        with self._accounts.transaction() as db:
            try:
                db.execute(
                    "INSERT INTO passkeys VALUES (?, ?, ?, ?, ?, ?, ?, 0)",
                    (found.credential_id, officer, name, found.credential_public_key, found.sign_count, synced, now),
                )
            except sqlite3.IntegrityError as error:
                raise Refused("this passkey is kept already", where="passkey", do="Choose another machine") from error
        return Passkey(key=found.credential_id.hex(), name=name, synced=synced, made_us=now, used_us=None)

    def remove(self, officer: str, key: str) -> None:
        """Delete one of the officer's passkeys; raise NotFound."""
        # Compared as text: what a caller names need not be hexadecimal at all.
        with self._accounts.transaction() as db:
            done = db.execute("DELETE FROM passkeys WHERE officer = ? AND lower(hex(id)) = ?", (officer, key))
            if done.rowcount == 0:
                raise NotFound("there is no such passkey of yours", where=key[:40], do="See the list")

    def ask(self, purpose: Literal["sign-in", "confirm"], officer: str = "") -> dict[str, Any]:
        """Return what ``navigator.credentials.get`` is asked; ``officer`` empty: whoever has a passkey here."""
        rp = self._required()
        from webauthn import generate_authentication_options  # noqa: PLC0415  (an extra)
        from webauthn.helpers.structs import UserVerificationRequirement  # noqa: PLC0415

        with self._accounts.transaction() as db:
            held = [row[0] for row in db.execute("SELECT id FROM passkeys WHERE officer = ?", (officer,))]
            challenge = self._challenge(db, purpose, officer)
        options = generate_authentication_options(
            rp_id=rp.id,
            challenge=challenge,
            allow_credentials=[_descriptor(key) for key in held],
            user_verification=UserVerificationRequirement.REQUIRED,
        )
        return _plain(options)

    def sign_in(self, credential: Mapping[str, Any], address: str) -> Session:
        """Open a session of the officer whose passkey answers; raise WrongPasskey, Throttled, NoPasskeys."""
        return self._accounts.open(self._answered(credential, "sign-in", "", address))

    def confirm(self, officer: str, credential: Mapping[str, Any], address: str) -> None:
        """Make sure that it is the officer who is there now; raises as sign_in does."""
        if self._answered(credential, "confirm", officer, address) != officer:
            raise _wrong()

    def _answered(self, credential: Mapping[str, Any], purpose: Purpose, officer: str, address: str) -> str:
        """Check an answer, count it, and return whose it is."""
        rp = self._required()
        from webauthn import verify_authentication_response  # noqa: PLC0415  (an extra)
        from webauthn.helpers.exceptions import WebAuthnException  # noqa: PLC0415

        key = _bytes(credential.get("rawId"))
        with self._accounts.transaction() as db:
            row = db.execute("SELECT officer, public_key, counter FROM passkeys WHERE id = ?", (key,)).fetchone()
        owner = "" if row is None else str(row[0])
        self._accounts.begin_attempt(f"passkey/{owner}", address)
        challenge = self._take(credential, purpose, officer)
        if row is None:
            raise _wrong()
        try:
            found = verify_authentication_response(
                credential=dict(credential),
                expected_challenge=challenge,
                expected_rp_id=rp.id,
                expected_origin=list(rp.origins),
                credential_public_key=row[1],
                credential_current_sign_count=row[2],
                require_user_verification=True,
            )
        except (WebAuthnException, ValueError, KeyError, TypeError) as error:
            raise _wrong() from error
        self._check_handle(credential, owner)
        self._accounts.end_attempt(f"passkey/{owner}", address)
        with self._accounts.transaction() as db:
            # Only from the counter that was checked: two answers with one counter are a copied passkey.
            done = db.execute(
                "UPDATE passkeys SET counter = ?, used_us = ? WHERE id = ? AND counter = ?",
                (found.new_sign_count, self._accounts.now(), key, row[2]),
            )
            if done.rowcount == 0:
                raise _wrong()
        return owner

    def _check_handle(self, credential: Mapping[str, Any], owner: str) -> None:
        """Where the answer names an account, it must be the passkey's owner."""
        response = credential.get("response")
        named = response.get("userHandle") if isinstance(response, Mapping) else None
        with self._accounts.transaction() as db:
            if named and _bytes(named) != _handle(db, owner):
                raise _wrong()

    def _challenge(self, db: sqlite3.Connection, purpose: Purpose, officer: str) -> bytes:
        challenge, now = secrets.token_bytes(32), self._accounts.now()
        db.execute("DELETE FROM challenges WHERE until_us <= ?", (now,))
        db.execute(
            "DELETE FROM challenges WHERE challenge IN "
            "(SELECT challenge FROM challenges ORDER BY until_us DESC LIMIT -1 OFFSET ?)",
            (MAX_OPEN - 1,),
        )
        db.execute("INSERT INTO challenges VALUES (?, ?, ?, ?)", (challenge, purpose, officer, now + CHALLENGE_US))
        return challenge

    def _take(self, credential: Mapping[str, Any], purpose: Purpose, officer: str) -> bytes:
        """Return the question that an answer names, once; raise WrongPasskey where it was never asked."""
        response = credential.get("response")
        client = _bytes(response.get("clientDataJSON")) if isinstance(response, Mapping) else b""
        try:
            challenge = _bytes(msgspec.json.decode(client, type=dict[str, Any]).get("challenge"))
        except (msgspec.MsgspecError, UnicodeDecodeError):
            challenge = b""
        with self._accounts.transaction() as db:
            done = db.execute(
                "DELETE FROM challenges WHERE challenge = ? AND purpose = ? AND officer = ? AND until_us > ?",
                (challenge, purpose, officer, self._accounts.now()),
            )
        if done.rowcount == 0:
            raise _wrong()
        return challenge

    def _required(self) -> RelyingParty:
        if self.rp is None:
            raise NoPasskeys(
                "this node takes no passkeys",
                where="passkeys",
                do="Set desk_url in sarhad.toml, and install it with: sarhad[signin]",
            )
        return self.rp


def _library() -> bool:
    try:
        import webauthn  # noqa: F401, PLC0415  (an extra)
    except ImportError:
        return False
    return True


def _wrong() -> WrongPasskey:
    return WrongPasskey("the passkey was not accepted", where="passkey", do="Try again, or sign in by password")


def _handle(db: sqlite3.Connection, officer: str) -> bytes:
    """The officer's account under which passkeys are made: random, so that a machine learns nothing by it."""
    db.execute("INSERT OR IGNORE INTO handles VALUES (?, ?)", (officer, secrets.token_bytes(32)))
    return bytes(db.execute("SELECT handle FROM handles WHERE officer = ?", (officer,)).fetchone()[0])


def _descriptor(key: bytes) -> PublicKeyCredentialDescriptor:
    from webauthn.helpers.structs import PublicKeyCredentialDescriptor  # noqa: PLC0415  (an extra)

    return PublicKeyCredentialDescriptor(id=key)


def _plain(options: Any) -> dict[str, Any]:
    from webauthn import options_to_json  # noqa: PLC0415  (an extra)

    return msgspec.json.decode(options_to_json(options), type=dict[str, Any])


def _bytes(text: object) -> bytes:
    """Bytes of base64url text, nothing where it is no such text."""
    from webauthn import base64url_to_bytes  # noqa: PLC0415  (an extra)

    try:
        return base64url_to_bytes(text) if isinstance(text, str) and len(text) <= 8_192 else b""
    except ValueError:
        return b""
