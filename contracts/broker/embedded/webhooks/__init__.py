"""Webhooks: what others are told of, whom, and how often it is tried."""
