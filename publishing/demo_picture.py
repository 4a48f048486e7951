"""Draw `docs/images/demo.svg`: the thirteen weeks of `milepost demo` in a minute, as an SVG.

`make demo-picture` plays the demo at a fixed day, writes what it prints to `publishing/demo.txt`
without links, and draws that. A test draws it again and compares. The picture holds no script: each
scene is shown in its turn by CSS, in the reader's colours, and who wants no motion sees the last
scene, which stands still.
"""

import contextlib
import io
import re
import sys
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime
from html import escape
from pathlib import Path

if __package__ in {None, ""}:  # run as a script
    sys.path.insert(0, str(Path(__file__).parents[1]))

ROOT = Path(__file__).parents[1]
TRANSCRIPT = ROOT / "publishing" / "demo.txt"
PICTURE = ROOT / "docs" / "images" / "demo.svg"
TODAY = datetime(2026, 4, 14, 12, tzinfo=UTC)  # the demo then begins on Mon 5 Jan 2026
WIDTH, HEIGHT, LINE, TOP = 640, 408, 29, 84
COLUMNS = 50  # of 20 px: still readable where a phone shows the picture half as large
WEEKS = (1, 2, 4, 6, 9, 11, 13)
STYLE = """
svg{--p:#fff;--t:#1f2328;--m:#59636e;--l:#d1d9e0;--g:#1a7f37;--b:#0969da}
@media(prefers-color-scheme:dark){
svg{--p:#0d1117;--t:#e6edf3;--m:#9198a1;--l:#3d444d;--g:#3fb950;--b:#4493f8}}
text{font:20px ui-monospace,SFMono-Regular,Menlo,Consolas,"DejaVu Sans Mono",monospace}
text{fill:var(--t);white-space:pre}
.m{fill:var(--m)}.g{fill:var(--g)}.b{fill:var(--b)}.h{font-weight:700}
.c{fill:var(--p);stroke:var(--l)}.r{fill:var(--l)}.f{fill:var(--g)}
"""


@dataclass
class Scene:
    """A title, lines of text with a class each, percent for a bar (or None), seconds to read it."""

    title: str
    seconds: float
    lines: list[tuple[str, str]] = field(default_factory=list)
    percent: int | None = None

    def add(self, text: str, style: str = "") -> None:
        """Add a line, cut to the picture's width."""
        text = re.sub(r"\*\*|`", "", text)
        short = text if len(text) <= COLUMNS else f"{text[: COLUMNS - 1].rstrip()}…"
        self.lines.append((short, style))

    def add_wrapped(self, text: str, style: str = "") -> None:
        """Add a sentence in as many lines as it takes."""
        line = ""
        for word in text.split():
            if len(line) + len(word) >= COLUMNS:
                self.add(line, style)
                line = ""
            line = f"{line} {word}".strip()
        self.add(line, style)


def record() -> str:
    """Play the demo and return what it prints, without links and what differs between two runs."""
    from bot.cli import demo
    from bot.cli.context import command_clock

    printed = io.StringIO()
    command_clock.set(lambda: TODAY)
    with contextlib.redirect_stdout(printed):
        demo.demo(port=0, curriculum="devops-to-mlops", browse=False)
    text = re.sub(r"\[([^\]]+)\]\(<?http[^)]*\)", r"\1", printed.getvalue())
    _, _, text = text.partition("\n$ milepost plan\n")
    text, _, _ = text.partition("\n--- The dashboard")
    _, _, status = printed.getvalue().partition("\n$ milepost status\n")
    status, _, _ = status.partition("\nThe badge says")
    return f"$ milepost plan\n{text}\n$ milepost status\n{status}"


def between(text: str, start: str, end: str) -> str:
    """Return what stands between two texts; raise ValueError where one is missing."""
    return text[(at := text.index(start) + len(start)) : text.index(end, at)]


