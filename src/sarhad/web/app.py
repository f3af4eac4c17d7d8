"""The desk's web application: handlers, guards, limits and headers put together."""

from __future__ import annotations

from collections.abc import Sequence

from litestar import Litestar, get
from litestar.datastructures import MutableScopeHeaders
from litestar.di import Provide
from litestar.enums import MediaType
from litestar.handlers import HTTPRouteHandler
from litestar.openapi import OpenAPIConfig
from litestar.response import Response
from litestar.types import Message, Scope

from sarhad.desk import Desk
from sarhad.desk.accounts import Accounts
from sarhad.desk.approvals import Approvals
from sarhad.desk.attachments import Attachments
from sarhad.web import (
    acts,
    admin,
    admin_node,
    attachments,
    cell,
    chart,
    countersigned,
    drills,
    errors,
    events,
    field,
    news,
    pages,
    phones,
    places,
    plan,
    printing,
    records,
    replay,
    response,
    session,
    signin,
    units,
    uploads,
    watch,
)
from sarhad.web.drilling import Drilling
from sarhad.web.guards import Doorkeeper, allow, keep_door
from sarhad.web.keeping import Keeping
from sarhad.web.office import Office
from sarhad.web.settings import Compute, Export, Printer, WebSettings

HEADERS = {
    "Content-Security-Policy": "default-src 'none'; script-src 'self'; style-src 'self'; "
    "img-src 'self' data: blob:; font-src 'self'; connect-src 'self'; worker-src 'self'; media-src 'self'; "
    "manifest-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'",
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Referrer-Policy": "no-referrer",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Permissions-Policy": "camera=(self), geolocation=(self), microphone=(), payment=(), usb=()",
}
HSTS = "max-age=31536000"


@get("/api/openapi.json", opt=allow(), include_in_schema=False)
async def get_openapi() -> Response[bytes]:
    """The OpenAPI document."""
    from sarhad.web.openapi import document_bytes  # noqa: PLC0415  (the document is made from this module)

    return Response(document_bytes(), media_type=MediaType.JSON)


def api() -> list[HTTPRouteHandler]:
    """Every call that the OpenAPI document describes."""
    groups: Sequence[Sequence[HTTPRouteHandler]] = (
        session.HANDLERS,
        signin.HANDLERS,
        admin.HANDLERS,
        admin_node.HANDLERS,
        watch.HANDLERS,
        records.HANDLERS,
        places.HANDLERS,
        printing.HANDLERS,
        list(acts.handlers()),
        attachments.HANDLERS,
        uploads.HANDLERS,
        units.HANDLERS,
        countersigned.HANDLERS,
        cell.HANDLERS,
        response.HANDLERS,
        field.HANDLERS,
        phones.HANDLERS,
        chart.HANDLERS,
        replay.HANDLERS,
        events.HANDLERS,
        news.HANDLERS,
        plan.HANDLERS,
        drills.HANDLERS,
    )
    return [handler for group in groups for handler in group]


def create_app(
    desk: Desk,
    accounts: Accounts,
    attachments: Attachments,
    *,
    settings: WebSettings | None = None,
    export: Export | None = None,
    printer: Printer | None = None,
    compute: Compute | None = None,
    plans: Compute | None = None,
    approvals: Approvals | None = None,
    keeping: Keeping | None = None,
    drilling: Drilling | None = None,
) -> Litestar:
    """Make the application of one desk; serve it on the desk's address."""
    office = Office(
        desk, accounts, attachments, settings or WebSettings(), export, printer, compute, plans, approvals, keeping,
        drilling,
    )  # fmt: skip
    return application(office, None)


def application(office: Office, openapi: OpenAPIConfig | None) -> Litestar:
    """Put everything together; ``openapi`` is given only where the document is made, never where calls are served."""

    async def provide_office() -> Office:
        return office

    async def add_headers(message: Message, scope: Scope) -> None:
        if message["type"] == "http.response.start":
            headers = MutableScopeHeaders.from_message(message)
            for name, value in HEADERS.items():
                headers.setdefault(name, value)
            if office.settings.https:
                headers.setdefault("Strict-Transport-Security", HSTS)
            if scope["path"].startswith("/api/"):
                headers.setdefault("Cache-Control", "no-store")

    return Litestar(
        [*api(), get_openapi, phones.get_authority, *pages.HANDLERS],
        dependencies={"office": Provide(provide_office)},
        guards=[keep_door],
        middleware=[Doorkeeper(office)],
        exception_handlers=errors.HANDLERS,
        before_send=[add_headers],
        request_max_body_size=office.settings.json_bytes,
        openapi_config=openapi,
        signature_namespace={"Office": Office},
        debug=False,
        logging_config=None,
        pdb_on_exception=False,
    )
