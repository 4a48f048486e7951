"""The GitHub App as a server: its door, its store, and the work it does for many repositories."""
