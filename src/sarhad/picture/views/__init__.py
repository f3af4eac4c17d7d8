"""What the picture shows: one struct a view, served by the web as it stands.

Times ending in ``_s`` are seconds since 1970 as a countersignature states them
(proof); times ending in ``_us`` and every ``at`` are microseconds since 1970 as an
author claims them, or as they follow from both.  A reference is ``log:sequence``.
Every tuple has a fixed order, so that equal pictures are equal bytes.
"""

from __future__ import annotations

from sarhad.picture.views.chart import HistogramView, MarksView, TrackPoint, TrackView
from sarhad.picture.views.ground import (
    CaveatView,
    CrossingView,
    GroundView,
    NoticeView,
    PostView,
    SectorView,
    UnitStatusView,
    UnitView,
)
from sarhad.picture.views.incidents import (
    ClaimView,
    Field,
    FieldView,
    IncidentView,
    PartyStatements,
    RemarkView,
    Stated,
    StatementView,
    TaskingStep,
    TaskingView,
    TimelineEntry,
)
from sarhad.picture.views.items import (
    ClockState,
    ClockView,
    ItemState,
    ItemView,
    OwnerView,
    PartnerStatistics,
    StepStatistics,
)
from sarhad.picture.views.records import (
    AnswerView,
    Bracket,
    CorrectionView,
    Disregard,
    LinkedView,
    Page,
    RecallAnswerView,
    RecallView,
    ReceiptView,
    RecordFilter,
    RecordView,
    View,
    WideningView,
)
from sarhad.picture.views.terms import ManifestView, MeasurementView, OfficerView, PledgeView, SignatureView, TermsView
from sarhad.picture.views.watch import HandoverView, OpenItemView, WatchView

__all__ = [
    "AnswerView",
    "Bracket",
    "CaveatView",
    "ClaimView",
    "ClockState",
    "ClockView",
    "CorrectionView",
    "CrossingView",
    "Disregard",
    "Field",
    "FieldView",
    "GroundView",
    "HandoverView",
    "HistogramView",
    "IncidentView",
    "ItemState",
    "ItemView",
    "LinkedView",
    "ManifestView",
    "MarksView",
    "MeasurementView",
    "NoticeView",
    "OfficerView",
    "OpenItemView",
    "OwnerView",
    "Page",
    "PartnerStatistics",
    "PartyStatements",
    "PledgeView",
    "PostView",
    "RecallAnswerView",
    "RecallView",
    "ReceiptView",
    "RecordFilter",
    "RecordView",
    "RemarkView",
    "SectorView",
    "SignatureView",
    "Stated",
    "StatementView",
    "StepStatistics",
    "TaskingStep",
    "TaskingView",
    "TermsView",
    "TimelineEntry",
    "TrackPoint",
    "TrackView",
    "UnitStatusView",
    "UnitView",
    "View",
    "WatchView",
    "WideningView",
]
