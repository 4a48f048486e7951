"""Run as a script: a server in a process of its own, quick to tick and quick to be taken for dead.

Its environment says the rest. The port is the first argument; a line on standard output says that
it listens.
"""

import os
import sys
from datetime import timedelta


def main(port: int) -> None:
    """Serve until killed."""
    import uvicorn
    from server.dying import dying

    from bot.server import config
    from bot.server.app import build
    from bot.server.server import Server
    from bot.server.store.store import Store

    settings = config.read(os.environ)
    quick = timedelta(milliseconds=20)
    with Store.open(settings.database_url.get_secret_value()) as store:
        server = Server(settings, store, tick=quick, lease=timedelta(seconds=1.5))
        how = uvicorn.Config(
            dying(build(server)), port=port, log_config=None, access_log=False, ws="none"
        )
        uvicorn.Server(how).run()


if __name__ == "__main__":
    main(int(sys.argv[1]))
