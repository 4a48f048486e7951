"""A tenant's curriculum takes no more time and memory than its share, and the owner is told."""

from pathlib import Path

import pytest
import yaml
from planning.paths import SMALL
from server.scenario import SETTINGS, year_run

from bot.curriculum import importer
from bot.errors import ConfigError, CurriculumError, GuideError
from bot.server import curriculum_process
from bot.server.curriculum_process import LARGE, find_bounded
from bot.settings import CONFIG_PATH
from bot.sync.file_sources import FileContent, find_curriculum
from github_sandbox.server import Sandbox

WEEK = (
    "## Week {0}: Begin\n\n" + "- [ ] Read a chapter of the book, and write a page (2 hours)\n" * 9
)
GUIDE = "# A path\n\n" + "\n".join(map(WEEK.format, range(1, 120)))
PATH = SMALL.model_dump(mode="json", exclude_defaults=True)


def many(tasks: int) -> str:
    """A curriculum with so many tasks, of as few bytes as that takes."""
    units = [
        f"    - {{id: u{first}, title: U, tasks: ["
        + ",".join(f"{{id: t{one},title: T}}" for one in range(first, min(first + 20, tasks)))
        + "]}\n"
        for first in range(0, tasks, 20)
    ]
    module = "id: p\ntitle: P\nphases:\n- id: a\n  title: A\n  modules:\n"
    return f"{module}  - id: m\n    number: 1\n    title: M\n    units:\n{''.join(units)}"


def test_a_large_file_says_the_same_from_a_process_of_its_own() -> None:
    content = GUIDE.encode()
    assert len(content) > LARGE
    found = find_bounded("guide.md", FileContent(content))
    assert found == importer.read(content, name="guide.md").curriculum


@pytest.mark.parametrize(
    ("name", "content", "error"),
    [
        ("guide.md", b"x" * LARGE, GuideError),
        ("path.yml", b"titel: wrong\n" + b"#" * LARGE, CurriculumError),
        ("path.yml", b"\xff" * LARGE, ConfigError),
        ("gone.yml", None, CurriculumError),
        ("nothing-built-in", None, CurriculumError),
    ],
)
def test_what_is_wrong_with_it_is_told_the_same(
    name: str, content: bytes | None, error: type[ConfigError | CurriculumError | GuideError]
) -> None:
    with pytest.raises(error) as bounded:
        find_bounded(name, FileContent(content))
    with pytest.raises(error) as plain:
        find_curriculum(name, FileContent(content))
    assert str(bounded.value) == str(plain.value)


def test_a_small_file_needs_no_process(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delattr(curriculum_process, "_read_in_process")
    assert find_bounded("path.yml", FileContent(yaml.safe_dump(PATH).encode())) == SMALL


@pytest.mark.parametrize(("limit", "value"), [("SECONDS", 1), ("MEMORY", 30_000_000)])
def test_one_that_takes_too_much_is_refused_with_a_sentence(
    monkeypatch: pytest.MonkeyPatch, limit: str, value: int
) -> None:
    monkeypatch.setattr(curriculum_process, limit, value)
    with pytest.raises(CurriculumError, match=r"path.yml: it takes more than .* to read"):
        find_bounded("path.yml", FileContent(many(24_000).encode()))


def test_one_with_too_many_tasks_is_refused_with_a_sentence(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(curriculum_process, "MAX_TASKS", 100)
    assert len(list(find_bounded("path.yml", FileContent(many(100).encode())).tasks())) == 100
    with pytest.raises(CurriculumError, match="has 101 tasks, and the server takes 100"):
        find_bounded("path.yml", FileContent(many(101).encode()))


def test_the_process_knows_no_secret_of_the_server(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("MILEPOST_PRIVATE_KEY", "canary")
    monkeypatch.setenv("GITHUB_TOKEN", "canary")
    given: list[dict[str, str]] = []

    class StoppedError(Exception):
        pass

    def run(*_: object, env: dict[str, str], **__: object) -> None:
        given.append(env)
        raise StoppedError

    monkeypatch.setattr("subprocess.run", run)
    with pytest.raises(StoppedError):
        find_bounded("guide.md", FileContent(GUIDE.encode()))
    assert "canary" not in given[0].values()


def test_settings_that_are_too_large_are_told_to_their_owner(
    sandbox: Sandbox, tmp_path: Path
) -> None:
    with year_run(sandbox, f"sqlite:///{tmp_path / 'store.sqlite3'}", tmp_path) as app_server:
        app_server.configure()
        app_server.put(CONFIG_PATH, yaml.safe_dump(SETTINGS) + "#" * 100_000)
        app_server.install()
        app_server.settle_with("learner/portfolio active wrong")
        row = app_server.host.store.repositories.repository(app_server.home.id)
        assert row is not None
        assert row.message == ".github/milepost.yml: it is larger than 100 KB."
