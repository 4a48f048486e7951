"""Markdown of ours as part of a page: the text of a report, said in one place, shown in two."""

from functools import cache
from typing import TYPE_CHECKING

from bot.templating import Html

if TYPE_CHECKING:
    from markdown_it import MarkdownIt


def markdown_html(text: str) -> Html:
    """Paragraphs, lists, emphasis and links to the web.

    HTML in it is shown as text, and pictures are left out: they would ask others for them.
    """
    return Html(_parser().render(text))


@cache
def _parser() -> "MarkdownIt":
    from markdown_it import MarkdownIt

    class Parser(MarkdownIt):
        def validateLink(self, url: str) -> bool:  # noqa: N802 - the parser's own name for it
            return url.startswith(("https://", "http://"))

    return Parser("commonmark", {"html": False}).disable(["image", "html_inline", "html_block"])
