"""Consumer-driven contract testing for canonical webinar events."""

__version__ = "0.1.0"
