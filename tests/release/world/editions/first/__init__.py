"""The first edition of the world's events: the webinar's own."""

from contracts.webinar.events import CATALOGUE

__all__ = ["CATALOGUE"]
