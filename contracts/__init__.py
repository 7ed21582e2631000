"""Consumer-driven contract testing for canonical events."""

__version__ = "0.1.0"
