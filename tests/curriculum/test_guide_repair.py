"""Bytes to text: damage is repaired and reported, healthy text stays as it is."""
# ruff: noqa: RUF001 - dashes and signs are here as guides have them

import ftfy.bad_codecs  # noqa: F401 - registers the codec that damages text as browsers do
import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.curriculum.importer.repair import MAX_BYTES, MAX_LINES, repair
from bot.errors import GuideError

HEALTHY = "# Études 🎯\n- naïve café – “quotes” ✅ 🛠️ 日本 ½ £5\n- `x → y` Aurélien Géron\n"


def damaged(text: str, read_as: str) -> str:
    """Return `text` as it looks when its UTF-8 was read as something else."""
    return text.encode().decode(read_as)


def repaired(text: str) -> tuple[str, tuple[str, ...]]:
    done = repair(text.encode(), name="guide.md")
    return done.text, done.repairs


@pytest.mark.parametrize(
    ("read_as", "called"),
    [
        ("mac_roman", "Mac Roman"),
        ("sloppy-windows-1252", "Windows-1252"),
        ("latin-1", "Windows-1252"),
    ],
)
def test_text_read_in_the_wrong_encoding_is_repaired(read_as: str, called: str) -> None:
    text, repairs = repaired(damaged("Aurélien Géron 🛠️ – ✅\nplain\nGéron\n", read_as))

    assert text == "Aurélien Géron 🛠️ – ✅\nplain\nGéron\n"
    assert len(repairs) == 1
    assert repairs[0].startswith(f"the text was UTF-8 read as {called}; ")
    assert repairs[0].endswith(" places repaired")


@pytest.mark.parametrize(("allowed", "length"), [(8, 10), (8, 99), (9, 100), (18, 1_000)])
def test_more_than_a_few_control_characters_are_a_binary_file(allowed: int, length: int) -> None:
    """Eight are allowed, and one more for each hundred characters."""
    assert repaired("\x01" * allowed + "x" * (length - allowed))[0].strip() == "x" * (
        length - allowed
    )
    with pytest.raises(GuideError, match="not text"):
        repaired("\x01" * (allowed + 1) + "x" * (length - allowed - 1))


def test_healthy_and_damaged_lines_may_stand_together() -> None:
    mixed = "Healthy 🎯 é\n" + damaged("Aurélien\n", "mac_roman") + damaged("café\n", "latin-1")

    text, repairs = repaired(mixed)

    assert text == "Healthy 🎯 é\nAurélien\ncafé\n"
    assert repairs == ("the text was UTF-8 read as Mac Roman and Windows-1252; 2 places repaired",)


def test_a_broken_variation_selector_is_finished() -> None:
    lossy = "🛠️ Tools".encode().decode("cp1252", errors="replace")

    assert repaired(lossy)[0] == "🛠️ Tools"


@pytest.mark.parametrize(
    "text",
    [
        HEALTHY,
        "Ça va, où? √2 ≈ 1,41 and π\n",
        "Müller £ § ™ ÷ ×\n",
        "日本語の文章 и русский текст\n",
        "Shown on purpose:\n\n```\nAurâ€™lien Ã©tude\n```\n",
        "The bytes `Ã©` are a sign of it; é is healthy 🎯\n",
    ],
)
def test_healthy_text_is_left_alone(text: str) -> None:
    assert repaired(text) == (text, ())


@given(st.text(alphabet=st.characters(max_codepoint=0x7E, min_codepoint=0x20)))
def test_plain_ascii_never_changes(text: str) -> None:
    assert repaired(f"x{text}") == (f"x{text}", ())


@pytest.mark.parametrize(
    ("data", "text", "reported"),
    [
        (b"\xef\xbb\xbf# Hi", "# Hi", "a byte order mark was removed"),
        ("# Hé".encode("utf-16"), "# Hé", "the file was UTF-16; it was read as such"),
        (
            "# Hi there".encode("utf-16-le"),
            "# Hi there",
            "the file was UTF-16; it was read as such",
        ),
        ("café".encode("cp1252"), "café", "the file was not UTF-8; it was read as Windows-1252"),
        ("é€ ".encode() + b"caf\xe9", "é€ café", "1 byte was not UTF-8, read as Windows-1252"),
        (b"a\r\nb\rc", "a\nb\nc", "line ends were made uniform (CRLF became LF)"),
        (b"a\x07b", "a b", "1 control character was removed"),
    ],
)
def test_each_kind_of_file_is_read_and_the_repair_named(
    data: bytes, text: str, reported: str
) -> None:
    done = repair(data, name="guide.md")

    assert done.text == text
    assert done.repairs == (reported,)


@pytest.mark.parametrize(
    ("data", "what"),
    [
        (b"", "it is empty"),
        (b" \r\n\t", "it is empty"),
        (b"\x89PNG\r\n\x1a\n\x00\x00\x00\rIHDR", "it is not text"),
        (b"\xff\xfe\x00", "it is not text"),
        (bytes(range(1, 30)) * 40, "it is not text"),
        (b"x" * (MAX_BYTES + 1), "it has 1.0 MB"),
        (b"\n" * MAX_LINES + b"x", "lines; a guide of more than"),
    ],
)
def test_what_is_no_guide_is_refused(data: bytes, what: str) -> None:
    with pytest.raises(GuideError) as refused:
        repair(data, name="guide.md")

    assert what in refused.value.what
    assert refused.value.where == "guide.md"
    assert refused.value.hint


@pytest.mark.parametrize(
    ("encoding", "name", "words"),
    [
        ("shift_jis", "Shift-JIS", "学習計画：プログラミングの基礎をまなぶ"),
        ("gbk", "GBK", "学习计划：第一周，网络基础与编程"),
        ("euc_kr", "EUC-KR", "학습 계획 파이썬 기초와 반복문"),
        ("cp1251", "Windows-1251", "План обучения: переменные и циклы"),
    ],
)
def test_encodings_of_other_scripts_are_known_by_their_letters(
    encoding: str, name: str, words: str
) -> None:
    text = f"# {words}\n\n- [ ] {words}\n"

    repaired = repair(text.encode(encoding), name="x")

    assert repaired.text == text
    assert repaired.repairs == (f"the file was not UTF-8; it was read as {name}",)


def test_western_text_stays_western() -> None:
    text = "# Études de français\n\n- Première leçon: le café, la forêt, l'été\n"

    assert repair(text.encode("cp1252"), name="x").text == text
