"""Rules: manifests, officers, agreements, suspensions, resumptions."""

from __future__ import annotations

import msgspec

from sarhad.picture.rules.base import Held, Rule, attached_to, both, live_only, own
from sarhad.wire.ids import party_of
from sarhad.wire.kinds import Agreement, Manifest, Resumption, Suspension
from sarhad.wire.record import Record

_encoder = msgspec.json.Encoder(order="sorted")


def terms_bytes(record: Record) -> bytes:
    """Return the canonical bytes of an agreement's terms, fields unknown to us included."""
    return _encoder.encode(record.raw["data"]["terms"])


def _party(record: Record) -> tuple[str, ...]:
    return (f"party/{record.party}",)


def _parties(record: Record) -> tuple[str, ...]:
    assert isinstance(record.data, Agreement)
    return tuple(f"party/{party}" for party in record.data.terms.parties)


def _pair(record: Record) -> tuple[str, ...]:
    assert isinstance(record.data, Suspension | Resumption)
    return (f"party/{record.party}", f"party/{record.data.partner}")


def _own_log(record: Record, _held: Held) -> str:
    assert isinstance(record.data, Manifest)
    return "" if party_of(record.data.log) == record.party else "not-own"


def _signs(record: Record, held: Held) -> str:
    data = record.data
    assert isinstance(data, Agreement)
    if record.party not in data.terms.parties:
        return "not-a-party"
    accepted = held.get(data.accepts) if data.accepts is not None else None
    if accepted is None:
        return ""
    if accepted.kind != "agreement":
        return "not-an-agreement"
    return "" if accepted.data is not None and terms_bytes(accepted) == terms_bytes(record) else "not-equal"


def _other(record: Record, _held: Held) -> str:
    assert isinstance(record.data, Suspension)
    return "to-itself" if record.data.partner == record.party else ""


def _same_partner(record: Record, held: Held) -> str:
    assert isinstance(record.data, Resumption)
    stopped = held.get(record.data.suspension)
    if stopped is None or not isinstance(stopped.data, Suspension):
        return ""
    return "" if stopped.data.partner == record.data.partner else "other-partner"


RULES = (
    Rule("manifest", check=both(live_only, _own_log), subjects=_party),
    Rule("officer", check=live_only, subjects=_party),
    Rule("agreement", check=both(live_only, _signs), subjects=_parties),
    Rule("suspension", check=_other, subjects=_pair),
    Rule(
        "resumption",
        attaches="suspension",
        check=both(
            own("suspension"),
            attached_to("suspension", "suspension", reason="not-a-suspension"),
            _same_partner,
        ),
        subjects=_pair,
    ),
)
