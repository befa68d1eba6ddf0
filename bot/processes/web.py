"""Starts the `web` process on a socket that is handed down: `python -m bot.processes.web --fd N`.

Exit code 1 and one sentence where it cannot start.
"""

from __future__ import annotations

import argparse
import socket
import sys

import uvicorn
from sqlalchemy.exc import SQLAlchemyError

from bot.content import ContentError
from bot.crypto import KeyProblem
from bot.nlu import quiet

# Event streams never end by themselves
LAST_WORDS_S = 3
# How long a thread keeps the interpreter while the event loop waits for it: with Python's 5 ms the loop, which serves
# everybody, stood in line behind each database thread
TURN_S = 0.0005


def main() -> None:
    """The command line."""
    parser = argparse.ArgumentParser(prog="python -m bot.processes.web", description="The web process.")
    parser.add_argument("--fd", type=int, required=True, help="number of the listening socket's descriptor")
    listening = socket.socket(fileno=parser.parse_args().fd)
    quiet.configure()
    sys.setswitchinterval(TURN_S)
    config = uvicorn.Config(
        "bot.app:create_app",
        factory=True,
        log_config=None,
        log_level="warning",
        # Addresses are not logged, and bot.channels decides itself which proxy to trust
        access_log=False,
        proxy_headers=False,
        server_header=False,
        timeout_graceful_shutdown=LAST_WORDS_S,
    )
    try:
        server = uvicorn.Server(config)
        server.run(sockets=[listening])
    except (KeyProblem, ContentError) as problem:
        sys.exit(str(problem))
    except SQLAlchemyError as error:
        sys.exit(f"The database cannot be used ({type(error).__name__}).")
    if not server.started:
        sys.exit(1)


if __name__ == "__main__":
    main()
