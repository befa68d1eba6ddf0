"""Which processes there are, and what each is told: ports, addresses, environment."""

from __future__ import annotations

import os
import socket
import sys
from collections.abc import Mapping
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path

import yaml

from bot.content import ROOT
from bot.processes.keeper import Program
from bot.processes.ports import LOOPBACK, listen, reserve
from bot.settings import Settings

MODEL = ROOT / "models" / "vra.tar.gz"
RUN = "run"
# Three processes share few cores and the models are small: one thread each answers fastest. A setting of the
# machine wins.
MODEST = {
    "OMP_NUM_THREADS": "1",
    "TF_INTER_OP_PARALLELISM_THREADS": "1",
    "TF_INTRA_OP_PARALLELISM_THREADS": "1",
    "MALLOC_ARENA_MAX": "2",
    "PYTHONWARNINGS": "ignore",
}
FIXED = {
    "RASA_TELEMETRY_ENABLED": "false",
    "TF_CPP_MIN_LOG_LEVEL": "3",
    "CUDA_VISIBLE_DEVICES": "-1",
    "PYTHONUNBUFFERED": "1",
}


@dataclass(frozen=True)
class Plan:
    """The programs, `web` apart, as it starts first and answers alone until the others are there."""

    web: Program
    others: tuple[Program, ...]
    listening: socket.socket


def environment(settings: Settings, **more: str) -> dict[str, str]:
    """Environment of a child process: the children's folder is another, so the data folder is given in full."""
    return {**MODEST, **os.environ, **FIXED, "VRA_DATA_DIR": str(settings.data_dir.resolve()), **more}


def write_endpoints(settings: Settings, actions_url: str) -> Path:
    """Rasa's endpoints file for this run: as in the checkout, but with the actions' chosen port."""
    endpoints = yaml.safe_load((ROOT / "endpoints.yml").read_text("utf-8"))
    endpoints["action_endpoint"]["url"] = f"{actions_url}/webhook"
    # By port, as two instances may share a data folder
    path = settings.data_dir.resolve() / RUN / f"endpoints-{settings.port}.yml"
    path.parent.mkdir(mode=0o700, exist_ok=True)
    path.write_text(yaml.safe_dump(endpoints), "utf-8")
    return path


def _module(name: str, module: str, variables: Mapping[str, str], *arguments: str | Path | int) -> Program:
    return Program(name, (sys.executable, "-m", module, *map(str, arguments)), variables)


def make_plan(settings: Settings, held: ExitStack) -> Plan:
    """Choose ports, held until `held` is closed, and write what the processes read. Raises SetupProblem.

    With VRA_RASA_URL or VRA_ACTIONS_URL set, that process runs elsewhere and is not started.
    """
    listening = held.enter_context(listen(settings))
    rasa_port, actions_port = (held.enter_context(reserve()).getsockname()[1] for _ in range(2))
    rasa_url = settings.rasa_url or f"http://{LOOPBACK}:{rasa_port}"
    actions_url = settings.actions_url or f"http://{LOOPBACK}:{actions_port}"
    told = environment(settings, VRA_RASA_URL=rasa_url, VRA_ACTIONS_URL=actions_url)
    web = _module("web", "bot.processes.web", told, "--fd", listening.fileno())
    others = []
    if not settings.actions_url:
        others.append(_module("actions", "bot.nlu.serve_actions", told, "--port", actions_port))
    if not settings.rasa_url:
        endpoints = write_endpoints(settings, actions_url)
        options = ("--port", rasa_port, "--endpoints", endpoints, "--model", MODEL)
        others.append(_module("rasa", "bot.nlu.serve", told, *options))
    web = Program(web.name, web.command, web.environment, (listening.fileno(),))
    return Plan(web, tuple(others), listening)
