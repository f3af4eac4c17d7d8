"""Whether anything may cross to or from a partner now: suspension on record, frozen logs."""

from __future__ import annotations

from sarhad.desk import Desk
from sarhad.exchange.errors import Suspended
from sarhad.exchange.roster import Partner
from sarhad.ledger.errors import Frozen
from sarhad.ledger.ledger import Ledger


def suspended_by_us(desk: Desk, partner: Partner) -> str | None:
    """Return our own suspension record in force against ``partner``, or None."""
    return desk.picture.suspension(desk.party, partner.party)


def suspended_by_them(desk: Desk, partner: Partner) -> str | None:
    """Return the partner's suspension record in force against us, or None."""
    return desk.picture.suspension(partner.party, desk.party)


def suspended_by(party: str, ref: str) -> str:
    """Say who suspended ("": we), by which record; the pages read it in the reader's language (``sentences.json``)."""
    return f"suspended by {party or 'us'} ({ref})"


def require_open(ledger: Ledger, desk: Desk, partner: Partner) -> None:
    """Raise Suspended or Frozen unless messages may cross; both are decided from what is on record."""
    ref = suspended_by_us(desk, partner)
    if ref is not None:
        raise Suspended(f"the exchange with {partner.party} is suspended by {ref}")
    reason = ledger.frozen(partner.log)
    if reason:
        raise Frozen(partner.log, reason, 0)
