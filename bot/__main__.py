"""The command `milepost`. `--version` answers before anything heavy is loaded."""

import gc
import os
import sys


def main() -> None:
    """Run the command line; never returns."""
    if sys.argv[1:] in (["--version"], ["-V"]):
        from importlib.metadata import version

        sys.stdout.write(f"milepost {version('milepost')}\n")
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


if __name__ == "__main__":
    main()