def items(text: str, heading: str) -> list[str]:
    """Return the list below a heading of a summary, without what follows each title."""
    _, _, rest = text.partition(f"**{heading}:**\n\n")
    lines = rest.partition("\n\n")[0].splitlines()
    return [line.removeprefix("- ").partition(" · ")[0] for line in lines]


def scenes(transcript: str) -> Iterator[Scene]:
    """Yield what the picture shows of a transcript, in order."""
    plan = between(transcript, "$ milepost plan\n", "$ milepost sync")
    yield _plan_scene(plan)
    for number in WEEKS:
        summary = between(transcript, f"**Week {number} of your path** · ", "\n--- ")
        yield _week_scene(number, summary)
    yield _checkpoint_scene(between(transcript, "--- Tuesday", "### Your skills"))
    yield _status_scene(transcript.partition("$ milepost status\n")[2])


def _plan_scene(plan: str) -> Scene:
    scene = Scene("A guide becomes a plan", 7)
    scene.add("$ milepost plan", "g")
    for what, shown in (("milestones", r"Month [12], "), ("issues", "")):
        heading = re.findall(rf"^\d+ {what} to create$", plan, re.MULTILINE)[0]
        scene.add(heading, "h")
        lines = re.findall(
            rf"^  \+ {shown}.*$", between(plan, f"{heading}\n", "\n\n"), re.MULTILINE
        )
        # What is written first comes first in a plan; here the months are in their order.
        for line in (sorted(lines) if shown else lines)[:3]:
            scene.add(line.partition("  (due")[0])
    (total,) = re.findall(r"^(\d+ to create) ·.*· (\d+ notifications)", plan, re.MULTILINE)
    scene.add(" · ".join(total), "m")
    return scene


def _week_scene(number: int, summary: str) -> Scene:
    dates, _, rest = summary.partition("\n")
    days, _, percent = dates.rpartition(" · ")
    scene = Scene(f"Week {number} · {days}", 5, percent=int(percent.partition("%")[0]))
    if done := items(rest, "Done this week"):
        scene.add("Done this week", "h")
        for title in done[:2]:
            scene.add(f"✓ {title}", "g")
    scene.add("Next", "h")
    for title in items(rest, "Next")[: 2 if done else 3]:
        scene.add(f"→ {title}", "b")
    if logged := re.search(r"^(?:(.* finished) · .* · )?(.*h logged)$", rest, re.MULTILINE):
        scene.add(" · ".join(filter(None, logged.groups())), "m")
    if forecast := re.search(r"^At your recent pace.*$", rest, re.MULTILINE):
        scene.add_wrapped(forecast[0], "m")
    return scene


def _checkpoint_scene(report: str) -> Scene:
    scene = Scene("A report at each checkpoint", 7)
    scene.add(re.findall(r"\*\*(.+?)\*\*", report)[0], "h")
    scene.add_wrapped(re.findall(r"^There's evidence.*?\.", report, re.MULTILINE)[0], "m")
    for item, state in re.findall(r"^- \*\*(.+?)\*\*: (.+)$", report, re.MULTILINE)[:4]:
        shown = "no evidence" not in state
        scene.add(f"{'✓' if shown else '·'} {item}", "g" if shown else "")
        scene.add(f"  {state}", "m")
    return scene


def _status_scene(status: str) -> Scene:
    percent = int(re.findall(r"(\d+)%", status)[0])
    scene = Scene("Thirteen weeks later", 8, percent=percent)
    for name, style in (("Now", "h"), ("Next", "b")):
        scene.add(re.findall(rf"^{name}: .*$", status, re.MULTILINE)[0].partition(" · ")[0], style)
    for done, title in re.findall(r"^(?:>| ) [#.]+ +(\d+%) +(Month.+)$", status, re.MULTILINE)[:4]:
        scene.add(f"{done:>4} {title}", "m" if done == "0%" else "g")
    scene.add_wrapped(re.findall(r"^At your recent pace.*$", status, re.MULTILINE)[0], "m")
    return scene


