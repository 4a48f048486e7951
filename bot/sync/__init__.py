"""Syncs a repository: reads it, runs commands, plans, applies and publishes."""
