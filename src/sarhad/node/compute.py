"""Long computing beside the desk: one worker process with the region's roads loaded once.

The event loop never computes: a question goes to the worker as bytes and comes back as
bytes.  The worker starts with the first question, takes one at a time, is ended when one
takes too long, and is started again by the next one after it broke down.
"""

from __future__ import annotations

import asyncio
import contextlib
import sys
from collections.abc import Coroutine, Sequence
from pathlib import Path
from typing import Any

import msgspec

from sarhad.node.computing import HEAD, MAX_BYTES, Failure
from sarhad.response.errors import PlanError
from sarhad.wire.errors import SarhadError, Unavailable

WAITING = 16
"""Questions that may wait for their turn; more are refused."""

WORKER = (sys.executable, "-m", "sarhad.node.computing")


class Compute:
    """One worker process.  Use it within one event loop."""

    def __init__(
        self, region: Path | None, *, niceness: int = 0, waiting: int = WAITING, worker: Sequence[str] = WORKER
    ) -> None:
        """Compute on the roads of ``region``; ``niceness`` yields the processor to others.  Nothing starts yet."""
        self._command = worker
        self._region = region
        self._niceness = niceness
        self._most = waiting
        self._turn = asyncio.Lock()  # held by the question that the worker has
        self._waiting = 0  # written by __call__
        self._process: asyncio.subprocess.Process | None = None  # written by _worker and _end, under _turn
        self._running: set[asyncio.Task[bytes]] = set()  # kept from the garbage collector until done

    async def __call__(self, task: str, question: bytes, *, timeout_s: float = 30.0) -> bytes:
        """Return the worker's answer to ``question``; ``task`` is one of sarhad.node.computing.TASKS.

        Raises PlanError as the task does; Unavailable when too many wait, when it took
        longer than ``timeout_s`` (waiting for its turn not counted), or the worker broke
        down.  A caller that gives up while waiting takes its question back; once the
        worker has it, it is computed to its end and the answer dropped.
        """
        if self._region is None:
            raise PlanError("plan-no-region", "this node has no region to plan on", do="Set region in sarhad.toml")
        if self._waiting >= self._most:
            raise Unavailable("too many questions are waiting to be computed", where=task, do="Try again in a minute")
        self._waiting += 1
        try:
            await self._turn.acquire()
        finally:
            self._waiting -= 1
        return await self._to_its_end(self._ask(self._region, task, question, timeout_s))

    async def close(self) -> None:
        """End the worker, whatever it is doing."""
        for running in tuple(self._running):
            running.cancel()
        await asyncio.gather(*self._running, return_exceptions=True)
        await self._end()

    async def _to_its_end(self, asking: Coroutine[Any, Any, bytes]) -> bytes:
        running = asyncio.create_task(asking)
        self._running.add(running)
        running.add_done_callback(self._running.discard)
        try:
            return await asyncio.shield(running)
        except asyncio.CancelledError:
            running.add_done_callback(_read_off)
            raise

    async def _ask(self, region: Path, task: str, question: bytes, timeout_s: float) -> bytes:
        """Put one question to the worker; the caller has taken the turn, this gives it back."""
        answered = False
        try:
            process = await self._worker(region)
            answer = await asyncio.wait_for(_exchange(process, task, question), timeout_s)
            answered = True
        except TimeoutError as error:
            raise Unavailable(
                f"the answer took longer than {timeout_s:g} s", where=task, do="Ask for less, or try again"
            ) from error
        except (asyncio.IncompleteReadError, OSError) as error:
            raise Unavailable("the computing broke down", where=task, do="Try again; see the node's log") from error
        finally:
            try:
                if not answered:
                    await self._end()
            finally:
                self._turn.release()
        return _opened(answer)

    async def _worker(self, region: Path) -> asyncio.subprocess.Process:
        if self._process is None or self._process.returncode is not None:
            self._process = await asyncio.create_subprocess_exec(
                *self._command,
                str(region),
                str(self._niceness),
                stdin=asyncio.subprocess.PIPE,
                stdout=asyncio.subprocess.PIPE,
            )
        return self._process

    async def _end(self) -> None:
        process, self._process = self._process, None
        if process is None:
            return
        with contextlib.suppress(ProcessLookupError):
            process.kill()
        await process.wait()


async def _exchange(process: asyncio.subprocess.Process, task: str, question: bytes) -> bytes:
    assert process.stdin is not None
    assert process.stdout is not None
    name = task.encode()
    process.stdin.write(HEAD.pack(len(name), len(question)) + name + question)
    await process.stdin.drain()
    failed, size = HEAD.unpack(await process.stdout.readexactly(HEAD.size))
    if size > MAX_BYTES:
        raise asyncio.IncompleteReadError(b"", size)
    return bytes([failed]) + await process.stdout.readexactly(size)


def _opened(answer: bytes) -> bytes:
    """Return the answer, or raise the failure that came in its place."""
    if not answer[0]:
        return answer[1:]
    failure = msgspec.msgpack.decode(answer[1:], type=Failure)
    if failure.retry:
        raise Unavailable(failure.what, where=failure.where, do=failure.do)
    refused = PlanError(failure.code, failure.what, do=failure.do, **failure.values)
    refused.where = failure.where
    raise refused


def _read_off(task: asyncio.Task[bytes]) -> None:
    """Look at how a task ended that nobody waits for, so that its failure is not told as forgotten."""
    if not task.cancelled() and (error := task.exception()) is not None and not isinstance(error, SarhadError):
        raise error
