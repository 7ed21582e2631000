"""Drift: what a hand-kept document says of emitters and events, held against the registry."""
