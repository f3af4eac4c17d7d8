"""Who the partners are: from the manifests that the ledger holds, and from nothing else."""

from __future__ import annotations

import base64
from dataclasses import dataclass

from sarhad.exchange.invitation import Invitation, open_manifest
from sarhad.exchange.renewal import adopt, endpoint_key
from sarhad.ledger.ledger import Ledger
from sarhad.ledger.model import Identity
from sarhad.wire.errors import SarhadError

_INVITED = "exchange/invited/"
"""The small state with the newest manifest that an invitation brought: it says where to call until the log does."""


@dataclass(frozen=True, slots=True)
class Partner:
    """A partner: its current log, where it is reached and the certificate that it must show (DER)."""

    party: str
    log: str
    identity: Identity
    endpoint: str
    certificate: bytes


class Roster:
    """The partners by party and by certificate.

    ``_by_party`` and ``_by_certificate`` are replaced whole by ``refresh`` (event loop
    only), so a reader on any thread sees one state or the other.
    """

    def __init__(self, ledger: Ledger) -> None:
        """Read the partners from ``ledger``."""
        self._ledger = ledger
        self._by_party: dict[str, Partner] = {}
        self._by_certificate: dict[bytes, Partner] = {}
        for identity in ledger.logs():
            if identity.log != ledger.log:
                adopt(ledger, identity.log)  # where a crash came between keeping a manifest and taking it over
        self.refresh()

    def refresh(self) -> None:
        """Read the ledger's logs again: the newest log of each other party counts."""
        found: dict[str, Partner] = {}
        for identity in sorted(self._ledger.logs(), key=lambda i: _generation(i.log)):
            if identity.party != self._ledger.identity.party and identity.manifest:
                found[identity.party] = self._partner(identity)
        self._by_party = found
        self._by_certificate = {partner.certificate: partner for partner in found.values()}

    def admit(self, invitation: Invitation) -> Partner:
        """Take up the party that was invited, durably; the same invitation twice changes nothing.

        The two people have compared the fingerprint before this is called.  Raises
        SarhadError when it is our own invitation, or other keys for a party we know.
        """
        party = invitation.party
        if party == self._ledger.identity.party:
            raise SarhadError("this is our own invitation", do="Give it to the partner, and read in the partner's")
        known = {identity.log: identity for identity in self._ledger.logs()}
        held = known.get(invitation.manifest.log)
        if held is not None and self._ledger.identities_of(held.log)[0].manifest != invitation.body:
            raise SarhadError(
                f"{party} is a partner already, with another manifest",
                do="A change of keys comes through the partner's own log, never by a second invitation",
            )
        if held is None:
            self._ledger.add_log(Identity.from_manifest(invitation.body))
            if invitation.newest != invitation.body:
                self._ledger.put_state(_INVITED + party, invitation.newest)
        if invitation.endpoint != open_manifest(invitation.newest)[1].endpoint:
            self._ledger.put_state(endpoint_key(party), invitation.endpoint.encode())
        self.refresh()
        return self._by_party[party]

    def parties(self) -> frozenset[str]:
        """The partners' names."""
        return frozenset(self._by_party)

    def partners(self) -> list[Partner]:
        """The partners, by name."""
        return [self._by_party[party] for party in sorted(self._by_party)]

    def get(self, party: str) -> Partner:
        """Return a partner; raises SarhadError for a stranger."""
        try:
            return self._by_party[party]
        except KeyError:
            raise SarhadError(f"{party} is not a partner", do="Join with an invitation file first") from None

    def of_certificate(self, der: bytes) -> Partner | None:
        """Return whose certificate this is, compared byte for byte; None for a stranger's."""
        return self._by_certificate.get(der)

    def _partner(self, identity: Identity) -> Partner:
        party, manifest = open_manifest(identity.manifest)
        invited = self._ledger.get_state(_INVITED + party)
        if invited is not None and not self._read_of(identity.log, invited):
            manifest = open_manifest(invited)[1]
        endpoint = self._ledger.get_state(endpoint_key(party))
        return Partner(
            party=party,
            log=identity.log,
            identity=identity,
            endpoint=endpoint.decode() if endpoint else manifest.endpoint,
            certificate=base64.b64decode(manifest.tls_cert),
        )

    def _read_of(self, log: str, manifest: bytes) -> bool:
        """Tell whether we have come to that manifest in the log itself, or beyond it."""
        return any(one.manifest == manifest for one in self._ledger.identities_of(log))


def _generation(log: str) -> int:
    _party, _, generation = log.partition(".")
    return int(generation or 1)
