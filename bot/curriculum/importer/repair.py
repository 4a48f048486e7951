"""Decode the bytes of a guide, and repair what an earlier wrong decoding has damaged.

A guide that was once UTF-8 and was read as Mac Roman or Windows-1252 shows "Aur√©lien" for
"Aurélien". ftfy knows these damages and their signs; this file decides where it may act. What looks
healthy is left alone, and so is damage shown on purpose inside code.
"""

import re
from dataclasses import dataclass

from bot.absent_packages import stand_in
from bot.errors import GuideError

MAX_BYTES = 1_000_000
MAX_LINES = 20_000

_ENCODINGS = {
    "macroman": "Mac Roman",
    "sloppy-windows-1252": "Windows-1252",
    "latin-1": "Windows-1252",
    "cp437": "code page 437",
}
_READ_AS_UTF16 = "the file was UTF-16; it was read as such"
_MARKS = (
    ("utf-8", "a byte order mark was removed", b"\xef\xbb\xbf"),
    ("utf-16-le", _READ_AS_UTF16, b"\xff\xfe"),
    ("utf-16-be", _READ_AS_UTF16, b"\xfe\xff"),
)
# Encodings of other scripts: their usual characters, and how many there are for each Latin letter.
_LEGACY = (
    ("shift_jis", "Shift-JIS", "\u3000-\u30ff\u4e00-\u9fff\uff01-\uff5e", 0.2),
    ("euc_kr", "EUC-KR", "\uac00-\ud7a3\u3000-\u303f", 0.2),
    ("gb18030", "GBK", "\u4e00-\u9fff\u3000-\u303f\uff01-\uff5e\u2014-\u201d", 0.2),
    ("cp1251", "Windows-1251", "\u0430-\u044f\u0451\u0410-\u042f\u2013-\u2116", 1.0),
)
_NON_ASCII = re.compile(r"[^\x00-\x7f]+")
_CONTROL = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f]")
_LATE_CONTROL = re.compile(r"[\x80-\x9f\u2028\u2029]")  # the repair of damaged text may need them
_ORPHAN_SELECTOR = re.compile(
    r"(?<=[\u2190-\u2bff\U0001f000-\U0001faff])(?:\u00ef\u00b8\u008f?|\u00d4\u220f\u00e8?|\ufffd)"
)
_FENCE = re.compile(r" {0,3}(`{3,}|~{3,})")
_CODE_SPAN = re.compile(r"`[^`\n]+`")


@dataclass(frozen=True, slots=True)
class RepairedText:
    """Healthy text with `\\n` line ends, and one sentence for each thing that was done to it."""

    text: str
    repairs: tuple[str, ...]


def repair(data: bytes, *, name: str) -> RepairedText:
    """Return the text of `data`. Raise GuideError when it is empty, binary or too large."""
    if len(data) > MAX_BYTES:
        raise GuideError(
            f"it has {len(data) / 1e6:.1f} MB; a guide of more than 1 MB is not read.",
            where=name,
            hint="Give the Markdown file of one guide.",
        )
    repairs: list[str] = []
    text = _decoded(data, name, repairs)
    if "\r" in text:
        repairs.append("line ends were made uniform (CRLF became LF)")
        text = text.replace("\r\n", "\n").replace("\r", "\n")
    if not text.strip():
        raise GuideError("it is empty.", where=name, hint="Give a Markdown guide with tasks.")
    lines = text.count("\n") + 1
    if lines > MAX_LINES:
        raise GuideError(
            f"it has {lines} lines; a guide of more than {MAX_LINES} is not read.",
            where=name,
            hint="Give the Markdown file of one guide.",
        )
    text = _LATE_CONTROL.sub(" ", _repair_encoding(text, repairs))
    return RepairedText(text, tuple(repairs))


def _decoded(data: bytes, name: str, repairs: list[str]) -> str:
    encoding, description, mark = next(
        (known for known in _MARKS if data.startswith(known[2])),
        (_bare_utf16(data) or "utf-8", _READ_AS_UTF16, b""),
    )
    if mark or encoding != "utf-8":
        repairs.append(description)
    data = data[len(mark) :]
    try:
        text = data.decode(encoding)
    except UnicodeDecodeError:
        if encoding != "utf-8":
            raise _binary_file_error(name) from None
        text = _decode_damaged_utf8(data, repairs)
    controls = _CONTROL.findall(text)
    if "\x00" in controls or len(controls) > 8 + len(text) // 100:
        raise _binary_file_error(name)
    if controls:
        repairs.append(_count_sentence(len(controls), "control character") + " removed")
        text = _CONTROL.sub(" ", text)
    return text


def _bare_utf16(data: bytes) -> str | None:
    """Return the kind of UTF-16 without a mark: in Western text every other byte is zero."""
    head = data[:2000]
    if len(data) % 2 or len(head) < 4:
        return None
    if head[1::2].count(0) > len(head) // 4 and 0 not in head[::2]:
        return "utf-16-le"
    if head[::2].count(0) > len(head) // 4 and 0 not in head[1::2]:
        return "utf-16-be"
    return None


