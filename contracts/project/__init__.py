"""What a working copy says: settings, domain, pacts, version, broker, lint, explain and doctor."""
