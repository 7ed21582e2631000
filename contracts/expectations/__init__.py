"""From the scenario service's expectations to pacts."""
