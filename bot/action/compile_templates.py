"""`python -m bot.action.compile_templates`: compiles templates and built-in curricula once, when
the environment is made and kept.

Python compiles modules when they are installed; templates would be compiled, and curricula read, by
the first run that needs each of them, in an environment that GitHub's cache has kept already.
"""

from bot import templating
from bot.curriculum import load

PARTIAL = "j2"  # the ending of what other templates are made of
PAGES = "server"  # a folder for others, who bring filters of their own


def main() -> None:
    """Compile every template that a run reads, in every place, and every built-in curriculum."""
    root = templating.templates_root()
    for file in sorted(root.rglob("*.j2")):
        name, ending = file.relative_to(root).as_posix(), file.name.split(".", 1)[1]
        if name.partition("/")[0] == PAGES:
            continue
        places = ("md.j2", "html.j2") if ending == PARTIAL else (ending,)
        for place in places:
            templating.environment(place).get_template(name)
    for name in load.catalog_names():
        load.from_catalog(name)


if __name__ == "__main__":
    main()
