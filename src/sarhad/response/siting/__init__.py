"""Where to stand: covering, median, centre and expected cover, each with its proof."""

from sarhad.response.siting.answer import Answer, Deadline, SitingError
from sarhad.response.siting.centre import p_centre
from sarhad.response.siting.cover_all import set_covering
from sarhad.response.siting.covering import maximal_covering
from sarhad.response.siting.expected import expected_covering
from sarhad.response.siting.median import p_median

__all__ = [
    "Answer",
    "Deadline",
    "SitingError",
    "expected_covering",
    "maximal_covering",
    "p_centre",
    "p_median",
    "set_covering",
]
