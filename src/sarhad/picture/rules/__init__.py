"""The fold rule of each kind of record.

A rule says by which field a record attaches to another, when it is disregarded, and
which subjects it changes.  Adding a kind means adding its rule here; a test names a
kind whose rule is missing.
"""

from __future__ import annotations

from sarhad.picture.rules.about import RULES as _ABOUT
from sarhad.picture.rules.base import GROUND_KINDS, Rule, in_room
from sarhad.picture.rules.ground import RULES as _GROUND
from sarhad.picture.rules.happenings import RULES as _HAPPENINGS
from sarhad.picture.rules.parties import RULES as _PARTIES
from sarhad.picture.rules.promises import RULES as _PROMISES
from sarhad.picture.rules.responses import RULES as _RESPONSES
from sarhad.picture.rules.talk import RULES as _TALK
from sarhad.picture.rules.watch import RULES as _WATCH

RULES: dict[str, Rule] = {
    rule.kind: rule
    for rules in (_PARTIES, _GROUND, _HAPPENINGS, _TALK, _PROMISES, _ABOUT, _WATCH, _RESPONSES)
    for rule in rules
}
"""Every rule by the name of its kind."""

__all__ = ["GROUND_KINDS", "RULES", "Rule", "in_room"]
