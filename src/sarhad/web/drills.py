"""Drills on the desk: scenarios that are here, beginning, joining and stopping them, and their scores."""

from __future__ import annotations

from litestar import get, post
from litestar.params import FromPath, JSONBody

from sarhad.web.drilling import Drilling, DrillStepView, DrillView, JoinBody, ScenarioView, ScoreView, StartBody
from sarhad.web.guards import allow
from sarhad.web.office import Call, Here, Office, signed_in
from sarhad.wire.errors import Unavailable

READERS = allow("planner", "commander", "auditor", "administrator", "duty")
DIRECTORS = allow("planner", "commander")
TAGS = ["drills"]


def drilling_of(office: Office) -> Drilling:
    """The node's player; raise Unavailable on a desk without one."""
    if office.drilling is None:
        raise Unavailable("this desk is not served by a node", where="drills", do="Run it with: sarhad run")
    return office.drilling


@get("/api/drills/scenarios", opt=READERS, operation_id="getScenarios", tags=TAGS, sync_to_thread=True)
def get_scenarios(office: Here) -> list[ScenarioView]:
    """The scenarios that can be drilled from here."""
    return drilling_of(office).scenarios()


@get("/api/drills", opt=READERS, operation_id="getDrills", tags=TAGS)
async def get_drills(office: Here) -> list[DrillView]:
    """Every drill that somebody began, newest first."""
    return drilling_of(office).drills()


@get("/api/drills/{exercise:str}/steps", opt=READERS, operation_id="getDrillSteps", tags=TAGS)
async def get_drill_steps(exercise: FromPath[str], office: Here) -> list[DrillStepView]:
    """The steps of one drill, by time, with the records that they became."""
    return drilling_of(office).steps(exercise)


@post("/api/drills", opt=DIRECTORS, operation_id="startDrill", tags=TAGS)
async def start_drill(request: Call, data: JSONBody[StartBody], office: Here) -> list[DrillView]:
    """Begin a drill under a new name and play our side; the other side is asked to play its own."""
    await drilling_of(office).start(signed_in(request).actor, data)
    return drilling_of(office).drills()


@post("/api/drills/{exercise:str}/join", opt=DIRECTORS, status_code=200, operation_id="joinDrill", tags=TAGS)
async def join_drill(request: Call, exercise: FromPath[str], data: JSONBody[JoinBody], office: Here) -> list[DrillView]:
    """Play our side of a drill that is begun, by its clock."""
    await drilling_of(office).join(signed_in(request).actor, exercise, reactions=data.reactions)
    return drilling_of(office).drills()


@post("/api/drills/{exercise:str}/stop", opt=DIRECTORS, status_code=200, operation_id="stopDrill", tags=TAGS)
async def stop_drill(request: Call, exercise: FromPath[str], office: Here) -> list[DrillView]:
    """Stop playing our side; what was written stays."""
    await drilling_of(office).stop(signed_in(request).actor, exercise)
    return drilling_of(office).drills()


@get("/api/drills/{exercise:str}/score", opt=READERS, operation_id="scoreDrill", tags=TAGS)
async def score_drill(exercise: FromPath[str], office: Here) -> ScoreView:
    """Both sides' times, from a bundle of which every proof was verified."""
    return await drilling_of(office).score(exercise)


HANDLERS = [get_scenarios, get_drills, get_drill_steps, start_drill, join_drill, stop_drill, score_drill]
