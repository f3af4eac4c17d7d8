"""Who takes part, on what terms, and what they promised."""

from __future__ import annotations

from typing import Literal

from sarhad.picture.views.records import View
from sarhad.wire.kinds import Clock, CrossingRule
from sarhad.wire.registry import Role
from sarhad.wire.values import Moment, Names, Words


class SignatureView(View, frozen=True, kw_only=True):
    """A party's signature under terms."""

    party: str
    ref: str
    at: int


class TermsView(View, frozen=True, kw_only=True):
    """Terms and who signed them; ``missing`` are the parties that have not yet."""

    ref: str
    title: Names
    parties: tuple[str, ...]
    clocks: tuple[Clock, ...]
    notice_distance_m: int
    crossings: tuple[CrossingRule, ...]
    purpose: Words
    retention_days: int
    signatures: tuple[SignatureView, ...]
    missing: tuple[str, ...]
    state: Literal["in-force", "proposed", "replaced"]


class MeasurementView(View, frozen=True, kw_only=True):
    """How far a pledge has come, as one party measures it."""

    ref: str
    party: str
    value: int
    when: Moment
    source: str


class PledgeView(View, frozen=True, kw_only=True):
    """What was promised, who signed it, and each party's own measurements, oldest first.

    ``state`` is ``signed`` once every party that promised signed the same.  Whether it
    is late follows from ``due`` (microseconds) and the last measurements.
    """

    ref: str
    party: str
    exercise: str | None
    names: Names
    by_parties: tuple[str, ...]
    unit: str
    baseline: int
    target: int
    due: int
    text: Words | None
    signatures: tuple[SignatureView, ...]
    missing: tuple[str, ...]
    state: Literal["signed", "proposed"]
    measurements: tuple[MeasurementView, ...]


class ManifestView(View, frozen=True, kw_only=True):
    """A party's identity and keys as its newest manifest for a log states them."""

    ref: str
    party: str
    log: str
    origin: str
    names: Names
    country: str
    zone: str
    calendar: str
    log_key: str
    witness_key: str
    endpoint: str


class OfficerView(View, frozen=True, kw_only=True):
    """An officer's desk: a function and its roles."""

    ref: str
    party: str
    officer: str
    title: Names
    roles: tuple[Role, ...]
    active: bool
    unit: str | None
