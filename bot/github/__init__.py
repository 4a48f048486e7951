"""The edge to GitHub: a conditional reader and a gateway (PyGithub, every write)."""
