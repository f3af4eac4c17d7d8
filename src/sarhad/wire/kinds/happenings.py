"""What happened and what is said of it: incidents, reports, claims, attachments, notes."""

from __future__ import annotations

from typing import Annotated, Literal

from msgspec import Meta

from sarhad.wire.ids import END, Ref
from sarhad.wire.registry import Data, kind
from sarhad.wire.values import Casualties, Hex32, Moment, Place, Short, Words

Category = Literal[
    "bombing", "suicide-bombing", "ambush", "armed-clash", "shelling", "air-strike", "abduction",
    "assassination", "incursion", "smuggling", "sabotage", "accident", "disaster", "other",
]  # fmt: skip


@kind("incident", authors={"duty", "commander", "node"})
class Incident(Data, frozen=True, kw_only=True):
    """Something that happened: one side opens it, either side may report on it.

    ``external`` is the identifier in an outside data set (``ucdp-ged:323260``) with its
    licence named by the importer's note.

    Authors: commander, duty, node.
    """

    title: Words
    category: Category
    when: Moment
    place: Place
    sector: Ref | None = None
    external: Annotated[str, Meta(max_length=120)] = ""


@kind("report", authors={"duty", "commander", "field", "node"})
class Report(Data, frozen=True, kw_only=True):
    """One side's statement about an incident.  What is absent was not stated.

    ``incident`` names it, of either party.  ``source`` says where the statement comes
    from: a unit, an office, a publication with its date.

    Authors: commander, duty, field, node.
    """

    incident: Ref
    text: Words
    category: Category | None = None
    when: Moment | None = None
    place: Place | None = None
    casualties: Casualties | None = None
    source: Annotated[str, Meta(max_length=500)] = ""
    attachments: Annotated[tuple[Ref, ...], Meta(max_length=20)] = ()


@kind("claim", authors={"duty", "commander", "secretary", "node"})
class Claim(Data, frozen=True, kw_only=True):
    """A group says that it did it; recorded by a party, with the source.

    Authors: commander, duty, node, secretary.
    """

    incident: Ref
    group: Short
    source: Annotated[str, Meta(min_length=1, max_length=500)]
    text: Words | None = None


@kind("attachment", authors={"duty", "commander", "secretary", "field", "node"})
class Attachment(Data, frozen=True, kw_only=True):
    """A file by its content: SHA-256 of its bytes, size in bytes, media type (RFC 6838).

    Authors: commander, duty, field, node, secretary.
    """

    sha256: Hex32
    size: Annotated[int, Meta(ge=1, le=50_000_000)]
    media_type: Annotated[str, Meta(pattern=r"^[a-z0-9.+-]{1,60}/[a-z0-9.+-]{1,60}" + END)]
    name: Annotated[str, Meta(max_length=200)] = ""
    about: Ref | None = None


@kind("note", authors={"duty", "commander", "secretary", "planner", "auditor", "administrator", "field", "node"})
class Note(Data, frozen=True, kw_only=True):
    """A free remark, on a record or on the watch.

    Authors: administrator, auditor, commander, duty, field, node, planner, secretary.
    """

    text: Words
    about: Ref | None = None
