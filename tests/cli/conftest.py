"""The terminal that these tests work at."""

from cli.terminal import terminal

__all__ = ["terminal"]
