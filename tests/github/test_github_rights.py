"""What a token is asked for: the least that the settings and the repository need."""

from datetime import date

import pytest

from bot.github.rights import LEAST, rights_for
from bot.settings import PublishSettings, Settings


@pytest.mark.parametrize(
    ("publish", "private", "permissions"),
    [
        ({}, False, {}),
        ({}, True, {"contents": "read", "pull_requests": "read"}),
        ({"badge": True}, False, {"contents": "write"}),
        ({"readme": True}, True, {"contents": "write", "pull_requests": "write"}),
        ({"forms": True}, False, {"contents": "write", "pull_requests": "write"}),
        ({"reports": "branch"}, False, {"contents": "write"}),
        (
            {"reports": "pull-request"},
            False,
            {"contents": "write", "pull_requests": "write"},
        ),
    ],
)
def test_more_rights_are_asked_for_only_when_the_settings_do(
    publish: dict[str, object], private: bool, permissions: dict[str, str]
) -> None:
    settings = Settings(start=date(2026, 3, 2), publish=PublishSettings.model_validate(publish))
    least = {"metadata": "read", "issues": "write"}
    assert rights_for(settings, private=private).permissions == least | permissions
    assert rights_for(None, private=False) == LEAST
