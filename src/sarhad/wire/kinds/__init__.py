"""Every kind of record.  Importing this package fills sarhad.wire.registry.KINDS."""

from sarhad.wire.kinds.caveats import Caveat
from sarhad.wire.kinds.ground import (
    CAPABILITIES,
    Closure,
    Crossing,
    GroundSpeed,
    Post,
    Sector,
    Unit,
    UnitStatus,
    ZoneNotice,
)
from sarhad.wire.kinds.happenings import Attachment, Claim, Incident, Note, Report
from sarhad.wire.kinds.parties import Agreement, Clock, CrossingRule, Manifest, Officer, Resumption, Suspension, Terms
from sarhad.wire.kinds.promises import Measurement, Pledge, Tasking
from sarhad.wire.kinds.records import Correction, Recall, RecallAnswer, Receipt, ReleaseAct
from sarhad.wire.kinds.talk import Allegation, Answer, Denial, Request, Warn
from sarhad.wire.kinds.watch import Assignment, OpenItem, WatchHandover

__all__ = [
    "CAPABILITIES",
    "Agreement",
    "Allegation",
    "Answer",
    "Assignment",
    "Attachment",
    "Caveat",
    "Claim",
    "Clock",
    "Closure",
    "Correction",
    "Crossing",
    "CrossingRule",
    "Denial",
    "GroundSpeed",
    "Incident",
    "Manifest",
    "Measurement",
    "Note",
    "Officer",
    "OpenItem",
    "Pledge",
    "Post",
    "Recall",
    "RecallAnswer",
    "Receipt",
    "ReleaseAct",
    "Report",
    "Request",
    "Resumption",
    "Sector",
    "Suspension",
    "Tasking",
    "Terms",
    "Unit",
    "UnitStatus",
    "Warn",
    "WatchHandover",
    "ZoneNotice",
]
