"""Starts the action server on loopback: `python -m bot.nlu.serve_actions --port P`.

The same as `python -m rasa_sdk`, but on 127.0.0.1 only and with logs that hold no text.
"""

from __future__ import annotations

import argparse
import os
import sys

from bot.content import ContentError
from bot.nlu import quiet


def main() -> None:
    """The command line."""
    parser = argparse.ArgumentParser(
        prog="python -m bot.nlu.serve_actions", description="The actions on loopback."
    )
    parser.add_argument("--port", type=int, default=5055)
    port = parser.parse_args().port
    os.environ["SANIC_HOST"] = "127.0.0.1"
    quiet.configure()
    from rasa_sdk.endpoint import run

    from actions.libraries import libraries

    try:
        libraries()
    except (ContentError, FileNotFoundError) as error:
        sys.exit(f"The actions cannot start. {error}")
    run("actions", port, cors_origins="")


if __name__ == "__main__":
    main()