def _decode_damaged_utf8(data: bytes, repairs: list[str]) -> str:
    """Return the text, read as UTF-8 with a few stray bytes, or else as Windows-1252 throughout."""
    text = data.decode("utf-8", errors="surrogateescape")
    stray = sum(1 for c in text if "\udc80" <= c <= "\udcff")
    healthy = sum(1 for c in text if c > "\x7f") - stray
    if healthy > stray:
        repairs.append(f"{_count_sentence(stray, 'byte')} not UTF-8, read as Windows-1252")
        return re.sub("[\udc80-\udcff]", lambda m: _cp1252(bytes([ord(m[0]) - 0xDC00])), text)
    for encoding, name, script, share in _LEGACY:
        read = _legacy_text(data, encoding, script, share)
        if read is not None:
            repairs.append(f"the file was not UTF-8; it was read as {name}")
            return read
    repairs.append("the file was not UTF-8; it was read as Windows-1252")
    return _cp1252(data)


def _legacy_text(data: bytes, encoding: str, script: str, share: float) -> str | None:
    """Return text in this encoding, where it is one of its language: by `script`, and many."""
    try:
        text = data.decode(encoding)
    except UnicodeDecodeError:
        return None
    beyond = _NON_ASCII.sub("", text)
    latin = sum(map(str.isalpha, beyond))
    foreign = len(text) - len(beyond)
    fitting = len(re.findall(f"[{script}]", text))
    return text if fitting >= foreign * 0.8 and fitting > latin * share else None


def _cp1252(data: bytes) -> str:
    """Return text from Windows-1252; its five undefined bytes become the replacement character."""
    return data.decode("cp1252", errors="replace")


def _binary_file_error(name: str) -> GuideError:
    return GuideError(
        "it is not text.", where=name, hint="Give a Markdown file, such as README.md or guide.md."
    )


def _repair_encoding(text: str, repairs: list[str]) -> str:
    """Undo a wrong decoding: at once if the whole text shares it, else line by line."""
    if text.isascii():
        return text
    prose = "\n".join(line for line, outside in _lines(text) if outside)
    if not _is_damaged(_CODE_SPAN.sub("", prose)):
        return text
    fixed, damage = _undo(text)
    found = {damage}
    if damage not in _ENCODINGS:
        found.clear()
        fixed = "\n".join(
            _repair_line(line, found) if plain else line for line, plain in _lines(text)
        )
    fixed = _ORPHAN_SELECTOR.sub("\ufe0f", fixed)
    places = _count_changes(text, fixed)
    if places:
        names = {_ENCODINGS.get(one, "another encoding") for one in found} or {"another encoding"}
        damages = " and ".join(sorted(names))
        repaired = _count_sentence(places, "place", verb=False)
        repairs.append(f"the text was UTF-8 read as {damages}; {repaired} repaired")
    return fixed


def _is_damaged(prose: str) -> bool:
    stand_in("wcwidth", "wcwidth", "wcswidth")  # ftfy's, to print tables
    from ftfy.badness import is_bad

    return is_bad(prose) or bool(_ORPHAN_SELECTOR.search(prose))


def _repair_line(line: str, found: set[str]) -> str:
    """Repair a line on its own; where it mixes healthy and damaged text, run by run."""
    if line.isascii() or not _is_damaged(line):
        return line
    whole, damage = _undo(line)
    if whole != line:
        found.add(damage)
        return whole

    def run(match: re.Match[str]) -> str:
        fixed, how = _undo(match[0])
        if fixed != match[0]:
            found.add(how)
        return fixed

    return _NON_ASCII.sub(run, line)


def _undo(text: str) -> tuple[str, str]:
    """Return the text with wrong decoding undone, and the encoding it was read in, or ""."""
    from ftfy import TextFixerConfig, fix_encoding_and_explain

    fixed, steps = fix_encoding_and_explain(text, TextFixerConfig(unescape_html=False))
    read_as = [step.parameter for step in steps or [] if step.action == "encode"]
    return fixed, read_as[0] if len(read_as) == 1 else ""


def _lines(text: str) -> list[tuple[str, bool]]:
    """Return each line, and whether it is outside fenced code."""
    out: list[tuple[str, bool]] = []
    fence = ""
    for line in text.split("\n"):
        found = _FENCE.match(line)
        if fence:
            out.append((line, False))
            if found and found[1].startswith(fence) and not line[found.end() :].strip():
                fence = ""
        else:
            fence = found[1] if found else ""
            out.append((line, not fence))
    return out


def _count_changes(before: str, after: str) -> int:
    """Return how many runs of characters beyond ASCII the repair has changed."""
    changed = 0
    for old, new in zip(before.split("\n"), after.split("\n"), strict=True):
        if old != new:
            remaining = set(_NON_ASCII.findall(new))
            changed += sum(1 for run in _NON_ASCII.findall(old) if run not in remaining) or 1
    return changed


def _count_sentence(number: int, noun: str, *, verb: bool = True) -> str:
    plural = f"{number} {noun}{'' if number == 1 else 's'}"
    return plural + (" was" if number == 1 else " were") * verb
