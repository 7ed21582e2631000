"""Publishing, posting, deployments, the question before a release, promotion, rehearsal and the whole check."""
