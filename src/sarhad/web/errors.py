"""Every failure as JSON: code, what, where, what to do, and whether to try again.

The one place in the web where a broad except is allowed: what nobody expected becomes
a 500 that tells the caller nothing of the inside, and is logged with a number.
"""

from __future__ import annotations

import secrets
import traceback
from collections.abc import Mapping
from http import HTTPStatus
from typing import Any

import msgspec
import structlog
from litestar import MediaType, Request, Response
from litestar.exceptions import HTTPException, ValidationException

from sarhad.desk.throttle import Throttled
from sarhad.response.errors import PlanError
from sarhad.web.forms import form_of
from sarhad.web.refusals import reader, told
from sarhad.wire.errors import Refused, SarhadError, Unavailable, VerificationError

log = structlog.get_logger("sarhad.web")


class ErrorView(msgspec.Struct, frozen=True, kw_only=True):
    """``code``: a stable word; ``retry``: the same call may succeed later unchanged.

    ``values``: what the words of a plan's failure, or of a call of the wrong form, are about, so that
    the page says it in its language.
    """

    code: str
    what: str
    where: str = ""
    do: str = ""
    retry: bool = False
    values: dict[str, str | int] = {}


class Limited(Unavailable):
    """Too many calls in a short time."""

    code = "too-many-calls"

    def __init__(self, retry_after_s: int) -> None:
        """Say when to call again, in seconds."""
        super().__init__("too many calls in a short time", do=f"Wait {retry_after_s} seconds")
        self.retry_after_s = retry_after_s


class BadRequest(SarhadError):
    """The call is not of the form that the OpenAPI document describes."""

    code = "bad-request"


class Forbidden(SarhadError):
    """The call does not come from the desk's own pages, or lacks their token."""

    code = "forbidden"


STATUS: dict[str, int] = {
    "bad-request": 400,
    "wrong-password": 401,
    "no-passkeys": 404,
    "not-signed-in": 401,
    "forbidden": 403,
    "role": 403,
    "not-found": 404,
    "key-reused": 409,
    "superseded": 409,
    "too-large": 413,
    "plan-not-installed": 503,
    "plan-no-region": 503,
    "throttled": 429,
    "too-many-calls": 429,
}
"""Status by error code; otherwise by class, see status_of()."""


def status_of(error: SarhadError) -> int:
    """422 for what the rules or checks refuse, 503 for what may succeed later, 500 for the rest."""
    if error.code in STATUS:
        return STATUS[error.code]
    if isinstance(error, (Refused, VerificationError, PlanError)):
        return 422
    return 503 if error.retry else 500


def view_of(error: SarhadError) -> ErrorView:
    """Return what is told of an error."""
    view = ErrorView(code=error.code, what=error.what, where=error.where, do=error.do, retry=error.retry)
    if isinstance(error, BadRequest):
        return msgspec.structs.replace(view, values=form_of(error.what, error.where))
    return msgspec.structs.replace(view, values=error.values) if isinstance(error, PlanError) else view


def expected(request: Request[Any, Any, Any], error: SarhadError) -> Response[ErrorView]:
    """Answer an error that the program foresaw."""
    view = view_of(error)
    headers = {}
    if isinstance(error, (Throttled, Limited)):
        headers["Retry-After"] = str(error.retry_after_s)
    return answer(request, view, status_of(error), headers)


def http(request: Request[Any, Any, Any], error: HTTPException) -> Response[ErrorView]:
    """Answer what the framework refused: no such path, wrong method, a body that is not of its type."""
    status = error.status_code
    if status >= 500:
        return unexpected(request, error)
    what, where = error.detail or HTTPStatus(status).phrase, ""
    if isinstance(error, ValidationException) and isinstance(error.extra, list) and error.extra:
        first = error.extra[0]
        if isinstance(first, Mapping):
            what, where = str(first.get("message", what)), str(first.get("key", ""))
    code = {404: "not-found", 405: "wrong-method", 413: "too-large"}.get(status, "bad-request")
    do = "See /api/openapi.json for the calls that there are" if status in (404, 405) else "Mend the call"
    values = form_of(what, where) if code == "bad-request" else {}
    view = ErrorView(code=code, what=what, where=where, do=do, values=values)
    return answer(request, view, status, dict(error.headers or {}))


def too_deep(request: Request[Any, Any, Any], _error: RecursionError) -> Response[ErrorView]:
    """Answer a body nested so deep that the decoder gives up."""
    view = ErrorView(code="bad-request", what="the body is nested too deep", do="Mend the call")
    return answer(request, view, 400)


def unexpected(request: Request[Any, Any, Any], error: Exception) -> Response[ErrorView]:
    """Answer what nobody foresaw; the log has the details under the number that the caller is told."""
    number = secrets.token_hex(4)
    # The trace as text: a rendered one would show local variables, passwords among them.
    trace = "".join(traceback.format_exception(error))
    log.error("unexpected error", number=number, path=request.url.path, trace=trace)
    view = ErrorView(
        code="internal",
        what="something went wrong inside the node",
        where=f"error {number}",
        do="Try again; if it happens again, give the administrator this number",
        retry=True,
    )
    return answer(request, view, 500)


def answer(
    request: Request[Any, Any, Any], view: ErrorView, status: int, headers: dict[str, str] | None = None
) -> Response[ErrorView]:
    """Make the JSON response, in the language that the caller asks for as far as there are words in it."""
    language = reader(request.headers.get("accept-language", ""))
    said = msgspec.structs.replace(
        view, what=told("refused", view.what, language), do=told("advice", view.do, language)
    )
    return Response(said, status_code=status, media_type=MediaType.JSON, headers=headers or {})


HANDLERS: dict[Any, Any] = {SarhadError: expected, HTTPException: http, RecursionError: too_deep, Exception: unexpected}