def _drawn(scene: Scene) -> Iterator[str]:
    yield f'<text class="h" x="20" y="34">{escape(scene.title)}</text>'
    top = TOP
    if scene.percent is not None:
        width = WIDTH - 120
        yield f'<rect class="r" x="20" y="70" width="{width}" height="14" rx="7"/>'
        filled = max(width * scene.percent // 100, 14)
        yield f'<rect class="f" x="20" y="70" width="{filled}" height="14" rx="7"/>'
        yield f'<text class="h" x="{width + 34}" y="84">{scene.percent}%</text>'
        top += LINE + 8
    for index, (text, style) in enumerate(scene.lines):
        named = f' class="{style}"' if style else ""
        yield f'<text{named} x="20" y="{top + index * LINE}">{escape(text)}</text>'


def _timing(all_scenes: list[Scene]) -> str:
    total = sum(scene.seconds for scene in all_scenes)
    rules, start = [], 0.0
    for number, scene in enumerate(all_scenes):
        first, last = 100 * start / total, 100 * (start + scene.seconds) / total
        start += scene.seconds
        before = "" if first == 0 else f"0%,{first - 0.01:.2f}%{{opacity:0}}"
        after = "" if number == len(all_scenes) - 1 else f"{last:.2f}%,100%{{opacity:0}}"
        rules.append(
            f"@keyframes s{number}{{{before}{first:.2f}%,{last - 0.01:.2f}%{{opacity:1}}{after}}}"
            f"#s{number}{{opacity:0;animation:s{number} {total:g}s linear infinite}}"
        )
    last_one = f"#s{len(all_scenes) - 1}"
    rules.append(
        f"#p{{transform-origin:0 0;animation:p {total:g}s linear infinite}}"
        "@keyframes p{0%{transform:scaleX(0)}100%{transform:scaleX(1)}}"
        f"@media(prefers-reduced-motion:reduce){{g,#p{{animation:none!important}}"
        f"{last_one}{{opacity:1!important}}#p{{opacity:0}}}}"
    )
    return "\n".join(rules)


def drawn(all_scenes: Iterable[Scene]) -> str:
    """Return the picture of these scenes; raise ValueError for one with too many lines."""
    shown = list(all_scenes)
    groups = []
    for number, scene in enumerate(shown):
        room = (HEIGHT - 20 - TOP - (LINE + 8 if scene.percent is not None else 0)) // LINE + 1
        if len(scene.lines) > room:
            raise ValueError(f"{scene.title}: {len(scene.lines)} lines, and room for {room}")
        groups.append(f'<g id="s{number}">{"".join(_drawn(scene))}</g>')
    described = "Milepost plans a year, sums up each week and reports at the checkpoint."
    size = f'viewBox="0 0 {WIDTH} {HEIGHT}" width="{WIDTH}" height="{HEIGHT}"'
    return "\n".join(
        [
            f'<svg xmlns="http://www.w3.org/2000/svg" {size} role="img" aria-label="{described}">',
            f"<style>{STYLE}{_timing(shown)}</style>",
            f'<rect class="c" x=".5" y=".5" width="{WIDTH - 1}" height="{HEIGHT - 1}" rx="10"/>',
            f'<path d="M0 50H{WIDTH}" stroke="var(--l)"/>',
            f'<rect id="p" class="f" x="0" y="49" width="{WIDTH}" height="2"/>',
            *groups,
            "</svg>\n",
        ]
    )


def main() -> None:
    """Play the demo, and write its transcript and picture."""
    TRANSCRIPT.write_text(record(), encoding="utf-8")
    PICTURE.write_text(drawn(scenes(TRANSCRIPT.read_text(encoding="utf-8"))), encoding="utf-8")
    print(f"{PICTURE.relative_to(ROOT)}: {PICTURE.stat().st_size // 1000} KB")


if __name__ == "__main__":
    main()
