"""Pact's own core and verifier: the one room that imports pact-python and pact_ffi."""
