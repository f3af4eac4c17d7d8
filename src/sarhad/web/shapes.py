"""What the calls take and give, besides the picture's own views."""

from __future__ import annotations

from typing import Annotated, Any, Literal

import msgspec
from msgspec import Meta

from sarhad.desk import LinkView
from sarhad.desk.photos import PhotoFacts
from sarhad.picture.views import ItemView, OfficerView, RecordView, TermsView
from sarhad.wire.ids import OfficerId, PartyId, Ref
from sarhad.wire.registry import Role
from sarhad.wire.values import Names, Release

Exercise = Annotated[str, Meta(pattern="^[a-z0-9][a-z0-9-]{0,62}$", description="The drill's name; absent when live")]
Key = Annotated[str, Meta(min_length=1, max_length=120, description="Makes the call safe to repeat; a UUID does")]
Password = Annotated[str, Meta(min_length=1, max_length=1_024)]


class Body(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Base of what is sent: a field that is not known is refused, not passed over."""


class SecretBody(Body, frozen=True, kw_only=True):
    """A body with a password in it: never shown when printed, in a log or a trace."""

    def __repr__(self) -> str:
        """Name the type only."""
        return f"{type(self).__name__}(…)"


class Answered(msgspec.Struct, frozen=True, kw_only=True):
    """Base of what is answered."""


class SignIn(SecretBody, frozen=True, kw_only=True):
    """Name and password."""

    officer: Annotated[str, Meta(min_length=1, max_length=63)]
    password: Password


class PasswordChange(SecretBody, frozen=True, kw_only=True):
    """The password until now, and the new one."""

    old: Password
    new: Password


class SessionView(Answered, frozen=True, kw_only=True):
    """Who is signed in.  ``csrf`` goes into the header X-CSRF-Token of every unsafe call; times are µs UTC."""

    party: str
    officer: str
    title: Names
    roles: tuple[Role, ...]
    csrf: str
    began_us: int
    expires_us: int
    now_us: int
    must_choose: bool = False
    """Signed in with a one-time password: nothing opens until an own one is chosen."""

    def __repr__(self) -> str:
        """Leave the token out."""
        return f"SessionView(officer={self.officer!r})"


class PartyView(Answered, frozen=True, kw_only=True):
    """A party as its manifest names it; ``zone`` is an IANA time zone."""

    party: str
    log: str
    names: Names
    country: str
    zone: str
    calendar: str


class PartnerView(Answered, frozen=True, kw_only=True):
    """A partner: who, how the link is, the terms in force, and who suspended the exchange (record) if so."""

    party: str
    manifest: PartyView | None
    link: LinkView
    terms: TermsView | None
    suspended_by_us: str | None
    suspended_by_them: str | None


class KindView(Answered, frozen=True, kw_only=True):
    """A kind of record: who may write it, whether it is a signed act, what its receiver owes, and whether I may."""

    kind: str
    authors: tuple[Role, ...]
    act: bool
    expects: Literal["none", "acknowledge", "answer"]
    allowed: bool


class InboxItem(ItemView, frozen=True, kw_only=True):
    """An item at our desk; ``escalates_us``: when it goes, or went, to the commander unless it is acknowledged.

    None: never.  It follows from delivery, terms and this node's setting.
    """

    escalates_us: int | None


class ColleagueView(Answered, frozen=True, kw_only=True):
    """An officer in service who may have the watch or an item; ``at_desk``: has the pages open now."""

    officer: str
    title: Names
    roles: tuple[Role, ...]
    at_desk: bool


class DeskView(Answered, frozen=True, kw_only=True):
    """The frame of every screen.

    ``escalate_percent``: the node's setting; 0: never.  ``event`` is where the event stream stands: resume from there.
    """

    party: str
    manifest: PartyView | None
    partners: tuple[PartnerView, ...]
    officer: OfficerView
    kinds: tuple[KindView, ...]
    exercises: tuple[str, ...]
    escalate_percent: int
    now_us: int
    event: str


class RecordDetail(RecordView, frozen=True, kw_only=True):
    """A record with who may read it now, its body as JSON, and the exact bytes that are signed (``body_text``)."""

    readers: tuple[str, ...]
    body: dict[str, Any]
    body_text: str


class Written(Answered, frozen=True, kw_only=True):
    """The record that was written, durable and folded in."""

    ref: str
    kind: str
    at: int


class BlurBody(Body, frozen=True, kw_only=True):
    """State an own unit's status again with its place blurred to a cell of ``cell_m`` metres, for these readers."""

    record: Ref
    cell_m: Annotated[int, Meta(ge=500, le=200_000)]
    release: Release
    key: Key | None = None


class ReceiptsBody(Body, frozen=True, kw_only=True):
    """Confirm these records, of any partner."""

    step: Literal["seen", "acknowledged"]
    refs: Annotated[tuple[Ref, ...], Meta(min_length=1, max_length=500)]


class ReceiptsView(Answered, frozen=True, kw_only=True):
    """The receipts written; none when all was confirmed before."""

    refs: tuple[str, ...]


class PreviewBody(Body, frozen=True, kw_only=True):
    """Either a new record (``kind`` and ``data``), or a release of one that exists (``record``)."""

    release: Release
    kind: str | None = None
    data: dict[str, Any] | None = None
    exercise: Exercise | None = None
    record: Ref | None = None


class AttachmentView(Answered, frozen=True, kw_only=True):
    """A stored file: name its SHA-256 and size in an attachment record.

    ``media_type`` by its first bytes (application/octet-stream unless it is a photo), ``photo`` what a photo tells.
    """

    sha256: str
    size: int
    media_type: str
    photo: PhotoFacts | None


class AttachedView(Answered, frozen=True, kw_only=True):
    """An attachment record and its file.

    ``here`` False: the file did not come yet, ``so_far`` bytes of it did.  ``photo``: there is a
    view of it.  ``name`` is safe to show.  ``readers``: the partners that may have it, when it is ours.
    """

    ref: str
    party: str
    by: str
    at: int
    sha256: str
    size: int
    media_type: str
    name: str
    about: str | None
    here: bool
    so_far: int
    photo: bool
    readers: tuple[str, ...]
    tlp: str


class CountersignedView(Answered, frozen=True, kw_only=True):
    """A party's first countersignature that covers a record: the signer's own clock, seconds UTC."""

    party: PartyId
    time_s: int


class ExportBody(Body, frozen=True, kw_only=True):
    """For whom: ``own`` (everything held), ``public``, or a partner's name (what it may read)."""

    audience: Annotated[str, Meta(pattern="^[a-z][a-z0-9-]{0,30}$")]


class DigestView(Answered, frozen=True, kw_only=True):
    """SHA-256 of the picture of what both parties may read; equal on both desks when both hold the same."""

    partner: PartyId
    sha256: str


class AccountView(Answered, frozen=True, kw_only=True):
    """An officer of our party, and whether there is a password."""

    officer: OfficerView
    can_sign_in: bool


class HealthView(Answered, frozen=True, kw_only=True):
    """The node answers."""

    status: Literal["ok"]
    party: str
    now_us: int


SignInName = OfficerId
