"""What it means: the fold of records into incidents, clocks, units, pledges.  Pure."""

from sarhad.picture.picture import Picture
from sarhad.picture.witness import Witnessed

__all__ = ["Picture", "Witnessed"]
