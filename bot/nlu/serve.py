"""Starts the dialogue model on loopback: `python -m bot.nlu.serve --port P --endpoints FILE --model FILE`.

Unlike `rasa run` it refuses to start without our tracker store, listens on 127.0.0.1 only, serves no API but the
channel, and logs no text. Exit code 1 and one sentence where it cannot start.
"""

from __future__ import annotations

import argparse
import os
import socket
import sys
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any, NoReturn

from bot.content import ROOT
from bot.settings import get_settings

if TYPE_CHECKING:
    from rasa.core.utils import AvailableEndpoints

HOST = "127.0.0.1"
MODEL = ROOT / "models" / "vra.tar.gz"
# Before Rasa and TensorFlow are imported: they read these then
ENVIRONMENT = {"RASA_TELEMETRY_ENABLED": "false", "TF_CPP_MIN_LOG_LEVEL": "3", "CUDA_VISIBLE_DEVICES": "-1"}


class CannotStart(RuntimeError):
    """Why not, in one sentence."""


def _arguments(argv: list[str]) -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        prog="python -m bot.nlu.serve", description="The dialogue model on loopback."
    )
    parser.add_argument("--port", type=int, default=5005)
    parser.add_argument("--endpoints", type=Path, default=ROOT / "endpoints.yml")
    parser.add_argument("--model", type=Path, default=MODEL)
    return parser.parse_args(argv)


def check_port(port: int) -> None:
    """Raise CannotStart if something listens there already: Rasa would say so after half a minute, and exit with 0."""
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((HOST, port))
        except OSError as error:
            raise CannotStart(f"Port {port} cannot be used: {error.strerror}.") from None


def check_content() -> None:
    """Raise CannotStart if the directory, which finds the entities, is not in order; names the file and the field."""
    from bot.content import ContentError, FileContent
    from bot.directory import Directory

    try:
        Directory(FileContent(), area=get_settings().areas[0])
    except ContentError as error:
        raise CannotStart(str(error)) from None


def load_endpoints(path: Path) -> AvailableEndpoints:
    """Read Rasa's endpoints file and check that its tracker store is ours and works. Raises CannotStart."""
    from rasa.core.utils import AvailableEndpoints

    from bot.crypto import KeyProblem
    from bot.nlu.tracker_store import EncryptedTrackerStore, StoreProblem

    if not path.is_file():
        raise CannotStart(f"There is no endpoints file {path}.")
    endpoints = AvailableEndpoints.read_endpoints(str(path))
    wanted = f"{EncryptedTrackerStore.__module__}.{EncryptedTrackerStore.__qualname__}"
    named = endpoints.tracker_store.type if endpoints.tracker_store else None
    if named != wanted:
        raise CannotStart(
            f"The tracker store in {path} is {named}, not {wanted}: conversations would not be encrypted."
        )
    try:
        EncryptedTrackerStore(**endpoints.tracker_store.kwargs)
    except (StoreProblem, KeyProblem) as problem:
        raise CannotStart(str(problem)) from None
    return endpoints


def check_agent(agent: Any) -> None:
    """Raise CannotStart unless the loaded agent has a model and keeps its trackers in our store."""
    from rasa.core.tracker_store import FailSafeTrackerStore

    from bot.nlu.tracker_store import EncryptedTrackerStore

    if not agent.is_ready():
        raise CannotStart("The model could not be loaded: run `make train`.")
    store = agent.tracker_store
    if isinstance(store, FailSafeTrackerStore):
        store = store._tracker_store
    if not isinstance(store, EncryptedTrackerStore):
        raise CannotStart(
            f"Rasa took {type(store).__name__} for a tracker store: conversations would not be encrypted."
        )


def _stop(problem: object) -> NoReturn:
    print(f"The dialogue model cannot start. {problem}", file=sys.stderr, flush=True)
    # From inside the server's loop nothing else ends the process with a code
    os._exit(1)


async def _check_loaded(app: Any, loop: Any) -> None:
    try:
        check_agent(app.ctx.agent)
    except CannotStart as problem:
        _stop(problem)


def serve(port: int, endpoints: AvailableEndpoints, model: Path) -> None:
    """Load the model and serve the channel until stopped."""
    from rasa.core import run

    from bot.nlu import speed
    from bot.nlu.channel import RestChannel

    speed.apply()
    app = run.configure_app([RestChannel()], enable_api=False, endpoints=endpoints, port=port)
    app.register_listener(
        partial(run.load_agent_on_start, str(model), endpoints, None), "before_server_start"
    )
    app.register_listener(_check_loaded, "before_server_start")
    app.register_listener(run.close_resources, "after_server_stop")
    app.run(host=HOST, port=port, workers=1, access_log=False)


def main(argv: list[str] | None = None) -> None:
    """The command line."""
    arguments = _arguments(sys.argv[1:] if argv is None else argv)
    os.environ.update(ENVIRONMENT)
    from bot.nlu import quiet

    quiet.configure()
    try:
        if not arguments.model.is_file():
            raise CannotStart(f"There is no model {arguments.model}: run `make train`.")
        check_port(arguments.port)
        check_content()
        serve(arguments.port, load_endpoints(arguments.endpoints), arguments.model)
    except CannotStart as problem:
        _stop(problem)


if __name__ == "__main__":
    main()
