"""An officer at a desk, as a program: signs in over HTTP and acts like the page does."""

from __future__ import annotations

import asyncio
import ssl
from collections.abc import Callable
from pathlib import Path
from typing import Any

import aiohttp

from sarhad.wire.errors import SarhadError

POLL_S = 0.05
CALL_TIMEOUT_S = 60.0
"""The planner may be asked: its process starts with the first question."""


class DeskRefusedError(SarhadError):
    """The desk's HTTP interface answered with an error."""

    code = "desk-refused"


class OfficerClient:
    """One signed-in officer.  Every call returns the decoded JSON of the answer."""

    def __init__(self, base_url: str, officer: str, password: str, ca: Path | None = None) -> None:
        """Name the desk's address and the sign-in; nothing is sent yet.

        ``ca``: certificate (PEM) to trust where the desk's is signed by a local authority.
        """
        self.base_url = base_url
        self.officer = officer
        self._password = password
        self._token = ""  # set by sign_in, sent with every unsafe call
        trust = ssl.create_default_context(cafile=ca) if ca is not None else True
        self._session = aiohttp.ClientSession(
            base_url,
            connector=aiohttp.TCPConnector(ssl=trust),
            cookie_jar=aiohttp.CookieJar(unsafe=True),
            timeout=aiohttp.ClientTimeout(total=CALL_TIMEOUT_S),
        )

    async def sign_in(self) -> dict[str, Any]:
        """Open the session; keep its CSRF token."""
        answer: dict[str, Any] = await self.post("/api/session", {"officer": self.officer, "password": self._password})
        self._token = answer["csrf"]
        return answer

    async def close(self) -> None:
        """Close the connections."""
        await self._session.close()

    async def get(self, path: str, **params: str | int) -> Any:
        """GET ``path``."""
        async with self._session.get(path, params=params) as response:
            return await self._read(response, path)

    async def post(self, path: str, body: Any) -> Any:
        """POST ``body`` as JSON to ``path``."""
        async with self._session.post(path, json=body, headers={"X-CSRF-Token": self._token}) as response:
            return await self._read(response, path)

    async def download(self, path: str, body: Any) -> bytes:
        """POST ``body`` and return the answer's bytes."""
        async with self._session.post(path, json=body, headers={"X-CSRF-Token": self._token}) as response:
            if response.status >= 400:
                await self._read(response, path)
            return await response.read()

    async def _read(self, response: aiohttp.ClientResponse, path: str) -> Any:
        answer = await response.json(content_type=None)
        if response.status >= 400:
            what = answer.get("what", response.reason) if isinstance(answer, dict) else response.reason
            raise DeskRefusedError(f"{response.status}: {what}", where=path)
        return answer

    async def act(self, kind: str, data: Any, release: Any, exercise: str | None = None, key: str | None = None) -> str:
        """Write one record, once for each ``key`` if one is given; return its reference."""
        marks = {"exercise": exercise, "key": key}
        body = {"data": data, "release": release, **{name: value for name, value in marks.items() if value}}
        answer = await self.post(f"/api/acts/{kind}", body)
        ref: str = answer["ref"]
        return ref

    async def until(self, path: str, wanted: Callable[[Any], bool], timeout_s: float, **params: str | int) -> Any:
        """Ask ``path`` again until ``wanted`` holds of the answer; return the last answer either way."""
        end = asyncio.get_running_loop().time() + timeout_s
        while True:
            try:
                answer = await self.get(path, **params)
            except (DeskRefusedError, aiohttp.ClientConnectionError):  # not there yet
                answer = None
            if (answer is not None and wanted(answer)) or asyncio.get_running_loop().time() > end:
                return answer
            await asyncio.sleep(POLL_S)
