"""Who takes part, on what terms: agreements in force, manifests, officers, suspensions."""

from __future__ import annotations

from typing import Literal

from sarhad.picture.order import position, ref_order
from sarhad.picture.rules.parties import terms_bytes
from sarhad.picture.state import State
from sarhad.picture.views import ManifestView, OfficerView, SignatureView, TermsView
from sarhad.wire.kinds import Agreement, Clock, Manifest, Officer, Resumption, Suspension, Terms
from sarhad.wire.record import Record


class Signing:
    """One set of terms, equal to the byte, and the records by which each party signed it.

    A party may sign the same terms again, after others were in force between.  The
    parties' first signatures belong together, their second ones, and so on: ``rounds``
    is how many of these are complete, so nobody brings old terms back alone.
    """

    def __init__(self, terms: Terms) -> None:
        self.terms = terms
        self.by_party: dict[str, list[Record]] = {party: [] for party in sorted(terms.parties)}

    @property
    def rounds(self) -> int:
        """How often every party named has signed."""
        return min(len(signed) for signed in self.by_party.values())

    def signed_at(self, party: str) -> tuple[int, int]:
        """Return where the party's signature of the last complete round stands in its own logs."""
        return position(self.by_party[party][self.rounds - 1])

    def first(self) -> Record:
        """Return the record that names the terms: the proposal if one is held, else the first by name."""
        records = sorted((r for signed in self.by_party.values() for r in signed), key=ref_order)
        proposals = [r for r in records if isinstance(r.data, Agreement) and r.data.accepts is None]
        return (proposals or records)[0]


def signings(state: State) -> list[Signing]:
    """Return every set of terms that anybody signed, in a fixed order."""
    found: dict[bytes, Signing] = {}
    records = [r for r in state.listed(None, "agreement") if not state.reason(r)]
    for record in sorted(records, key=ref_order):
        assert isinstance(record.data, Agreement)
        signing = found.setdefault(terms_bytes(record), Signing(record.data.terms))
        signing.by_party[record.party].append(record)
    return [found[raw] for raw in sorted(found)]


def in_force(found: list[Signing], a: str, b: str) -> Signing | None:
    """Return the newest terms between two parties that every party named has signed.

    Newest by the order of signatures in the log of the party whose name sorts first:
    every party's own log has the same order unless their signatures crossed, and
    then one of them must decide.
    """
    complete = [one for one in found if one.rounds and a in one.by_party and b in one.by_party]
    return max(complete, key=lambda one: one.signed_at(min(a, b)), default=None)


def in_force_when(found: list[Signing], record: Record, other: str) -> Signing | None:
    """Return the terms with ``other`` that a record was written under, by its author's own order.

    The newest that every party named has signed and that the author had signed before
    it wrote the record: terms signed later change no deadline that is running.
    """
    signed = [
        (position(mine), signing)
        for signing in found
        if other in signing.by_party
        for mine in signing.by_party.get(record.party, ())[: signing.rounds]
        if position(mine) < position(record)
    ]
    return max(signed, key=lambda one: one[0], default=(None, None))[1]


def clock_of(signing: Signing, urgency: str) -> Clock | None:
    """Return the deadlines of an urgency, or None when the terms name none."""
    return next((clock for clock in signing.terms.clocks if clock.urgency == urgency), None)


def terms_view(found: list[Signing], signing: Signing) -> TermsView:
    """Render terms; in force while they are the newest between any two of their parties."""
    parties = list(signing.by_party)
    pairs = [(a, b) for a in parties for b in parties if a < b]
    state: Literal["in-force", "proposed", "replaced"] = "proposed"
    if signing.rounds:
        state = "in-force" if any(in_force(found, a, b) is signing for a, b in pairs) else "replaced"
    terms = signing.terms
    return TermsView(
        ref=signing.first().ref,
        title=terms.title,
        parties=tuple(parties),
        clocks=terms.clocks,
        notice_distance_m=terms.notice_distance_m,
        crossings=terms.crossings,
        purpose=terms.purpose,
        retention_days=terms.retention_days,
        signatures=tuple(
            SignatureView(party=party, ref=record.ref, at=record.header.at)
            for party, signed in signing.by_party.items()
            for record in signed
        ),
        missing=tuple(party for party, signed in signing.by_party.items() if len(signed) <= signing.rounds)
        if _unfinished(signing)
        else (),
        state=state,
    )


def _unfinished(signing: Signing) -> bool:
    """Tell whether some party has signed once more than the others, who have not yet."""
    return len({len(signed) for signed in signing.by_party.values()}) > 1


def suspension(state: State, party: str, partner: str) -> str | None:
    """Return the party's newest live suspension of ``partner`` that is not resumed, or None.

    A resumption ends the suspension that it names and every earlier one.
    """
    stops = [
        record
        for record in state.newest("suspension", party, None)
        if isinstance(record.data, Suspension) and record.data.partner == partner
    ]
    ended = (-1, -1)
    for record in state.newest("resumption", party, None):
        assert isinstance(record.data, Resumption)
        stopped = state.records.get(record.data.suspension)
        if stopped is not None and record.data.partner == partner:
            ended = max(ended, position(stopped))
    return next((record.ref for record in reversed(stops) if position(record) > ended), None)


def manifest_view(state: State, log: str) -> ManifestView | None:
    """Render the newest manifest of a log by its own party, or None."""
    party = log.partition(".")[0]
    for record in reversed(state.newest("manifest", party, None)):
        data = record.data
        if isinstance(data, Manifest) and data.log == log:
            shown = {name: getattr(data, name) for name in ManifestView.__struct_fields__ if hasattr(data, name)}
            return ManifestView(ref=record.ref, party=party, **shown)
    return None


def officer_views(state: State, party: str) -> tuple[OfficerView, ...]:
    """Render a party's officers as their newest records state them, by sign-in name."""
    found: dict[str, OfficerView] = {}
    for record in state.newest("officer", party, None):
        data = state.effective(record)
        assert isinstance(data, Officer)
        found[data.officer] = OfficerView(
            ref=record.ref,
            party=party,
            officer=data.officer,
            title=data.title,
            roles=data.roles,
            active=data.active,
            unit=data.unit,
        )
    return tuple(found[name] for name in sorted(found))
