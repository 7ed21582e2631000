"""From the consumer's expectations to pacts."""
