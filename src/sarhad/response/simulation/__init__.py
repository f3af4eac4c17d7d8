"""What would happen: incident streams against units that may be busy, off shift or kept from crossing."""

from sarhad.response.simulation.estimate import Estimate
from sarhad.response.simulation.force import Force
from sarhad.response.simulation.hypercube import Hypercube, hypercube
from sarhad.response.simulation.run import Result, estimated, replicate, simulate
from sarhad.response.simulation.stream import Delay, Fit, Recorded, Stream, draw, fit_poisson, generate, replay
from sarhad.response.simulation.workers import Workers

__all__ = [
    "Delay",
    "Estimate",
    "Fit",
    "Force",
    "Hypercube",
    "Recorded",
    "Result",
    "Stream",
    "Workers",
    "draw",
    "estimated",
    "fit_poisson",
    "generate",
    "hypercube",
    "replay",
    "replicate",
    "simulate",
]
