"""A person with a browser without scripts: opens pages, fills in forms, presses buttons."""

import re
from dataclasses import dataclass, field
from html.parser import HTMLParser
from typing import Self
from urllib.parse import urljoin

import httpx2


@dataclass
class Form:
    """A form on a page: its action, the values of its fields, and its buttons by their text."""

    method: str = "get"
    action: str = ""
    fields: dict[str, str] = field(default_factory=dict)
    buttons: dict[str, tuple[str, str]] = field(default_factory=dict)


class _Reader(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.forms: list[Form] = []
        self.links: dict[str, str] = {}
        self.text: list[str] = []
        self._form: Form | None = None
        self._button: tuple[str, str] | None = None
        self._select = ""
        self._link = ""
        self._words: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        text = {name: value or "" for name, value in attrs}
        match tag:
            case "form":
                self._form = Form(text.get("method", "get"), text.get("action", ""))
                self.forms.append(self._form)
            case "input":
                self._input(text)
            case "select":
                self._select = text.get("name", "")
            case "option" if self._form is not None and self._select:
                if "selected" in text or self._select not in self._form.fields:
                    self._form.fields[self._select] = text.get("value", "")
            case "button":
                self._button, self._words = (text.get("name", ""), text.get("value", "")), []
            case "a":
                self._link, self._words = text.get("href", ""), []

    def handle_endtag(self, tag: str) -> None:
        words = " ".join("".join(self._words).split())
        match tag:
            case "form":
                self._form = None
            case "select":
                self._select = ""
            case "button" if self._button is not None and self._form is not None:
                self._form.buttons[words] = self._button
                self._button = None
            case "a" if self._link:
                self.links[words] = self._link
                self._link = ""

    def handle_data(self, data: str) -> None:
        self._words.append(data)
        self.text.append(data)

    def _input(self, text: dict[str, str]) -> None:
        name = text.get("name", "")
        kind = text.get("type", "text")
        if self._form is None or not name:
            return
        if kind not in {"radio", "checkbox"} or "checked" in text:
            self._form.fields[name] = text.get("value", "")


@dataclass
class Page:
    """A page as a person sees it."""

    answer: httpx2.Response
    forms: list[Form]
    links: dict[str, str]
    text: str

    @classmethod
    def of(cls, answer: httpx2.Response) -> Self:
        """Read an answer."""
        reader = _Reader()
        reader.feed(answer.text)
        return cls(answer, reader.forms, reader.links, " ".join("".join(reader.text).split()))

    @property
    def html(self) -> str:
        """Return the source without random tokens, which may spell any short word by chance."""
        return re.sub(r"[\w=-]{40,}", "", self.answer.text)

    @property
    def status(self) -> int:
        return self.answer.status_code

    @property
    def path(self) -> str:
        return self.answer.url.path

    def form(self, button: str) -> Form:
        """Return the form with a button whose text begins so."""
        for one in self.forms:
            if any(words.startswith(button) for words in one.buttons):
                return one
        raise AssertionError(f"no button {button!r} in {[f.buttons for f in self.forms]}")


class Person:
    """A person and their browser."""

    def __init__(self, base: str = "") -> None:
        self.web = httpx2.Client(base_url=base, verify=False, follow_redirects=True, timeout=60)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.web.close()

    def open(self, address: str) -> Page:
        """Open an address."""
        return Page.of(self.web.get(address))

    def follow(self, page: Page, link: str) -> Page:
        """Follow the link whose text begins so."""
        found = next((to for words, to in page.links.items() if words.startswith(link)), None)
        assert found is not None, (link, page.links)
        return self.open(urljoin(str(page.answer.url), found))

    def press(self, page: Page, button: str, **filled: str | None) -> Page:
        """Fill in fields (None leaves one out) and press the button whose text begins so."""
        return Page.of(self.send(page, button, **filled))

    def send(self, page: Page, button: str, **filled: str | None) -> httpx2.Response:
        form = page.form(button)
        fields = {**form.fields, **filled}
        name, value = next(v for words, v in form.buttons.items() if words.startswith(button))
        if name:
            fields[name] = value
        data = {key: one for key, one in fields.items() if one is not None}
        to = urljoin(str(page.answer.url), form.action)
        origin = page.answer.url.copy_with(path="/", query=None, fragment=None)
        headers = {"Origin": str(origin).rstrip("/")}
        if form.method == "get":
            return self.web.get(to, params=data)
        return self.web.post(to, data=data, headers=headers)
