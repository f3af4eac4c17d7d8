"""Who takes part, on what terms: manifests, officers, agreements, suspension."""

from __future__ import annotations

from typing import Annotated, Literal

from msgspec import Meta

from sarhad.wire.ids import END, NODE_OFFICER, LogName, OfficerId, PartyId, Ref
from sarhad.wire.registry import Data, Role, anothers, kind, own
from sarhad.wire.values import Hex32, Metres, Names, Seconds, Short, Urgency, Value, Words


class PinnedCheckpoint(Value, frozen=True, kw_only=True):
    """The last countersigned checkpoint of an older log: ``size`` entries with tree hash ``root``."""

    log: LogName
    size: Annotated[int, Meta(ge=0, le=2**53 - 1)]
    root: Hex32


@kind("manifest", authors={"administrator", "node"}, act=True)
class Manifest(Data, frozen=True, kw_only=True):
    """A party's identity and keys; the first entry of its log, and again at each rotation.

    ``origin`` is the log's origin line in checkpoints (C2SP tlog-checkpoint).  Keys are
    Ed25519 public keys (32 bytes, hexadecimal), one per role.  ``tls_cert`` is the
    node's certificate (DER, standard base64), pinned by partners as it stands.
    ``endpoint`` is the https address at which partners reach the node.  ``zone`` is an
    IANA time zone.  ``previous`` pins the older log after a compromise.

    Authors: administrator, node.
    """

    log: LogName
    origin: Annotated[str, Meta(pattern="^[!-*,-~]{1,120}" + END, description="no spaces, no plus sign")]
    names: Names
    country: Annotated[str, Meta(pattern="^[A-Z]{2}" + END, description="ISO 3166-1 alpha-2")]
    zone: Short
    calendar: Literal["gregory", "persian"] = "gregory"
    log_key: Hex32
    witness_key: Hex32
    tls_cert: Annotated[str, Meta(max_length=4_000)]
    endpoint: Annotated[str, Meta(pattern="^https://[!-~]+" + END, max_length=200)]
    previous: PinnedCheckpoint | None = None

    def __post_init__(self) -> None:
        """Refuse one key in two roles: what signs a checkpoint must not also witness it."""
        if self.log_key == self.witness_key:
            raise ValueError("the log key and the witness key are the same")

    def check(self, party: str) -> None:
        """A manifest speaks for its own party's logs."""
        own(party, self.log, self.previous.log if self.previous is not None else None)


@kind("officer", authors={"administrator", "node"})
class Officer(Data, frozen=True, kw_only=True):
    """An officer's desk, roles and languages: a function, never a private person's file.

    ``officer`` is the sign-in name; a later record for the same name replaces the earlier.
    ``unit`` is the own unit that a field officer leads.

    Authors: administrator, node.
    """

    officer: OfficerId
    title: Names
    roles: Annotated[tuple[Role, ...], Meta(min_length=1, max_length=8)]
    active: bool = True
    unit: Ref | None = None

    def check(self, party: str) -> None:
        """An officer leads a unit of its own party."""
        own(party, self.unit)

    def __post_init__(self) -> None:
        """Keep the node's name and role apart from persons': neither may pass for the other."""
        if (self.officer == NODE_OFFICER) != ("node" in self.roles) or (len(self.roles) > 1 and "node" in self.roles):
            raise ValueError("only the node itself is named node, and node is its only role")


class Clock(Value, frozen=True, kw_only=True):
    """Deadlines of one urgency, in seconds from delivery; 0 means none."""

    urgency: Urgency
    acknowledge_s: Seconds
    answer_s: Seconds


class CrossingRule(Value, frozen=True, kw_only=True):
    """Whose units may cross where: ``crossing`` names a crossing record, ``parties`` who may pass.

    ``units`` narrows it to these unit kinds when not empty.
    """

    crossing: Ref
    parties: tuple[PartyId, ...] = ()
    units: tuple[Short, ...] = ()


class Terms(Value, frozen=True, kw_only=True):
    """The terms, equal to the byte for every party that signs them.

    ``notice_distance_m``: activity nearer to the line than this is announced.
    ``retention_days``: how long shared records may be kept.
    """

    title: Names
    parties: Annotated[tuple[PartyId, ...], Meta(min_length=2, max_length=16)]
    clocks: Annotated[tuple[Clock, ...], Meta(max_length=4)]
    notice_distance_m: Metres
    crossings: Annotated[tuple[CrossingRule, ...], Meta(max_length=200)] = ()
    purpose: Words
    retention_days: Annotated[int, Meta(ge=1, le=36_500)]

    def __post_init__(self) -> None:
        """Refuse a party or an urgency that stands twice."""
        urgencies = [clock.urgency for clock in self.clocks]
        if len(set(self.parties)) < len(self.parties) or len(set(urgencies)) < len(urgencies):
            raise ValueError("a party or an urgency stands twice in the terms")


@kind("agreement", authors={"commander", "administrator"}, act=True)
class Agreement(Data, frozen=True, kw_only=True):
    """A party's signature under terms; in force once every party named has signed the same bytes.

    ``accepts`` names the partner's record that is agreed to, absent for the proposal.
    ``replaces`` names the record of the terms that these take the place of.

    Authors: administrator, commander.
    """

    terms: Terms
    accepts: Ref | None = None
    replaces: Ref | None = None

    def check(self, party: str) -> None:
        """A party signs terms that bind itself, and accepts another's proposal."""
        if party not in self.terms.parties:
            raise ValueError(f"the terms do not name {party}, which signs them")
        anothers(party, self.accepts)


@kind("suspension", authors={"commander", "administrator"}, act=True)
class Suspension(Data, frozen=True, kw_only=True):
    """The author's party stops the exchange with ``partner``.

    Authors: administrator, commander.
    """

    partner: PartyId
    reason: Words

    def check(self, party: str) -> None:
        """The exchange is with another party."""
        anothers(party, self.partner)


@kind("resumption", authors={"commander", "administrator"}, act=True)
class Resumption(Data, frozen=True, kw_only=True):
    """The author's party resumes the exchange that ``suspension`` stopped.

    Authors: administrator, commander.
    """

    partner: PartyId
    suspension: Ref
    reason: Words | None = None

    def check(self, party: str) -> None:
        """A party ends its own suspension of the exchange with another."""
        anothers(party, self.partner)
        own(party, self.suspension)
