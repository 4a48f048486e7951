"""Runs the GitHub App server: webhooks, pages, a store, and jobs for many repositories."""
