"""The GitHub App as a server: webhooks, pages, a store, and jobs for many repositories."""
