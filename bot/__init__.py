"""Milepost: turns a learning guide into a living plan inside the learner's own repository."""
