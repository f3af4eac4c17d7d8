"""Copies and checks begun at the desk: one of each at a time, in a thread, with how far it is."""

from __future__ import annotations

import asyncio
import sqlite3
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Literal

import msgspec

from sarhad.desk import Actor
from sarhad.ledger.fsck import fsck
from sarhad.node.backup import back_up
from sarhad.node.folder import NodeFolder
from sarhad.web.keeping import FoundView, JobView
from sarhad.wire.errors import Refused, SarhadError

Kind = Literal["backup", "fsck"]


@dataclass(slots=True)
class Jobs:
    """The last copy and the last check.  ``views`` is written by start() and by the thread of its job."""

    folder: NodeFolder
    party: str
    backup_folder: Path | None
    clock: Callable[[], int]
    views: dict[Kind, JobView] = field(default_factory=dict)
    _tasks: set[asyncio.Task[None]] = field(default_factory=set)

    def start(self, kind: Kind, actor: Actor) -> JobView:
        """Begin; raise Refused while one runs, or where no folder for copies is set."""
        held = self.views.get(kind)
        if held is not None and held.state == "running":
            raise Refused("one runs already", where=kind, do="Wait until it has ended")
        now = self.clock()
        place = str(self._target(now)) if kind == "backup" else ""
        self.views[kind] = JobView(
            kind=kind, state="running", by=actor.officer, began_us=now, ended_us=None, done=0, total=0, entries=0,
            files=0, place=place, problem="", found=(),
        )  # fmt: skip
        task = asyncio.create_task(asyncio.to_thread(self._run, kind))
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)
        return self.views[kind]

    def _target(self, now_us: int) -> Path:
        if self.backup_folder is None:
            raise Refused(
                "no folder for copies is set",
                where="backup_folder",
                do="Set backup_folder in sarhad.toml, or run: sarhad backup",
            )
        stamp = datetime.fromtimestamp(now_us // 1_000_000, UTC).strftime("%Y-%m-%dT%H%M%SZ")
        return self.backup_folder / f"{self.party}-{stamp}"

    def _change(self, kind: Kind, **how: object) -> None:
        self.views[kind] = msgspec.structs.replace(self.views[kind], **how)

    def _run(self, kind: Kind) -> None:
        """Do the work, off the event loop; whatever comes of it stands in the view."""
        try:
            {"backup": self._copy, "fsck": self._check}[kind]()
        except (SarhadError, OSError, sqlite3.Error) as error:
            self._change(kind, state="failed", problem=str(error), ended_us=self.clock())

    def _copy(self) -> None:
        place = Path(self.views["backup"].place)
        made = back_up(self.folder.root, place, lambda done, total: self._change("backup", done=done, total=total))
        self._change("backup", state="done", entries=made.entries, files=made.files, ended_us=self.clock())

    def _check(self) -> None:
        report = fsck(self.folder.root, lambda done, total: self._change("fsck", done=done, total=total))
        found = tuple(FoundView(log=one.log, seq=one.seq, what=one.what, do=one.do) for one in report.problems)
        entries = sum(log.size for log in report.logs)
        state = "done" if report.ok else "failed"
        self._change("fsck", state=state, entries=entries, found=found, ended_us=self.clock())
