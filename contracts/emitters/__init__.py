"""Ways to an emitter, one driver a file."""
