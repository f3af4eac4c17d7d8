"""Prints, as values for the pages and as PDF: an incident, the log, the handover of the watch, a drill's score."""

from __future__ import annotations

from typing import Annotated

from litestar import Response, get
from litestar.params import FromPath, PathParameter, QueryParameter

from sarhad.web.guards import allow
from sarhad.web.office import Call, Here, Office, signed_in
from sarhad.web.paper import Paper
from sarhad.web.records import Time, Words
from sarhad.web.settings import Printer, PrintOrder
from sarhad.web.watch import Drill
from sarhad.wire.errors import Unavailable
from sarhad.wire.ids import make_ref, parse_ref
from sarhad.wire.values import Language

SUFFIX = ".pdf"
READERS = allow("duty", "commander", "secretary", "planner", "auditor")
DRILLED = allow("planner", "commander", "auditor", "administrator", "duty")
"""Who sees drills."""
PDF = "application/pdf"
Drilled = Annotated[str, PathParameter(pattern="^[a-z0-9][a-z0-9-]{0,62}$")]
DrilledFile = Annotated[str, PathParameter(pattern=r"^[a-z0-9][a-z0-9-]{0,62}\.pdf$")]
"""A drill's name, which goes into a file's name and so into a header."""

Lang = Annotated[
    Language, QueryParameter(required=False, description="The language of the form; texts stay as written")
]


@get("/api/print/incident/{name:str}", opt=READERS, operation_id="printIncident", tags=["print"], media_type=PDF)
async def print_incident(request: Call, office: Here, name: FromPath[str], lang: Lang = "en") -> Response[bytes]:
    """One incident, named ``pk:4.pdf``: statements side by side, what agrees, the timeline with its proofs."""
    log, seq = parse_ref(name.removesuffix(SUFFIX))
    return await _print(request, office, PrintOrder("incident", lang, ref=make_ref(log, seq)))


@get("/api/print/log.pdf", opt=READERS, operation_id="printLog", tags=["print"], media_type=PDF)
async def print_log(
    request: Call,
    office: Here,
    lang: Lang = "en",
    exercise: Drill = None,
    since_us: Time = None,
    until_us: Time = None,
    q: Words = "",
) -> Response[bytes]:
    """The newest records of a time, 400 at the most."""
    order = PrintOrder("log", lang, exercise=exercise, since_us=since_us, until_us=until_us, q=q)
    return await _print(request, office, order)


@get("/api/print/handover.pdf", opt=READERS, operation_id="printHandover", tags=["print"], media_type=PDF)
async def print_handover(request: Call, office: Here, lang: Lang = "en", exercise: Drill = None) -> Response[bytes]:
    """What is open at the handover of the watch, with lines to sign on."""
    return await _print(request, office, PrintOrder("handover", lang, exercise=exercise))


@get("/api/paper/incident/{ref:str}", opt=READERS, operation_id="paperOfIncident", tags=["print"])
async def paper_of_incident(request: Call, office: Here, ref: FromPath[str], lang: Lang = "en") -> Paper:
    """What the print of an incident says."""
    log, seq = parse_ref(ref)
    return await _paper(request, office, PrintOrder("incident", lang, ref=make_ref(log, seq)))


@get("/api/paper/log", opt=READERS, operation_id="paperOfLog", tags=["print"])
async def paper_of_log(
    request: Call,
    office: Here,
    lang: Lang = "en",
    exercise: Drill = None,
    since_us: Time = None,
    until_us: Time = None,
    q: Words = "",
) -> Paper:
    """What the print of the log says: the newest records of a time, 400 at the most."""
    order = PrintOrder("log", lang, exercise=exercise, since_us=since_us, until_us=until_us, q=q)
    return await _paper(request, office, order)


@get("/api/paper/handover", opt=READERS, operation_id="paperOfHandover", tags=["print"])
async def paper_of_handover(request: Call, office: Here, lang: Lang = "en", exercise: Drill = None) -> Paper:
    """What the print of the handover says."""
    return await _paper(request, office, PrintOrder("handover", lang, exercise=exercise))


@get("/api/print/drill/{name:str}", opt=DRILLED, operation_id="printDrill", tags=["print"], media_type=PDF)
async def print_drill(request: Call, office: Here, name: DrilledFile, lang: Lang = "en") -> Response[bytes]:
    """The score of a drill, named ``autumn.pdf``: both sides' sums, and every expectation by its outcome."""
    return await _print(request, office, PrintOrder("drill", lang, exercise=name.removesuffix(SUFFIX)))


@get("/api/paper/drill/{exercise:str}", opt=DRILLED, operation_id="paperOfDrill", tags=["print"])
async def paper_of_drill(request: Call, office: Here, exercise: Drilled, lang: Lang = "en") -> Paper:
    """What the print of a drill's score says."""
    return await _paper(request, office, PrintOrder("drill", lang, exercise=exercise))


async def _paper(request: Call, office: Office, order: PrintOrder) -> Paper:
    return await _printer(office).paper(order, signed_in(request).actor)


async def _print(request: Call, office: Office, order: PrintOrder) -> Response[bytes]:
    actor = signed_in(request).actor
    printer = _printer(office)
    office.prints.take(actor.officer)
    made = await printer.pdf(order, actor)
    named = order.ref.replace(":", "-") or (f"drill-{order.exercise}" if order.what == "drill" else order.what)
    name = f"sarhad-{office.desk.party}-{named}{SUFFIX}"
    return Response(made, media_type=PDF, headers={"Content-Disposition": f'attachment; filename="{name}"'})


def _printer(office: Office) -> Printer:
    if office.printer is None:
        raise Unavailable("this node makes no prints", where="print", do="Print the page from the browser")
    return office.printer


HANDLERS = [print_incident, print_log, print_handover, print_drill,
            paper_of_incident, paper_of_log, paper_of_handover, paper_of_drill]  # fmt: skip
