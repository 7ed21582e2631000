"""What people read of the registry: the living document, drift between it and others, exports."""
