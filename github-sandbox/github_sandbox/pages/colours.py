"""Label colours that can be read, in light and in dark.

Contrast after WCAG 2.2, "relative luminance" and "contrast ratio". On light pages a chip has the
label's colour with black or white text; on dark ones a dim ground with the colour made lighter.
"""

from collections.abc import Iterable

INK, PAPER = "000000", "ffffff"  # one of the two has a contrast of 4.5 on any colour
NIGHT = "0d1117"
READABLE = 4.5
RGB = tuple[int, int, int]


def _rgb(color: str) -> RGB:
    return int(color[:2], 16), int(color[2:4], 16), int(color[4:], 16)


def _hex(rgb: Iterable[float]) -> str:
    return "".join(f"{round(part):02x}" for part in rgb)


def luminance(color: str) -> float:
    """Relative luminance, 0 to 1, of a colour as rrggbb."""

    def linear(part: int) -> float:
        share = part / 255
        return share / 12.92 if share <= 0.04045 else ((share + 0.055) / 1.055) ** 2.4

    red, green, blue = (linear(part) for part in _rgb(color))
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def contrast(one: str, other: str) -> float:
    """Contrast ratio, 1 to 21."""
    brighter, darker = sorted((luminance(one), luminance(other)), reverse=True)
    return (brighter + 0.05) / (darker + 0.05)


def mixed(color: str, with_: str, share: float) -> str:
    """A colour with a share (0 to 1) of another in it."""
    pairs = zip(_rgb(color), _rgb(with_), strict=True)
    return _hex(one * (1 - share) + other * share for one, other in pairs)


def text_on(color: str) -> str:
    """Black or white, whichever reads better."""
    return max((INK, PAPER), key=lambda text: contrast(text, color))


def for_night(color: str) -> tuple[str, str, str]:
    """Ground, border and text of a chip on a dark page."""
    ground = mixed(NIGHT, color, 0.18)
    text = color
    for step in range(11):
        text = mixed(color, PAPER, step / 10)
        if contrast(text, ground) >= READABLE:
            break
    return ground, mixed(NIGHT, text, 0.35), text


def style_sheet(colors: Iterable[str]) -> str:
    """CSS rules for chips of these colours: class `c-rrggbb`."""
    day, night = [], []
    for color in sorted(set(colors)):
        border = mixed(color, INK, 0.18)
        day.append(
            f".c-{color}{{background:#{color};color:#{text_on(color)};border-color:#{border}}}"
        )
        ground, edge, text = for_night(color)
        night.append(f".c-{color}{{background:#{ground};color:#{text};border-color:#{edge}}}")
    return f"{''.join(day)}@media(prefers-color-scheme:dark){{{''.join(night)}}}"
