"""The command `milepost`. `--version` answers before anything heavy is loaded."""

import gc
import os
import sys


def main() -> None:
    """Run the command line; never returns."""
    if sys.argv[1:] in (["--version"], ["-V"]):
        sys.stdout.write(f"milepost {_version()}\n")
        sys.exit(0)
    # Loading modules leaves no rubbish: looking for it as often as usual, and once more at the end
    # of the process, takes a tenth of a run that has nothing to do.
    gc.set_threshold(100_000)
    # Pydantic has no plugins here, and looking for them reads every installed package.
    os.environ.setdefault("PYDANTIC_DISABLE_PLUGINS", "__all__")
    from bot.cli.app import run

    code = run(sys.argv[1:])
    gc.freeze()
    sys.exit(code)


def _version() -> str:
    """Return the installed version, from the name of the folder that an installer leaves.

    `importlib.metadata`, which else reads it, costs four times what starting Python does.
    """
    for path in sys.path:
        try:
            names = os.listdir(path or ".")  # noqa: PTH208 (pathlib is heavy, too)
        except OSError:  # a place that isn't there holds no version
            continue
        for name in names:
            if name.startswith("milepost-") and name.endswith(".dist-info"):
                return name.removeprefix("milepost-").removesuffix(".dist-info")
    from importlib.metadata import version

    return version("milepost")


if __name__ == "__main__":
    main()
