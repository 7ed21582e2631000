"""Renderers of a verification: console, JSON, JUnit and what else people and machines read."""
