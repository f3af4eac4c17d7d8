"""Finding a place of the region by its name."""

from __future__ import annotations

from typing import Annotated

from litestar import get
from litestar.params import QueryParameter

from sarhad.picture.places import MAX_QUERY, MAX_RESULTS, PlaceView
from sarhad.web.guards import allow
from sarhad.web.office import Here

Query = Annotated[
    str, QueryParameter(name="q", max_length=MAX_QUERY, description="Persian, Urdu or Latin letters, however spelt")
]
Limit = Annotated[int, QueryParameter(ge=1, le=MAX_RESULTS, required=False)]


@get("/api/places", opt=allow(), operation_id="getPlaces", tags=["watch"])
async def get_places(office: Here, q: Query, limit: Limit = 20) -> list[PlaceView]:
    """Places of the region, nearest in sound first; none where the node has no region."""
    places = office.settings.places
    return [] if places is None else places.find(q, limit)


HANDLERS = [get_places]
"""Put into the application by ``app.api``."""
