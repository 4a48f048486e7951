"""Where settings and curricula come from: this folder first, then the repository."""

from pathlib import Path

import pytest
from repository_fixture import Edges

from bot.errors import ConfigError, CurriculumError, GuideError
from bot.sync.file_sources import LocalFiles, find_curriculum, find_settings
from github_sandbox.world import World

TINY = "title: Tiny\nphases: [{title: P, modules: [{title: M, number: 1, units: [{title: U}]}]}]\n"


class FakeReader(Edges):
    """An empty repository but for these files."""

    def __init__(self, **files: str) -> None:
        super().__init__(World())
        self._files = files

    def file(self, path: str) -> str | None:
        return self._files.get(path)


def write(folder: Path, name: str, content: str | bytes) -> None:
    file = folder / name
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_bytes(content if isinstance(content, bytes) else content.encode())


def test_this_folder_wins_over_the_repository(tmp_path: Path) -> None:
    page_cache = FakeReader(**{".github/milepost.yml": "start: 2026-02-02"})
    assert str(find_settings(tmp_path, page_cache)[0].start) == "2026-02-02"
    write(tmp_path, ".github/milepost.yml", "start: 2026-01-05")
    assert str(find_settings(tmp_path, page_cache)[0].start) == "2026-01-05"


def test_without_settings_anywhere_init_is_named(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match="milepost init"):
        find_settings(tmp_path, FakeReader())


def test_a_curriculum_is_looked_for_beside_the_settings(tmp_path: Path) -> None:
    files = {".github/milepost.yml": "start: 2026-02-02\ncurriculum: path.yml", "path.yml": TINY}
    settings, place = find_settings(tmp_path, FakeReader(**files))
    assert find_curriculum(settings.curriculum, place).title == "Tiny"


def test_a_markdown_guide_is_read_in_place(tmp_path: Path) -> None:
    write(tmp_path, "guide.md", "# Tea\n\n## Week 1: Leaves\n\n- [ ] Taste one\n- [ ] Taste two\n")
    found = find_curriculum("guide.md", LocalFiles(tmp_path))
    assert [task.title for task in found.tasks()] == ["Taste one", "Taste two"]


@pytest.mark.parametrize("name", ["../outside.yml", "/etc/hosts.yml", "link/outside.yml"])
def test_a_path_out_of_the_repository_is_refused(tmp_path: Path, name: str) -> None:
    root = tmp_path / "repository"
    root.mkdir()
    write(tmp_path, "outside.yml", TINY)
    (root / "link").symlink_to(tmp_path)
    with pytest.raises(CurriculumError, match="leads out of the repository"):
        find_curriculum(name, LocalFiles(root))


def test_missing_wrong_and_empty_files_are_told(tmp_path: Path) -> None:
    with pytest.raises(CurriculumError, match=r"no file 'a\.yml'"):
        find_curriculum("a.yml", LocalFiles(tmp_path))
    with pytest.raises(CurriculumError, match="no built-in curriculum 'devops'"):
        find_curriculum("devops", LocalFiles(tmp_path))
    write(tmp_path, "empty.md", "")
    with pytest.raises(GuideError):
        find_curriculum("empty.md", LocalFiles(tmp_path))
    write(tmp_path, "latin.yml", b"title: x\nnote: caf\xe9\n")
    with pytest.raises(ConfigError, match=r"latin\.yml, line 2: this is not UTF-8"):
        find_curriculum("latin.yml", LocalFiles(tmp_path))
