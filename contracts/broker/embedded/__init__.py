"""A Pact Broker in one SQLite file."""
