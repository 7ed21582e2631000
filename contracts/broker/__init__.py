"""The Pact Broker: a client, and an embedded one."""
