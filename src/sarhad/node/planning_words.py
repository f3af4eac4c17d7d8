"""The reasons of a plan in English, for the terminal; the desk has its own texts in three languages."""

from __future__ import annotations

from sarhad.response.proposal import Reason, Value

_SENTENCES = {
    "provides": "gives {capabilities}, {strength} persons",
    "not-available": "it is {status}",
    "no-position": "its position is not released",
    "caveat": "a caveat keeps it from this incident",
    "too-late": "it would come too late",
    "incident-outside-region": "the incident lies outside the region",
    "incident-in-the-sea": "the incident lies in the sea",
    "incident-far-from-roads": "the incident is too far from every road",
    "unit-outside-region": "the unit stands outside the region",
    "unit-in-the-sea": "the unit's position lies in the sea",
    "unit-far-from-roads": "the unit is too far from every road",
    "no-road": "no road leads there",
    "stays-on-its-side": "it stays on its own side",
    "no-permission": "the agreement lets it pass at none of {crossings}",
    "crossing-closed": "{crossings} stays closed",
    "sent-elsewhere": "it is sent to {incident}",
    "lacks-capability": "it has none of {capabilities}",
    "arrives-later": "by road it is there later",
    "too-few": "{strength} persons are not enough",
    "kept-in-reserve": "it is the last at its post",
    "not-needed": "those chosen are enough",
    "none-in-reach": "no {capability} unit of either side can reach this in time",
    "too-few-in-reach": "only {strength} of {needed} persons can reach this in time",
    "needed-elsewhere": "the units that could come are needed elsewhere",
    "crossing-hours": "the hours or closure of {code}",
    "crossing-permission": "who may pass at {code}",
    "crossing-wait": "the waiting at {code}",
    "notice-to-move": "the notice to move",
}


def sentence(reason: Reason) -> str:
    """Return the reason in words."""
    values = {name: _shown(value) for name, value in reason.values.items()}
    if reason.code == "none-in-reach" and not values.get("capability"):
        values["capability"] = "single"
    return _SENTENCES[reason.code].format(**values)


def _shown(value: Value) -> str:
    return (", ".join(value) or "presence") if isinstance(value, tuple) else str(value)
