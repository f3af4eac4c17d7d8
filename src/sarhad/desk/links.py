"""What a desk knows of its link to a partner; written by the exchange only."""

from __future__ import annotations

from typing import Literal

import msgspec

LinkState = Literal["up", "down", "connecting", "frozen", "suspended", "never"]


class LinkView(msgspec.Struct, frozen=True, kw_only=True):
    """The link to ``partner``.

    ``last_contact_us``: UTC µs, None when there was none.  ``waiting``: own released
    records not yet countersigned; ``oldest_waiting_us``: the claimed time of the oldest.
    ``behind``: partner entries known to exist but not held.  ``skew_us``: partner's
    clock minus ours, None when unknown.  ``reason``: in words, empty when up.
    """

    partner: str
    state: LinkState
    last_contact_us: int | None = None
    waiting: int = 0
    oldest_waiting_us: int | None = None
    behind: int = 0
    skew_us: int | None = None
    reason: str = ""
