"""Curricula in memory: read once for the same bytes, forgotten with who had them, bounded."""

from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
import yaml
from planning.paths import SMALL
from server.scenario import living

from bot.curriculum import guide
from bot.curriculum.model import Curriculum
from bot.errors import ConfigError, CurriculumError, GuideError, MilepostError
from bot.server import curriculum_cache
from bot.server.curriculum_cache import CurriculumCache
from bot.server.store.rows import repository
from bot.usecases.sources import Source, find_curriculum
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

    def noting(name: str, place: Source) -> Curriculum:
        read.append(name)
        return find_curriculum(name, place)

    monkeypatch.setattr(curriculum_cache, "find_curriculum", noting)
    return read


def test_the_same_bytes_are_read_once_for_all(reads: list[str]) -> None:
    kept, place = CurriculumCache(), Files({"guide.md": GUIDE})
    first = kept.find(ADA, "guide.md", place)
    assert first == guide.read(GUIDE.encode(), name="guide.md").curriculum
    assert kept.find(ADA, "guide.md", place) is first
    assert kept.find(BOB, "guide.md", place) is first
    assert reads == ["guide.md"]


def test_other_bytes_and_another_name_are_another_curriculum(reads: list[str]) -> None:
    kept, place = CurriculumCache(), Files({"guide.md": GUIDE, "b.md": GUIDE})
    first = kept.find(ADA, "guide.md", place)
    place["guide.md"] = OTHER
    assert kept.find(ADA, "guide.md", place) != first
    kept.find(ADA, "b.md", place)
    assert reads == ["guide.md", "guide.md", "b.md"]
    path = Files({"path.yml": yaml.safe_dump(SMALL.model_dump(mode="json", exclude_defaults=True))})
    assert kept.find(ADA, "path.yml", path).title == SMALL.title


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
    kept, place = CurriculumCache(), Files({} if text is None else {name: text})
    told = []
    for _ in range(2):
        with pytest.raises(error) as wrong:
            kept.find(ADA, name, place)
        told.append(wrong.value)
    assert str(told[0]) == str(told[1])
    assert told[0] is not told[1]
    assert len(reads) == (2 if text is None else 1)


def test_what_is_no_text_is_told(reads: list[str]) -> None:
    class Bytes:
        def read(self, path: str) -> bytes:
            return path.encode() + b"\xff"

    kept = CurriculumCache()
    for _ in range(2):
        with pytest.raises(ConfigError, match="UTF-8"):
            kept.find(ADA, "path.yml", Bytes())
    assert len(reads) == 2


def test_what_belongs_to_nobody_any_more_is_dropped(reads: list[str]) -> None:
    kept, place = CurriculumCache(), Files({"guide.md": GUIDE})
    kept.find(ADA, "guide.md", place)
    kept.find(BOB, "guide.md", place)
    kept.forget([ADA, 77])
    kept.find(BOB, "guide.md", place)
    assert len(reads) == 1
    # Another file, a file that is gone, and a built-in one take its place.
    for name, files in (("guide.md", {"guide.md": OTHER}), ("guide.md", {}), ("mlops", {})):
        kept.find(BOB, "guide.md", place)
        try:
            kept.find(BOB, name, Files(files))
        except CurriculumError:
            assert kept.size == 0
        kept.forget([BOB])
        assert kept.size == 0


def test_it_stays_within_its_bound(reads: list[str]) -> None:
    kept = CurriculumCache(max_text=10_000)
    places = [Files({"guide.md": GUIDE.format(f"book {number}")}) for number in range(8)]
    for number, place in enumerate(places):
        kept.find(number, "guide.md", place)
        assert kept.size <= 10_000
    kept.find(7, "guide.md", places[7])
    assert len(reads) == 8
    kept.find(0, "guide.md", places[0])
    assert len(reads) == 9
    large = Files({"guide.md": GUIDE + "\n" * 10_001})
    assert kept.find(9, "guide.md", large) == kept.find(9, "guide.md", large)
    assert kept.size <= 10_000


def test_threads_may_share_it() -> None:
    kept = CurriculumCache(max_text=6_000)
    places = [Files({"guide.md": GUIDE.format(number)}) for number in range(5)]

    def work(number: int) -> bool:
        found = kept.find(number % 7, "guide.md", places[number % 5])
        kept.forget([number % 3])
        return found.title == "A path"

    with ThreadPoolExecutor(8) as pool:
        assert all(pool.map(work, range(200)))
    kept.forget(range(7))
    assert kept.size == 0


def test_a_second_look_of_the_server_reads_no_guide_anew(
    sandbox: Sandbox, tmp_path: Path, reads: list[str]
) -> None:
    url = f"sqlite:///{tmp_path / 'store.sqlite3'}"
    with living(sandbox, url, tmp_path) as town:
        town.configure(curriculum="guide.md")
        town.put("guide.md", GUIDE)
        town.install()
        town.settle_with("learner/portfolio active synced")
        town.wake(repository(town.home.id))
        assert town.syncs() >= 2
        assert reads == ["guide.md"]
        town.put("guide.md", OTHER)
        town.wake(repository(town.home.id))
        assert reads == ["guide.md", "guide.md"]
