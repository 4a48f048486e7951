"""The server's database: cache, schedule and inbox. Losing it loses no learner's progress."""
