"""What every part of the REST API shares: sign-in, lists, problems, idempotency, limits."""
