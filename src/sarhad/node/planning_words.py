"""A plan in words: its reasons, notes and rules from the pages' catalogues, in each of the desk's languages."""

from __future__ import annotations

import contextlib
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime

from sarhad.node.printing.paper import translator
from sarhad.response.errors import PlanError
from sarhad.response.proposal import Faster, Reason, Unmet, Value
from sarhad.web.catalogue import catalogue
from sarhad.wire.errors import SarhadError
from sarhad.wire.values import Language

_PERSIAN = str.maketrans("0123456789.", "۰۱۲۳۴۵۶۷۸۹٫")
_PLACED = re.compile(r"\b(line|column|entry)\b")
_STOPS = {"en": ", ", "fa": "، ", "ur": "، "}


@dataclass(frozen=True, slots=True)
class PlanWords:
    """How one language says it; ``names`` are what references and codes are called, where that is known.

    A value is shown by its name: ``*_s`` as hours and minutes, ``*_m`` as a distance, ``before``
    as a moment (UTC), capabilities and statuses by the catalogue where it has them.
    """

    lang: Language = "en"
    names: Mapping[str, str] = field(default_factory=dict)

    def reason(self, reason: Reason) -> str:
        """Return why a unit is sent or is not, or what is missing."""
        return self._said(f"plan.reason.{reason.code}", reason)

    def note(self, reason: Reason) -> str:
        """Return what a time rests on."""
        return self._said(f"plan.note.{reason.code}", reason)

    def error(self, code: str, values: Mapping[str, Value]) -> str:
        """Return what is wrong with a question."""
        return self._said(f"plan.error.{code}", Reason(code=code, values=dict(values)))

    def unmet(self, lack: Unmet) -> str:
        """Return what is missing, who is nearest to giving it, and what keeps that unit away."""
        said = self.reason(lack.what)
        if lack.nearest is None:
            return said
        nearest: dict[str, Value] = {"unit": lack.nearest.code, "straight_m": lack.nearest.straight_m}
        shown = {name: self.value(name, value) for name, value in nearest.items()}
        return f"{said}{self.pause}{translator(self.lang)('plan.nearest', **shown, why=self.reason(lack.nearest.why))}"

    def told(self, key: str, **values: str) -> str:
        """Return a line of an answer: ``plan.told.<key>``."""
        return translator(self.lang)(f"plan.told.{key}", **values)

    def faster(self, found: Faster | None, *, all_served: bool = True) -> str:
        """Return the rule that costs most; where somebody is not served, whether any one rule would change that."""
        say = translator(self.lang)
        if found is None:
            return say("plan.faster.none" if all_served else "plan.faster.nothing")
        rule = self._said(f"plan.rule.{found.rule.code}", found.rule)
        key = "plan.faster.served" if found.served else "plan.faster"
        return say(key, rule=rule, saved_s=self.value("saved_s", found.saved_s))

    @property
    def pause(self) -> str:
        """What stands between two parts of a sentence."""
        return "; " if self.lang == "en" else "؛ "

    def value(self, name: str, value: Value) -> str:
        """Return a value as the language shows it."""
        if isinstance(value, tuple):
            return _STOPS[self.lang].join(self.value(name, one) for one in value) or self._word("capability.none", "–")
        if isinstance(value, int):
            return self._number(name, value)
        if name in ("capability", "capabilities"):
            return self._word(f"capability.{value or 'none'}", self._word(f"unitkind.{value}", value))
        return self._word(f"status.{value}", value) if name == "status" else self.names.get(value, value)

    def _said(self, key: str, reason: Reason) -> str:
        shown = {name: self.value(name, value) for name, value in reason.values.items()}
        return translator(self.lang)(key, **shown)

    def _word(self, key: str, otherwise: str) -> str:
        return catalogue(self.lang).get(key, otherwise)

    def _number(self, name: str, value: int) -> str:
        if name.endswith("_s"):
            text = f"{value // 3600}:{value % 3600 // 60:02d}"
        elif name.endswith("_m"):
            unit = {"en": "km", "fa": "کیلومتر", "ur": "کلومیٹر"}[self.lang]
            text = f"{value / 1000:.1f} {unit}" if value < 10_000 else f"{round(value / 1000)} {unit}"
        elif name == "before":
            text = f"{datetime.fromtimestamp(value // 1_000_000, UTC):%Y-%m-%d %H:%M} UTC"
        else:
            text = str(value)
        return text.translate(_PERSIAN) if self.lang == "fa" else text


@contextlib.contextmanager
def worded(lang: Language) -> Iterator[None]:
    """Say in the language asked for what a question cannot be answered for, where the catalogue has it.

    What it has not is told in English: better than nothing.
    """
    try:
        yield
    except SarhadError as error:
        said = None if lang == "en" else _error_in(error, lang)
        if said is not None:
            error.what, error.do = f"{said} {PlanWords(lang).told('retry')}" if error.retry else said, ""
            error.retry = False  # it stands in the sentence: the edge would say it in English
            # An option is named as it is written; all else of the place stands in the sentence.
            error.where = error.where if error.where.startswith("--") and error.where not in said else ""
            error.args = (error.what,)
        raise


def _error_in(error: SarhadError, lang: Language) -> str | None:
    texts, words = catalogue(lang), PlanWords(lang)
    where = _PLACED.sub(lambda found: translator(lang)(f"plan.told.{found[1]}"), error.where)
    where = where.translate(_PERSIAN) if lang == "fa" and where != error.where else where
    if isinstance(error, PlanError) and f"plan.error.{error.code}" in texts:
        return words.error(error.code, {"where": where, **error.values})
    key = f"failed.{error.code}"
    return words.told(key, where=where) if f"plan.told.{key}" in texts else None
