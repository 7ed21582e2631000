"""Pure values and functions: events, registry, pact document, emission, rules and verdict."""
