"""Fixtures that every test may use, and what holds for all property tests."""

import os
from collections.abc import Iterator

import pytest
from hypothesis import settings

from bot.i18n import ENGLISH, use_language

pytest_plugins = ["sandbox_fixtures"]

# How long an example takes says more about the machine than about the code. A run that checks a
# change tries the same examples each time; `--hypothesis-profile=search` looks for new ones.
settings.register_profile("search", deadline=None, max_examples=1000)
settings.register_profile("repeat", deadline=None, derandomize=True)
settings.load_profile("repeat")

# What tests compare is the same whoever publishes this copy; tests of the links name an address.
os.environ["MILEPOST_DOCS_URL"] = "none"


@pytest.fixture(autouse=True)
def _english() -> Iterator[None]:
    """Begin each test in English: commands set the language for their process."""
    with use_language(ENGLISH):
        yield
