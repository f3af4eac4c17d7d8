"""Rules: warnings, requests, allegations, answers, denials."""

from __future__ import annotations

from sarhad.picture.rules.base import Held, Rule, attached_to, both
from sarhad.wire.kinds import Answer
from sarhad.wire.record import Record

ANSWERABLE = ("warning", "request", "allegation", "zone-notice", "unit-request", "handover")


def _to_itself(record: Record, _held: Held) -> str:
    return "to-itself" if getattr(record.data, "to", None) == record.party else ""


def _by_addressee(record: Record, held: Held) -> str:
    assert isinstance(record.data, Answer)
    asked = held.get(record.data.of)
    if asked is None or asked.data is None:
        return ""
    to = getattr(asked.data, "to", None)
    addressed = record.party == to if to is not None else record.party != asked.party
    return "" if addressed else "not-addressed"


RULES = (
    Rule("warning", attaches="about", bound=False, check=_to_itself),
    Rule("request", attaches="about", bound=False, check=_to_itself),
    Rule("allegation", attaches="about", bound=False, check=_to_itself),
    Rule(
        "answer",
        attaches="of",
        check=both(attached_to("of", *ANSWERABLE, reason="not-answerable"), _by_addressee),
    ),
    Rule(
        "denial",
        attaches="of",
        check=attached_to("of", "allegation", "claim", "report", reason="not-deniable"),
    ),
)
