"""Scenarios, ``sarhad-scenario/v1``: what is played at which desk and when, and who must react within what time.

The format is stated in spec/scenario.md.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Annotated, Any, Literal

import msgspec
from msgspec import Meta

from sarhad.node.drill.template import NAME, Template, read_template
from sarhad.wire.errors import SarhadError
from sarhad.wire.ids import END, OfficerId, PartyId
from sarhad.wire.kinds import Clock
from sarhad.wire.registry import KINDS
from sarhad.wire.values import Release, may_read, valid_release

FORMAT = "sarhad-scenario/v1"
MAX_BYTES = 1_000_000
NOT_IN_A_DRILL = frozenset(
    {"manifest", "officer", "agreement", "suspension", "resumption", "receipt", "correction", "attachment"}
)
"""Kinds that bind, need a file, or are the program's: a scenario does not play them."""

Slug = Annotated[str, Meta(pattern="^[a-z0-9][a-z0-9-]{0,62}" + END)]
Name = Annotated[str, Meta(pattern=f"^{NAME}{END}")]
Offset = Annotated[int, Meta(ge=0, le=7 * 86_400, description="Seconds after the drill begins")]
Step = Literal["seen", "acknowledged", "answered"]


class ScenarioError(SarhadError):
    """The file is not a scenario; ``where`` is the path of the field."""

    code = "scenario"


class Part(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True, omit_defaults=True):
    """Base: a field that is not known is refused, as a misspelt one would be lost."""


class About(Part, frozen=True, kw_only=True):
    """What the scenario is, for people; ``en`` is always there."""

    en: Annotated[str, Meta(min_length=1, max_length=2_000)]
    fa: Annotated[str, Meta(max_length=2_000)] = ""
    ur: Annotated[str, Meta(max_length=2_000)] = ""


class Title(Part, frozen=True, kw_only=True):
    """A name in words, for people; ``en`` is always there.  Where there is none the file's own name is shown."""

    en: Annotated[str, Meta(min_length=1, max_length=120)]
    fa: Annotated[str, Meta(max_length=120)] = ""
    ur: Annotated[str, Meta(max_length=120)] = ""


class Inject(Part, frozen=True, kw_only=True):
    """One record to be written: when, at whose desk, by which officer.

    ``data`` is the kind's own, in which ``@name`` stands for the record of an earlier
    inject.  ``reaction``: what the drilled people should do themselves; played only when asked for.
    """

    name: Name
    title: Title | None = None
    at_s: Offset
    party: PartyId
    officer: OfficerId
    kind: str
    release: Release
    data: dict[str, Any]
    reaction: bool = False


class Confirm(Part, frozen=True, kw_only=True):
    """A reaction that is a receipt: the officer confirms the record of inject ``of``."""

    at_s: Offset
    party: PartyId
    officer: OfficerId
    step: Literal["seen", "acknowledged"]
    of: Name


class Expectation(Part, frozen=True, kw_only=True):
    """``by`` must have taken the step within so many seconds of the proved delivery of inject ``of``."""

    of: Name
    by: PartyId
    step: Step
    within_s: Annotated[int, Meta(ge=1, le=30 * 86_400)]


class Scenario(Part, frozen=True, kw_only=True):
    """A whole scenario as in its file."""

    format: str
    name: Slug
    title: Title | None = None
    about: About
    parties: Annotated[tuple[PartyId, ...], Meta(min_length=2, max_length=20)]
    injects: Annotated[tuple[Inject, ...], Meta(min_length=1, max_length=1_000)]
    confirmations: Annotated[tuple[Confirm, ...], Meta(max_length=1_000)] = ()
    expectations: Annotated[tuple[Expectation, ...], Meta(max_length=1_000)] = ()
    clocks: Annotated[tuple[Clock, ...], Meta(max_length=4)] = ()
    """Deadlines by urgency that the terms should have for the drill; the demo signs these."""

    def inject(self, name: str) -> Inject:
        """Return the inject of this name; raise ScenarioError when there is none."""
        for one in self.injects:
            if one.name == name:
                return one
        raise ScenarioError(f"there is no inject {name}", where=self.name)

    def templates(self) -> dict[str, Template]:
        """Return each inject's data with its references set apart, by inject."""
        authors = {one.name: one.party for one in self.injects}
        return {one.name: _template(number, one, authors) for number, one in enumerate(self.injects)}


