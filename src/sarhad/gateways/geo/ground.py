"""The ground that each side keeps: ``ground/<party>.json``, format ``sarhad-ground/v1``.

Every item is ``{"data": …, "refs": {field: key}}``: ``data`` is exactly the ``data`` of
the record kind (``officer``, ``sector``, ``crossing``, ``post``, ``unit``), decoded by the
kind's own struct; a field of ``refs`` names another item of the file by ``kind/code``,
because the record's reference is known only once it is in a log.  ``terms.json``
(``sarhad-terms/v1``) is the ``terms`` of an agreement, with its crossing rules naming
crossings by ``party/crossing/code``.  An officer who leads a unit names it by ``refs``
and is written after the units.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Any, Generic, Literal, TypeVar

import msgspec
from msgspec import Meta

from sarhad.gateways.geo.manifest import Region, RegionError, read_json
from sarhad.wire.ids import PartyId
from sarhad.wire.kinds import Crossing, CrossingRule, Officer, Post, Sector, Terms, Unit
from sarhad.wire.registry import Data
from sarhad.wire.values import Names, Place, Short

D = TypeVar("D", bound=Data)


class Item(msgspec.Struct, Generic[D], frozen=True, forbid_unknown_fields=True):
    """One record to be: its data, and the fields that name other items by key."""

    data: D
    refs: dict[str, str] = {}


class GroundFile(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What ``ground/<party>.json`` holds; the identity fields are those of a manifest."""

    format: Literal["sarhad-ground/v1"]
    party: PartyId
    names: Names
    country: Annotated[str, Meta(pattern="^[A-Z]{2}$")]
    zone: Short
    calendar: Literal["gregory", "persian"] = "gregory"
    officers: list[Item[Officer]]
    sectors: list[Item[Sector]]
    crossings: list[Item[Crossing]]
    posts: list[Item[Post]]
    units: list[Item[Unit]]


class DraftRule(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A crossing rule before its crossing has a reference; no parties: nobody may pass."""

    crossing: Annotated[str, Meta(pattern="^[a-z][a-z0-9-]*/crossing/.+$")]
    parties: tuple[PartyId, ...] = ()
    units: tuple[Short, ...] = ()


class TermsFile(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What ``terms.json`` holds: ``proposer`` signs first."""

    format: Literal["sarhad-terms/v1"]
    proposer: PartyId
    terms: Terms
    crossing_rules: list[DraftRule] = []

    def resolve(self, held: Mapping[str, str]) -> Terms:
        """Return the terms with every crossing as a reference.

        ``held`` gives the reference by ``party/crossing/code``; raises RegionError
        for one that it lacks.
        """
        rules = tuple(
            CrossingRule(crossing=_held(held, rule.crossing), parties=rule.parties, units=rule.units)
            for rule in self.crossing_rules
        )
        return msgspec.structs.replace(self.terms, crossings=rules)


@dataclass(frozen=True, slots=True)
class GroundDraft:
    """One record of a party's ground before it is written.

    ``key`` is ``kind/code``; ``refs`` maps a field of ``data`` to the key of the item
    that it names, which always comes earlier in the list of drafts.
    """

    key: str
    data: Data
    refs: Mapping[str, str]

    def resolve(self, held: Mapping[str, str]) -> Data:
        """Return the data with its references; ``held`` gives the reference by key.  Raises RegionError."""
        found = {field: _held(held, key) for field, key in self.refs.items()}
        return msgspec.structs.replace(self.data, **found) if found else self.data


@dataclass(frozen=True, slots=True)
class Ground:
    """A party's ground: who it is, and the drafts of its records in the order to write them."""

    party: str
    names: Names
    country: str
    zone: str
    calendar: Literal["gregory", "persian"]
    drafts: tuple[GroundDraft, ...]

    def of(self, kind: type[D]) -> tuple[D, ...]:
        """Return the data of every draft of one kind, in order."""
        return tuple(draft.data for draft in self.drafts if isinstance(draft.data, kind))

    def home_of(self, unit_code: str) -> Place | None:
        """Return the place of the post where a unit is based."""
        home = next((d.refs.get("home") for d in self.drafts if d.key == f"unit/{unit_code}"), None)
        post = next((d.data for d in self.drafts if d.key == home), None)
        return post.place if isinstance(post, Post) else None


def read_ground(path: Path) -> Ground:
    """Read a ground file; raise RegionError with the file and the field at fault."""
    file = read_json(path, GroundFile)
    desks, leaders = [one for one in file.officers if not one.refs], [one for one in file.officers if one.refs]
    groups: tuple[list[Item[Any]], ...] = (desks, file.sectors, file.crossings, file.posts, file.units, leaders)
    drafts: dict[str, GroundDraft] = {}
    for item in (item for group in groups for item in group):
        draft = _draft(item, path)
        if draft.key in drafts:
            raise RegionError(f"{draft.key} is there twice", where=str(path), do="Give each its own code")
        _check_refs(draft, drafts, path)
        drafts[draft.key] = draft
    return Ground(file.party, file.names, file.country, file.zone, file.calendar, tuple(drafts.values()))


def read_grounds(folder: Path, region: Region) -> dict[str, Ground]:
    """Read every party's ground of the region; raise RegionError if a file speaks for another party."""
    grounds = {}
    for entry in region.ground:
        ground = read_ground(folder / entry.file)
        if ground.party != entry.party:
            raise RegionError(f"the file speaks for {ground.party}, not {entry.party}", where=entry.file)
        grounds[entry.party] = ground
    return grounds


def read_terms(path: Path) -> TermsFile:
    """Read the terms of an agreement; raise RegionError with the field at fault."""
    file = read_json(path, TermsFile)
    if file.terms.crossings:
        raise RegionError("terms.crossings must be empty", where=str(path), do="Name crossings in crossing_rules")
    if file.proposer not in file.terms.parties:
        raise RegionError("the proposer is not one of the parties", where=str(path))
    return file


def _draft(item: Item[Any], path: Path) -> GroundDraft:
    data: Data = item.data
    code = data.officer if isinstance(data, Officer) else getattr(data, "code", "")
    unknown = set(item.refs) - set(data.kind_info.ref_fields)
    if unknown:
        raise RegionError(f"{code}: {sorted(unknown)[0]} is no reference of this kind", where=str(path))
    return GroundDraft(f"{data.kind_name()}/{code}", data, item.refs)


def _check_refs(draft: GroundDraft, earlier: Mapping[str, GroundDraft], path: Path) -> None:
    for field, key in draft.refs.items():
        if key not in earlier:
            raise RegionError(f"{draft.key}: {field} names {key}, which is not in the file", where=str(path))


def _held(held: Mapping[str, str], key: str) -> str:
    try:
        return held[key]
    except KeyError:
        raise RegionError(f"{key} has no record yet", do="Write the records of the ground first") from None
