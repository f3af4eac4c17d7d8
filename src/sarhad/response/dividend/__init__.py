"""The jointness dividend: the same units as two separate forces and as one."""

from sarhad.response.dividend.compute import Cover, Dividend, Loaded, RuleCost, dividend, first_arrivals, loaded
from sarhad.response.dividend.page import Map, page

__all__ = ["Cover", "Dividend", "Loaded", "Map", "RuleCost", "dividend", "first_arrivals", "loaded", "page"]
