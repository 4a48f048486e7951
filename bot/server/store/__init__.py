"""What the server keeps: cache, schedule and inbox. Losing it loses no learner's progress."""
