"""From the project's settings to written pacts, and the consumer's part of pytest."""
