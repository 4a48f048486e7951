"""Guides, curricula and settings that are made to hurt: told in a sentence, in time."""

import os
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Any

import pytest
from hostile.attacks import MARKDOWN, YAML, YAML_VALUES
from hostile.linear_time import in_proportion
from hypothesis import given
from hypothesis import strategies as st

from bot import settings
from bot.curriculum import importer, load
from bot.curriculum.importer.repair import MAX_BYTES, MAX_LINES
from bot.errors import ConfigError, CurriculumError, MilepostError
from bot.sync.file_sources import LocalFiles, find_curriculum, find_settings

SIZE = 25_000
LONGEST_ERROR = 5_000  # characters of an error: what a person reads, and an annotation holds
PIECES = st.sampled_from((
    "# ", "## Week 1\n", "- [ ] ", "- ", "> ", "**", "_", "`", "```\n", "\n", "\n\n", "<!--",
    "-->", "<details>", "<h2>", "[a](", "](", "(", ")", "<br>", "\\", "\t", "http://a.b",
    "1-2 hours", "Month 3", "Option A", "---\n", "title: ", "&#0;", "# Skills\n", "# Roles\n",
    "$1k", "|", "\u202e", "\x00", "\ufeff", "\ud7ff", "\U0010ffff", "\u200b", "\r", "\u0301",
    "|-|\n", "\x1b[2J",
))  # fmt: skip


def reported(read: Callable[[], object]) -> str:
    """What was said of it, if anything; every other error ends the test."""
    try:
        read()
    except MilepostError as error:
        return str(error)
    return ""


def as_guide(text: str) -> object:
    return importer.read(text.encode(errors="surrogatepass"), name="guide.md")


@pytest.mark.parametrize("family", MARKDOWN)
def test_a_guide_is_read_in_proportion_to_its_length(family: str) -> None:
    assert in_proportion(as_guide, MARKDOWN[family], SIZE)


@given(st.lists(PIECES | st.text(max_size=5), max_size=60).map("".join))
def test_any_text_is_a_guide_or_told_to_be_none(text: str) -> None:
    assert len(reported(lambda: as_guide(text))) < LONGEST_ERROR


@given(st.binary(max_size=300))
def test_any_bytes_are_a_guide_or_told_to_be_none(data: bytes) -> None:
    for before in (b"", b"## Week 1\n- [ ] a\n", b"\xff\xfe", b"\xef\xbb\xbf", b"\xc3\xa9 " * 20):
        text = reported(partial(importer.read, before + data, name="guide.md"))
        assert len(text) < LONGEST_ERROR


@pytest.mark.parametrize(
    "data", [b"- a\n" * MAX_LINES, b"x" * (MAX_BYTES + 1), b"x" * 10_000_000], ids=len
)
def test_what_is_too_large_is_not_begun(data: bytes) -> None:
    with pytest.raises(MilepostError, match="a guide of more than"):
        importer.read(data, name="guide.md")


@pytest.mark.parametrize("family", YAML)
@pytest.mark.parametrize("what", [settings.parse, lambda text: load.from_yaml(text, name="c.yml")])
def test_yaml_is_refused_in_proportion_to_its_length(family: str, what: Any) -> None:
    message: list[str] = []
    assert in_proportion(
        lambda text: message.append(reported(partial(what, text))), YAML[family], SIZE
    )
    assert all(0 < len(one) < LONGEST_ERROR for one in message)


@pytest.mark.parametrize(
    "nested", [YAML["closed lists in lists"], YAML["dashes"], YAML["questions"]]
)
def test_nesting_does_not_end_the_process(nested: Any) -> None:
    """libyaml runs out of stack, and nothing can catch that: here a failure ends the whole run."""
    with pytest.raises(ConfigError, match="nested too deeply"):
        settings.parse(nested(900_000))


@pytest.mark.parametrize("value", YAML_VALUES, ids=ascii)
@pytest.mark.parametrize("key", ["start", "pace", "ahead", "timezone", "choices", "publish"])
def test_a_wrong_value_is_told(key: str, value: str) -> None:
    more = "" if key == "start" else "start: 2026-01-05\n"
    text = reported(lambda: settings.parse(f"{more}{key}: {value}"))
    assert not text or settings.CONFIG_PATH in text
    assert len(text) < LONGEST_ERROR


YAML_PIECES = st.sampled_from((
    "start: ", "2026-01-05", "\n", "  ", "- ", "? ", ": ", "[", "]", "{", "}", ", ", "&a ",
    "*a", "!!int ", "!!set ", "!!omap ", "<<: ", ">\n", "'", "#", "---\n", "...\n",
    "%YAML 1.1", "pauses:", "choices:", "features:", "summary:", "pace:", "1:1", "0x", "~",
    "\t", "\\x", "title: ", "phases:", "tasks:", "months: ", ".inf", "@", "`", '"', "\x00",
    "\x85", "\ufeff", "\u202e", "|\n", "999999999999999999999999999999",
))  # fmt: skip


@given(st.lists(YAML_PIECES | st.text(max_size=4), max_size=40).map("".join))
def test_any_text_is_yaml_for_us_or_told_to_be_none(text: str) -> None:
    for read in (settings.parse, lambda text: load.from_yaml(text, name="c.yml")):
        assert len(reported(partial(read, text))) < LONGEST_ERROR


ELSEWHERE = (
    "../secret.yml", "../../etc/passwd.yml", "/etc/hosts.yml", "a/../../secret.yml", "link.yml",
    "dir/secret.yml", "./../secret.md", "loop.yml", "folder.yml", "a\x00b.yml",
    "x" * 5_000 + ".yml",
    "CON.yml", "NUL.md", "C:\\secret.yml", "\\\\host\\share\\secret.yml", "file:///etc/hosts.yml",
    "\u202elmy.terces", "no\nsuch.yml", "~/secret.yml", "pipe.yml",
)  # fmt: skip


@pytest.fixture
def checkout(tmp_path: Path) -> Path:
    """A checkout that a stranger filled with links, beside a file that is not for them."""
    (tmp_path / "secret.yml").write_text("title: SECRET\n")
    here = tmp_path / "checkout"
    (here / "folder.yml").mkdir(parents=True)
    (here / "link.yml").symlink_to(tmp_path / "secret.yml")
    (here / "dir").symlink_to(tmp_path)
    (here / "loop.yml").symlink_to(here / "loop.yml")
    os.mkfifo(here / "pipe.yml")
    return here


@pytest.mark.parametrize("path", ELSEWHERE, ids=lambda path: ascii(path)[:30])
def test_a_curriculum_is_read_from_the_repository_alone(checkout: Path, path: str) -> None:
    text = reported(lambda: find_curriculum(path, LocalFiles(checkout)))
    assert text
    assert "SECRET" not in text


def test_settings_that_are_a_link_out_of_the_repository_are_not_read(checkout: Path) -> None:
    (checkout / ".github").mkdir()
    (checkout / settings.CONFIG_PATH).symlink_to(checkout.parent / "secret.yml")
    with pytest.raises(CurriculumError, match="leads out of the repository"):
        find_settings(checkout, None)
