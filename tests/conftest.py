"""Fixtures that every test may use, and what holds for all property tests."""

from hypothesis import settings

pytest_plugins = ["sandbox_fixtures"]

# How long an example takes says more about the machine than about the code.
settings.register_profile("untimed", deadline=None)
settings.load_profile("untimed")
