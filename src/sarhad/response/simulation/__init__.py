"""What would happen: incident streams against units that may be busy, off shift or kept from crossing."""

from sarhad.response.simulation.force import Force
from sarhad.response.simulation.run import Estimate, Result, replicate, simulate
from sarhad.response.simulation.stream import Delay, Fit, Stream, fit_poisson, generate, replay

__all__ = [
    "Delay",
    "Estimate",
    "Fit",
    "Force",
    "Result",
    "Stream",
    "fit_poisson",
    "generate",
    "replay",
    "replicate",
    "simulate",
]
