"""Sarhad: the joint desk of authorities that share a land border."""

__version__ = "0.1.0"