def read_scenario(path: Path) -> Scenario:
    """Read and check the file; raises ScenarioError naming the field, OSError."""
    if path.stat().st_size > MAX_BYTES:
        raise ScenarioError(f"a scenario has at most {MAX_BYTES} bytes", where=str(path))
    return parse_scenario(path.read_bytes())


def parse_scenario(raw: bytes) -> Scenario:
    """Read and check a scenario; raises ScenarioError naming the field."""
    try:
        scenario = msgspec.json.decode(raw, type=Scenario)
    except (msgspec.MsgspecError, UnicodeDecodeError, RecursionError) as error:
        what, _, where = str(error).partition(" - at `$")
        raise ScenarioError(what, where=where.strip(".`"), do="See spec/scenario.md") from error
    if scenario.format != FORMAT:
        raise ScenarioError(f"the format is {scenario.format[:40]!r}, not {FORMAT}", where="format")
    _check_parties(scenario)
    _check_injects(scenario)
    for where, what in (*_wrong_confirmations(scenario), *_wrong_expectations(scenario)):
        raise ScenarioError(what, where=where, do="See spec/scenario.md")
    return scenario


def _check_parties(scenario: Scenario) -> None:
    if len(set(scenario.parties)) != len(scenario.parties):
        raise ScenarioError("a party stands twice", where="parties")


def _check_injects(scenario: Scenario) -> None:
    authors: dict[str, str] = {}
    last = 0
    for number, one in enumerate(scenario.injects):
        where = f"injects[{number}]"
        if one.name in authors:
            raise ScenarioError(f"the name {one.name} stands twice", where=f"{where}.name")
        if one.party not in scenario.parties:
            raise ScenarioError(f"{one.party} is not one of the parties", where=f"{where}.party")
        if one.at_s < last:
            raise ScenarioError(f"{one.at_s} s comes after {last} s", where=f"{where}.at_s", do="Put them in order")
        if one.kind not in KINDS or one.kind in NOT_IN_A_DRILL:
            raise ScenarioError(f"{one.kind[:40]!r} is no kind that a drill plays", where=f"{where}.kind")
        if not valid_release(one.release) or not set(one.release.parties) <= set(scenario.parties) - {one.party}:
            raise ScenarioError("the release names nobody, the author, or a stranger", where=f"{where}.release")
        _template(number, one, authors)  # refers to what stands before it only
        authors[one.name] = one.party
        last = one.at_s


def _template(number: int, inject: Inject, authors: dict[str, str]) -> Template:
    try:
        return read_template(KINDS[inject.kind], inject.party, inject.data, authors)
    except ValueError as error:  # msgspec.ValidationError is one, too
        what, _, path = str(error).partition(" - at `$")
        where = f"injects[{number}].data{path.strip('`')}"
        raise ScenarioError(what, where=where, do="See spec/kinds.md and spec/scenario.md") from error


def _wrong_confirmations(scenario: Scenario) -> Iterator[tuple[str, str]]:
    known = {one.name: one for one in scenario.injects}
    last = 0
    for number, one in enumerate(scenario.confirmations):
        where = f"confirmations[{number}]"
        if one.of not in known:
            yield f"{where}.of", f"there is no inject {one.of}"
        elif why := _unreachable(scenario, known[one.of], one.party):
            yield f"{where}.party", why
        elif one.at_s < max(last, known[one.of].at_s):
            yield f"{where}.at_s", "before the record that it confirms, or out of order"
        last = one.at_s


def _wrong_expectations(scenario: Scenario) -> Iterator[tuple[str, str]]:
    known = {one.name: one for one in scenario.injects}
    stood: set[tuple[str, str, str]] = set()
    for number, one in enumerate(scenario.expectations):
        where = f"expectations[{number}]"
        if one.of not in known:
            yield f"{where}.of", f"there is no inject {one.of}"
            continue
        if why := _unreachable(scenario, known[one.of], one.by):
            yield f"{where}.by", why
        if one.step == "answered" and KINDS[known[one.of].kind].expects == "none":
            yield f"{where}.step", f"nobody answers a {known[one.of].kind}"
        if (one.of, one.by, one.step) in stood:
            yield where, "it is expected twice"
        stood.add((one.of, one.by, one.step))


def _unreachable(scenario: Scenario, inject: Inject, party: str) -> str:
    """Return why the party cannot react to the inject, "" if it can."""
    if party not in scenario.parties:
        return f"{party} is not one of the parties"
    if party == inject.party:
        return f"{party} wrote {inject.name} itself"
    partners = frozenset(scenario.parties) - {inject.party}
    return "" if may_read(inject.release, party, partners) else f"{inject.name} is not released to {party}"
