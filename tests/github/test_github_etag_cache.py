"""Answers on disk: a help when they are good, nothing at all when they are not."""

import os
import stat
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from bot.github.etag_cache import DIRECTORY_VARIABLE, EtagCache, Page

PAGE = Page('W/"abc"', '<https://x>; rel="next"', '[{"title": "Größe\\n"}]')


def only_file(cache: EtagCache) -> Path:
    (found,) = cache.folder.iterdir()
    return found


@given(
    etag=st.text(max_size=20),
    link=st.text(max_size=20),
    body=st.text(st.characters(exclude_categories=["Cs"])),
    key=st.text(st.characters(exclude_categories=["Cs"])),
)
@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=30)
def test_what_went_in_comes_out(tmp_path: Path, etag: str, link: str, body: str, key: str) -> None:
    cache = EtagCache(tmp_path)
    cache.put(key, Page(etag, link, body))
    assert cache.get(key) == Page(etag, link, body)


def test_what_was_never_there_is_absent(cache: EtagCache) -> None:
    assert cache.get("key") is None


@pytest.mark.parametrize(
    "damage",
    [
        lambda content: content[:-3],
        lambda content: content[: len(content) // 3],
        lambda _content: b"",
        lambda _content: b"\xff\xfe\n\xff",
        lambda _content: b"[]\n",
        lambda content: content + b" ",
        lambda content: content.replace(b'"etag"', b'"tage"'),
    ],
)
def test_a_damaged_entry_is_absent_and_can_be_replaced(cache: EtagCache, damage: object) -> None:
    cache.put("key", PAGE)
    file = only_file(cache)
    file.write_bytes(damage(file.read_bytes()))  # type: ignore[operator] # a lambda from above
    assert cache.get("key") is None
    cache.put("key", PAGE)
    assert cache.get("key") == PAGE


def test_an_entry_under_another_ones_name_is_absent(cache: EtagCache) -> None:
    cache.put("mine", PAGE)
    mine = only_file(cache)
    cache.put("yours", PAGE)
    (yours,) = set(cache.folder.iterdir()) - {mine}
    mine.replace(yours)
    assert cache.get("yours") is None


def test_a_folder_that_cannot_be_one_does_no_harm(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("in the way")
    cache = EtagCache(tmp_path / "file")
    cache.put("key", PAGE)
    assert cache.get("key") is None


@pytest.mark.skipif(os.name == "nt", reason="Windows has no such permissions")
def test_nobody_else_may_read_it(cache: EtagCache) -> None:
    cache.put("key", PAGE)
    assert stat.S_IMODE(cache.folder.stat().st_mode) == 0o700
    assert stat.S_IMODE(only_file(cache).stat().st_mode) == 0o600


def test_the_oldest_go_when_it_grows_too_big(tmp_path: Path) -> None:
    cache = EtagCache(tmp_path, max_bytes=3_000)
    for number in range(10):
        cache.put(f"key {number}", Page("e", "", "x" * 800))
        for file in tmp_path.iterdir():
            os.utime(file, (file.stat().st_atime, file.stat().st_mtime - 10))
    stored = [number for number in range(10) if cache.get(f"key {number}")]
    assert stored == [7, 8, 9]
    assert sum(file.stat().st_size for file in tmp_path.iterdir()) <= 3_000


def test_an_enormous_answer_is_not_kept(cache: EtagCache) -> None:
    cache.put("key", Page("e", "", "x" * 5_000_001))
    assert cache.get("key") is None


def test_many_writers_never_leave_a_broken_entry(tmp_path: Path) -> None:
    pages = [Page(str(n), "", str(n) * 5_000) for n in range(8)]

    def work(page: Page) -> bool:
        cache = EtagCache(tmp_path, max_bytes=60_000)
        for _ in range(25):
            cache.put("shared", page)
            cache.put(f"own {page.etag}", page)
            if cache.get("shared") not in {*pages, None}:
                return False
        return True

    with ThreadPoolExecutor(8) as pool:
        assert all(pool.map(work, pages))
    assert EtagCache(tmp_path).get("shared") in pages
    assert not list(tmp_path.glob("*.tmp"))


def test_the_environment_may_name_the_folder(tmp_path: Path) -> None:
    assert EtagCache.default({DIRECTORY_VARIABLE: str(tmp_path)}).folder == tmp_path
    assert "milepost" in str(EtagCache.default({}).folder)
