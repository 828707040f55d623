"""GitHub's JSON, the same in answers and in webhooks."""
