"""Curricula in memory: read once for the same bytes, forgotten with who had them, bounded."""

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
import yaml
from planning.paths import SMALL
from server.scenario import Scenario, year_run

from bot.curriculum import importer
from bot.curriculum.model import Curriculum
from bot.errors import ConfigError, CurriculumError, GuideError, MilepostError
from bot.server import curriculum_cache
from bot.server.curriculum_cache import CurriculumCache
from bot.server.store.rows import repository
from bot.sync.file_sources import FileSource, find_curriculum
from github_sandbox.server import Sandbox

ADA, BOB = 1, 2
GUIDE = "# A path\n\n## Week 1: Begin\n\n- [ ] Read {} (2 hours)\n"
OTHER = "# A path\n\n## Week 1: Begin\n\n- [ ] Write {} (2 hours)\n"


class Files(dict[str, str]):
    """A repository's files."""

    def read(self, path: str) -> bytes | None:
        return self[path].encode() if path in self else None


@pytest.fixture
def reads(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The names of files that were read in earnest."""
    read: list[str] = []

    def noting(name: str, place: FileSource, units: str) -> Curriculum:
        read.append(name)
        return find_curriculum(name, place, units)

    monkeypatch.setattr(curriculum_cache, "find_bounded", noting)
    return read


def test_the_same_bytes_are_read_once_for_all(reads: list[str]) -> None:
    stored, place = CurriculumCache(), Files({"guide.md": GUIDE})
    first = stored.find(ADA, "guide.md", place)
    assert first == importer.read(GUIDE.encode(), name="guide.md").curriculum
    assert stored.find(ADA, "guide.md", place) is first
    assert stored.find(BOB, "guide.md", place) is first
    assert reads == ["guide.md"]


def test_other_bytes_and_another_name_are_another_curriculum(reads: list[str]) -> None:
    stored, place = CurriculumCache(), Files({"guide.md": GUIDE, "b.md": GUIDE})
    first = stored.find(ADA, "guide.md", place)
    place["guide.md"] = OTHER
    assert stored.find(ADA, "guide.md", place) != first
    stored.find(ADA, "b.md", place)
    assert reads == ["guide.md", "guide.md", "b.md"]
    path = Files({"path.yml": yaml.safe_dump(SMALL.model_dump(mode="json", exclude_defaults=True))})
    assert stored.find(ADA, "path.yml", path).title == SMALL.title


@pytest.mark.parametrize(
    ("name", "text", "error"),
    [
        ("guide.md", "", GuideError),
        ("path.yml", "titel: wrong", CurriculumError),
        ("gone.yml", None, CurriculumError),
        ("nothing-built-in", None, CurriculumError),
    ],
)
def test_what_is_wrong_is_told_each_time(
    name: str, text: str | None, error: type[MilepostError], reads: list[str]
) -> None:
    stored, place = CurriculumCache(), Files({} if text is None else {name: text})
    reported = []
    for _ in range(2):
        with pytest.raises(error) as wrong:
            stored.find(ADA, name, place)
        reported.append(wrong.value)
    assert str(reported[0]) == str(reported[1])
    assert reported[0] is not reported[1]
    assert len(reads) == (2 if text is None else 1)


def test_what_is_no_text_is_told(reads: list[str]) -> None:
    class Bytes:
        def read(self, path: str) -> bytes:
            return path.encode() + b"\xff"

    stored = CurriculumCache()
    for _ in range(2):
        with pytest.raises(ConfigError, match="UTF-8"):
            stored.find(ADA, "path.yml", Bytes())
    assert len(reads) == 2


def test_what_belongs_to_nobody_any_more_is_dropped(reads: list[str]) -> None:
    stored, place = CurriculumCache(), Files({"guide.md": GUIDE})
    stored.find(ADA, "guide.md", place)
    stored.find(BOB, "guide.md", place)
    stored.forget([ADA, 77])
    stored.find(BOB, "guide.md", place)
    assert len(reads) == 1
    # Another file, a file that is gone, and a built-in one take its place.
    for name, files in (("guide.md", {"guide.md": OTHER}), ("guide.md", {}), ("mlops", {})):
        stored.find(BOB, "guide.md", place)
        try:
            stored.find(BOB, name, Files(files))
        except CurriculumError:
            assert stored._entries.currsize == 0
        stored.forget([BOB])
        assert stored._entries.currsize == 0


def test_it_stays_within_its_bound(reads: list[str]) -> None:
    stored = CurriculumCache(max_text=10_000)
    places = [Files({"guide.md": GUIDE.format(f"book {number}")}) for number in range(8)]
    for number, place in enumerate(places):
        stored.find(number, "guide.md", place)
        assert stored._entries.currsize <= 10_000
    stored.find(7, "guide.md", places[7])
    assert len(reads) == 8
    stored.find(0, "guide.md", places[0])
    assert len(reads) == 9
    large = Files({"guide.md": GUIDE + "\n" * 10_001})
    assert stored.find(9, "guide.md", large) == stored.find(9, "guide.md", large)
    assert stored._entries.currsize <= 10_000


def test_threads_may_share_it() -> None:
    stored = CurriculumCache(max_text=6_000)
    places = [Files({"guide.md": GUIDE.format(number)}) for number in range(5)]

    def work(number: int) -> bool:
        found = stored.find(number % 7, "guide.md", places[number % 5])
        stored.forget([number % 3])
        return found.title == "A path"

    with ThreadPoolExecutor(8) as pool:
        assert all(pool.map(work, range(200)))
    stored.forget(range(7))
    assert stored._entries.currsize == 0


@pytest.fixture
def app_server(sandbox: Sandbox, tmp_path: Path) -> Iterator[Scenario]:
    """A server with a path of a guide that has begun."""
    url = f"sqlite:///{tmp_path / 'store.sqlite3'}"
    with year_run(sandbox, url, tmp_path) as made:
        made.configure(curriculum="guide.md")
        made.put("guide.md", GUIDE)
        made.install()
        made.settle_with("learner/portfolio active synced")
        yield made


def test_a_second_sync_of_the_server_reads_no_guide_anew(
    reads: list[str], app_server: Scenario
) -> None:
    app_server.wake(repository(app_server.home.id))
    assert app_server.syncs() >= 2
    assert reads == ["guide.md"]
    app_server.put("guide.md", OTHER)
    app_server.wake(repository(app_server.home.id))
    assert reads == ["guide.md", "guide.md"]


def test_a_path_that_has_begun_goes_on_without_the_importer(
    app_server: Scenario, monkeypatch: pytest.MonkeyPatch
) -> None:
    """As after a restart: the ledger holds what was read, and nothing else is needed."""
    app_server.wake()
    before = app_server.syncs()
    monkeypatch.setattr(CurriculumCache, "find", None)
    app_server.wake()
    assert app_server.syncs() > before
    assert app_server.row() == "learner/portfolio active synced"
