"""Ports are free when they are needed, and a busy one is told in one sentence."""

from __future__ import annotations

import socket

import pytest

from bot.prepare import SetupProblem
from bot.processes.ports import listen, reserve, status
from bot.settings import Settings


def test_a_reserved_port_is_given_to_nobody_else_by_chance() -> None:
    with reserve() as held:
        port = held.getsockname()[1]
        others = [reserve() for _ in range(200)]
        given = {other.getsockname()[1] for other in others}
        for other in others:
            other.close()
    assert port not in given


def test_a_server_gets_the_reserved_port_again_and_again() -> None:
    with reserve() as held:
        for _ in range(2):
            with socket.create_server(held.getsockname()) as server:
                socket.create_connection(held.getsockname(), timeout=5).close()
                server.accept()[0].close()


def test_a_busy_port_is_told() -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        with pytest.raises(SetupProblem, match=f"Port {port} is in use.*VRA_PORT"):
            listen(Settings(port=port))


@pytest.mark.parametrize("host", ["no such host", "203.0.113.1"])
def test_an_address_of_another_machine_is_told(host: str) -> None:
    with pytest.raises(SetupProblem, match=host):
        listen(Settings(host=host, port=18080))


def test_nobody_behind_the_port_is_no_status() -> None:
    with socket.create_server(("127.0.0.1", 0)) as silent:
        assert status(silent, "/healthz", timeout_s=0.05) is None
