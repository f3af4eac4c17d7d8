"""Rules: incidents, reports, claims, attachments, notes."""

from __future__ import annotations

from sarhad.picture.rules.base import Rule, attached_to

_incident = attached_to("incident", "incident", reason="not-an-incident")

RULES = (
    Rule("incident"),
    Rule("report", attaches="incident", check=_incident),
    Rule("claim", attaches="incident", check=_incident),
    Rule("attachment", attaches="about"),
    Rule("note", attaches="about"),
)
