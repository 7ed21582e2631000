"""The engine: from emissions to verdicts."""
