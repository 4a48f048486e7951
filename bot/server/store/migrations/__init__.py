"""Migrates the tables, step by step. Alembic runs it; nothing imports it."""
