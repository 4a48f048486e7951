"""The edge to GitHub: a reader (httpx, conditional) and a gateway (PyGithub, every write)."""
