"""Tables of others: rows become drafts of typed records, and nothing is lost on the way."""

from sarhad.gateways.tables.drafts import ImportReport, IncidentDraft, Problem, ReportDraft, Skipped, TableError
from sarhad.gateways.tables.hand import drafts_from_hand, drafts_from_reports
from sarhad.gateways.tables.ucdp import drafts_from_ucdp

__all__ = [
    "ImportReport",
    "IncidentDraft",
    "Problem",
    "ReportDraft",
    "Skipped",
    "TableError",
    "drafts_from_hand",
    "drafts_from_reports",
    "drafts_from_ucdp",
]
