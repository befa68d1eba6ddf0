"""Ports: the one that visitors use, which must be free, and two on loopback, which are chosen."""

from __future__ import annotations

import errno
import http.client
import socket

from bot.prepare import SetupProblem
from bot.settings import Settings

LOOPBACK = "127.0.0.1"
EVERYWHERE = {"0.0.0.0": LOOPBACK, "::": "::1"}  # noqa: S104 (not bound here, only recognised)
BACKLOG = 512


def listen(settings: Settings) -> socket.socket:
    """The listening socket of `web`. Raises SetupProblem, saying why, where the port cannot be had.

    The supervisor holds it: while `web` restarts, visitors wait for a moment and are not turned away.
    """
    where = f"{settings.host}:{settings.port}"
    try:
        family, _, _, _, address = socket.getaddrinfo(settings.host, settings.port, type=socket.SOCK_STREAM)[
            0
        ]
        return socket.create_server(address, family=family, backlog=BACKLOG)
    except socket.gaierror:
        raise SetupProblem(f"VRA_HOST is {settings.host!r}, which is no address of this machine.") from None
    except OSError as error:
        if error.errno == errno.EADDRINUSE:
            other = "stop what runs there or set VRA_PORT to another port"
            raise SetupProblem(f"Port {settings.port} is in use: {other}.") from None
        raise SetupProblem(f"{where} cannot be listened on: {error.strerror}.") from None


def check_free(settings: Settings) -> None:
    """Raise SetupProblem where the visitors' port cannot be had."""
    listen(settings).close()


def reserve() -> socket.socket:
    """A free port on loopback, as a socket that is bound but does not listen.

    While it is open the kernel gives that port to nobody by chance, yet a server that binds it by number (with
    SO_REUSEADDR, as asyncio does) gets it: so a restarted child finds its port free, and two checkouts never clash.
    """
    holder = socket.socket()
    holder.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    holder.bind((LOOPBACK, 0))
    return holder


def status(listening: socket.socket, path: str, timeout_s: float = 2.0) -> int | None:
    """The HTTP status that the server behind a socket gives for `path`, None where it gives none in time."""
    host, port = listening.getsockname()[:2]
    connection = http.client.HTTPConnection(EVERYWHERE.get(host, host), port, timeout=timeout_s)
    try:
        connection.request("GET", path)
        return connection.getresponse().status
    except (OSError, http.client.HTTPException):
        return None
    finally:
        connection.close()
