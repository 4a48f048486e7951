"""Keeps compiled templates where Python keeps compiled modules, and by the same rules.

Compiling the templates of an idle run costs more than everything else that it does.
"""

import marshal
from hashlib import sha256
from importlib.util import MAGIC_NUMBER, cache_from_source
from pathlib import Path
from typing import Any

from jinja2 import BytecodeCache, Environment
from jinja2 import __version__ as jinja_version
from jinja2.bccache import Bucket

from bot.compiled_file import read_compiled, write_compiled


class TemplateEnvironment(Environment):
    """An environment that loads what reads `{% trans %}` only when a template is compiled."""

    def compile(self, *args: Any, **options: Any) -> Any:
        """Compile a template, with sentences of the catalogue in it."""
        from jinja2.ext import InternationalizationExtension

        if InternationalizationExtension.identifier not in self.extensions:
            functions = dict(self.globals)
            # Set before another thread sees the extension and compiles with it.
            self.newstyle_gettext = True  # values are handed to our functions
            self.policies["ext.i18n.trimmed"] = True
            self.add_extension(InternationalizationExtension)
            self.globals |= functions  # the extension has a `_` of its own
        return super().compile(*args, **options)


class TemplateCache(BytecodeCache):
    """Bytecode of templates, a file each.

    `ending` is that of the templates the environment is for; one without it is shared by several
    environments and kept once for each. What is kept holds while the template, Python, Jinja2, this
    file and `recipe` stay as they were: `recipe` is what makes up the environment, for constants in
    a template are rendered while it is compiled.
    """

    def __init__(self, ending: str, recipe: bytes) -> None:
        self._ending = ending
        self._recipe = recipe + Path(__file__).read_bytes() + MAGIC_NUMBER + jinja_version.encode()

    def get_cache_key(self, name: str, filename: str | None = None) -> str:
        """Return the path of its bytecode; "" for a template that is not a file."""
        del name  # the path tells more
        if filename is None:
            return ""
        shared = "" if filename.endswith(self._ending) else f".{self._ending}"
        return cache_from_source(f"{filename}{shared}.py")

    def get_source_checksum(self, source: str) -> str:
        """Return the hash of what the bytecode is compiled from."""
        return sha256(self._recipe + source.encode()).hexdigest()

    def load_bytecode(self, bucket: Bucket) -> None:
        """Fill the bucket when there is matching bytecode; else the template is compiled."""
        code = read_compiled(bucket.key, bucket.checksum) if bucket.key else None
        if code is not None:
            bucket.code = marshal.loads(code)  # noqa: S302 - trusted as a .pyc beside it is

    def dump_bytecode(self, bucket: Bucket) -> None:
        """Write the bucket's bytecode."""
        if bucket.key:
            write_compiled(bucket.key, bucket.checksum, marshal.dumps(bucket.code))
