"""The webinar domain: what is a fact (events.py), who may state it (emitters.toml), and nothing else.

Another team brings a package of its own with a `CATALOGUE` and an `emitters.toml`, and names it in the
settings as `domain`.
"""

from contracts.webinar.events import CATALOGUE

__all__ = ["CATALOGUE"]
