"""GitHub's REST and GraphQL answers over the world. One module for each group of endpoints."""
