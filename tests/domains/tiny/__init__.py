"""A tiny domain of parcels, beside the webinar's: another team's events, with every type that a pact can hold."""

from .events import CATALOGUE

__all__ = ["CATALOGUE"]
