"""The jointness dividend: the same units as two separate forces and as one."""

from sarhad.response.dividend.compute import Cover, Dividend, Loaded, RuleCost, dividend, first_arrivals, loaded

__all__ = ["Cover", "Dividend", "Loaded", "RuleCost", "dividend", "first_arrivals", "loaded"]
