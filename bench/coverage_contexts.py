"""A pytest plugin that notes in the coverage data which test, with its fixtures, runs a line."""

from collections.abc import Iterator

import pytest
from coverage import Coverage


@pytest.hookimpl(wrapper=True)
def pytest_runtest_protocol(item: pytest.Item) -> Iterator[None]:
    """Name the context after the test. Its parameters share one."""
    measured = Coverage.current()
    assert measured is not None
    measured.switch_context(item.nodeid.partition("[")[0])
    return (yield)
