"""What each partner will see of a record, before it is written."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import msgspec

from sarhad.desk.rules import Situation, all_refs
from sarhad.wire import canonical
from sarhad.wire.ids import party_of
from sarhad.wire.registry import Data
from sarhad.wire.values import TLP, Release, may_read


class PreviewWarning(msgspec.Struct, frozen=True, kw_only=True):
    """What an officer should know before releasing; nothing that forbids it.

    ``code``: ``unreadable-reference`` (``ref`` is named and the partner cannot read it),
    ``not-held`` (``ref`` exists, its content is not here) or ``no-agreement`` (no
    deadline will run).
    """

    code: str
    what: str
    ref: str | None = None


class PreviewPartner(msgspec.Struct, frozen=True, kw_only=True):
    """What ``partner`` will see: the whole body as JSON, or, when ``reads`` is False, a commitment of 32 bytes only."""

    partner: str
    reads: bool
    tlp: str
    body: dict[str, Any] | None
    warnings: tuple[PreviewWarning, ...]


def previews(
    now: Situation, body: bytes, data: Data | None, release: Release, agreed: Callable[[str], bool]
) -> list[PreviewPartner]:
    """Return one preview a partner, by name.  ``agreed`` tells whether an agreement with a partner is in force."""
    refs = sorted(all_refs(data)) if data is not None else []
    expects = data is not None and data.kind_info.expects != "none"
    shown = canonical.decode(body)
    result = []
    for partner in sorted(now.partners):
        reads = may_read(release, partner, now.partners)
        warnings = _warnings(now, partner, refs) if reads else []
        if reads and expects and not agreed(partner):
            said = f"no agreement with {partner} is in force: no deadline will run"
            warnings.append(PreviewWarning(code="no-agreement", what=said))
        result.append(
            PreviewPartner(
                partner=partner,
                reads=reads,
                tlp=TLP.get(release.to, ""),
                body=shown if reads else None,
                warnings=tuple(warnings),
            )
        )
    return result


def _warnings(now: Situation, partner: str, refs: list[str]) -> list[PreviewWarning]:
    found = []
    for ref in refs:
        if party_of(ref) == partner:
            continue
        if now.held(ref) is None:
            said = f"{ref} is named and its content is not held here"
            found.append(PreviewWarning(code="not-held", what=said, ref=ref))
        elif partner not in now.readers(ref):
            said = f"{partner} will see a reference to {ref}, which it may not read"
            found.append(PreviewWarning(code="unreadable-reference", what=said, ref=ref))
    return found
