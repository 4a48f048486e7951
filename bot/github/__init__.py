"""The edge to GitHub: a reader (httpx2, conditional) and a gateway (PyGithub, every write)."""
