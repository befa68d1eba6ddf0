"""The command `vra`. Imports are inside the commands, so that each starts as fast as it can."""

from __future__ import annotations

import datetime as dt
import json
import sys
from collections.abc import Callable, Iterable
from typing import Any

import click

from bot.cli_content import content

Line = Callable[[str], dict[str, Any]]
MAX_LINE = 64 * 1024


def _texts(lines: Iterable[str]) -> Iterable[tuple[Any, str | None]]:
    """`(id, text)` of each JSON line; text None where the line is not `{"id", "text"}`."""
    for line in lines:
        if not line.strip():
            continue
        try:
            given = json.loads(line) if len(line) <= MAX_LINE else None
        except ValueError:
            given = None
        given = given if isinstance(given, dict) else {}
        text = given.get("text")
        yield given.get("id"), text if isinstance(text, str) else None


def _answer(text: str | None, work: Line) -> dict[str, Any]:
    if text is None:
        return {"error": 'not a line of the form {"id": ..., "text": "..."}'}
    try:
        return work(text)
    except Exception as error:
        # One bad line must not end the batch; the type alone, as a message could quote the text
        return {"error": type(error).__name__}


def run_lines(work: Line, text: tuple[str, ...], jsonl: bool, show: Callable[[dict[str, Any]], str]) -> None:
    """Answer the words on the command line, or with `--jsonl` each line of standard input, in order."""
    if not jsonl:
        click.echo(show(work(" ".join(text))))
        return
    for given, said in _texts(sys.stdin):
        found = {**_answer(said, work), "id": given}
        click.echo(json.dumps(found, ensure_ascii=False).encode("utf-8", "replace").decode())


def _indented(found: dict[str, Any]) -> str:
    return json.dumps(found, indent=2, ensure_ascii=False)


JSONL = click.option(
    "--jsonl", is_flag=True, help='One {"id", "text"} per line in, one JSON object per line out.'
)
TEXT = click.argument("text", nargs=-1)


@click.group(context_settings={"help_option_names": ["-h", "--help"]})
def main() -> None:
    """An assistant for victims of crime: look things up, run it, manage the desk."""


@main.command()
@TEXT
@JSONL
@click.option("--on", "day", type=click.DateTime(["%Y-%m-%d"]), help="The law of this day.")
def ask(text: tuple[str, ...], jsonl: bool, day: dt.datetime | None) -> None:
    """Answer a question about the Victims' Code."""
    from bot.content import FileContent
    from bot.encoder import Encoder
    from bot.knowledge import KnowledgeBase
    from bot.knowledge.answer import ask_record

    knowledge = KnowledgeBase(FileContent(), Encoder.load())
    on = day.date() if day else None

    def line(said: str) -> dict[str, Any]:
        return ask_record(knowledge.answer(said, on), knowledge, on)

    run_lines(line, text, jsonl, lambda found: str(found["text"]))


main.add_command(content)


class _OrText(click.Group):
    """A group that takes a message where no command is named: `vra risk TEXT`, `vra risk review`."""

    default = "assess"

    def parse_args(self, context: click.Context, args: list[str]) -> list[str]:
        """Put the default command before anything that is not a command or a call for help."""
        if not args or (args[0] not in self.commands and args[0] not in context.help_option_names):
            args = [self.default, *args]
        return super().parse_args(context, args)


@main.group(cls=_OrText)
def risk() -> None:
    """Assess the risk in a message: `vra risk TEXT`. What staff thought of alarms: `vra risk review`."""


@risk.command("assess")
@TEXT
@JSONL
def assess_risk(text: tuple[str, ...], jsonl: bool) -> None:
    """Assess the risk in a message."""
    from bot.risk import load_full
    from bot.risk.line import risk_line

    load_full()
    run_lines(lambda said: risk_line({"id": None, "text": said}), text, jsonl, _indented)


@risk.command("review")
@click.option(
    "--with-text", "user", metavar="NAME", help="Show what was said, too: as this user of the desk."
)
@click.option("--password-stdin", is_flag=True, help="Read that user's password from standard input.")
@click.option("--code", help="That user's one-time code.")
def review_risk(user: str | None, password_stdin: bool, code: str | None) -> None:
    """What staff thought of alarms: one JSON object a line, without text unless a user may read it."""
    from bot.conversations import marks
    from bot.desk.review import NotAllowed, reader

    database, _ = _accounts()
    vault = None
    if user is not None:
        if not password_stdin:
            raise click.ClickException("Give the password on standard input, with --password-stdin.")
        try:
            vault = reader(database, user, sys.stdin.readline().rstrip("\r\n"), code)
        except NotAllowed:
            raise click.ClickException("This user may not read what was said.") from None
    with database.read() as session:
        found = marks.review(session, vault)
    for line in found:
        click.echo(json.dumps(line, ensure_ascii=False))


@main.command()
@TEXT
@JSONL
@click.option("--area", default="essex", show_default=True)
def find(text: tuple[str, ...], jsonl: bool, area: str) -> None:
    """Find the service for a person's whole message."""
    from bot.clock import now
    from bot.content import FileContent
    from bot.directory import Directory
    from bot.directory.line import find_line
    from bot.risk import Level, assess, load_full

    load_full()
    directory = Directory(FileContent(), area)

    def line(said: str) -> dict[str, Any]:
        return find_line(directory, said, now(), danger=assess(said).level >= Level.URGENT)

    run_lines(line, text, jsonl, lambda found: str(found["text"]))


@main.command()
@TEXT
@JSONL
@click.option("--area", default="essex", show_default=True)
def place(text: tuple[str, ...], jsonl: bool, area: str) -> None:
    """Find the council of a town or postcode."""
    from bot.content import FileContent
    from bot.directory import Directory
    from bot.directory.line import place_line

    directory = Directory(FileContent(), area)
    run_lines(lambda said: place_line(directory, said), text, jsonl, lambda found: str(found["authority"]))


@main.command()
@click.option(
    "--end-with-parent", is_flag=True, help="Stop, too, when the process that started this one ends."
)
def run(end_with_parent: bool) -> None:
    """Set up what is missing, start everything, keep it up until Ctrl-C."""
    from bot.processes.run import run as keep

    sys.exit(keep(end_with_parent=end_with_parent))


@main.command()
def setup() -> None:
    """Set up what is missing: encoder, dialogue model, database."""
    from bot.prepare import main as prepare

    sys.exit(prepare())


@main.group()
def desk() -> None:
    """Manage the desk."""


@desk.group("user")
def users() -> None:
    """Accounts of helpline staff."""


def _accounts() -> Any:
    """The database, made ready, and the accounts module; one clear sentence where that cannot be."""
    from bot.conversations.database import get_database
    from bot.desk import accounts
    from bot.prepare import SetupProblem, make_data_folder, make_shared, read_settings

    try:
        settings = read_settings()
        make_data_folder(settings.data_dir)
        make_shared(settings, first_user=False)
    except SetupProblem as problem:
        raise click.ClickException(str(problem)) from None
    return get_database(), accounts


@users.command("add")
@click.argument("name")
@click.option(
    "--role",
    type=click.Choice(["staff", "supervisor", "safeguarding", "editor", "administrator"]),
    required=True,
)
@click.option("--team", help="The team that the account belongs to; the area's own by default.")
@click.option("--password-stdin", is_flag=True, required=True, help="Read the password from standard input.")
@click.option("--no-totp", is_flag=True, help="Do not ask for a second step.")
def add_user(name: str, role: Any, team: str | None, password_stdin: bool, no_totp: bool) -> None:
    """Add an account."""
    from bot.settings import get_settings

    database, accounts = _accounts()
    password = sys.stdin.readline().removesuffix("\n").removesuffix("\r")
    if accounts.weak(password, name):
        raise click.ClickException(
            f"The password needs {accounts.MIN_PASSWORD} characters or more and must not be the name."
        )
    area = get_settings().areas[0]
    try:
        with database.write() as session:
            accounts.add(
                session,
                name=name,
                role=role,
                area=area,
                team=team or area,
                password=password,
                totp=not no_totp,
            )
    except ValueError as error:
        raise click.ClickException(str(error)) from None
    click.echo(f"Added {name}.")


@users.command("disable")
@click.argument("name")
def disable_user(name: str) -> None:
    """End an account and its sessions."""
    database, accounts = _accounts()
    try:
        with database.write() as session:
            accounts.disable(session, name)
    except LookupError as error:
        raise click.ClickException(str(error.args[0])) from None
    click.echo(f"Disabled {name}.")


@users.command("reset")
@click.argument("name")
def reset_user(name: str) -> None:
    """Give an account a new one-time password."""
    database, accounts = _accounts()
    try:
        with database.write() as session:
            password = accounts.reset(session, name)
    except LookupError as error:
        raise click.ClickException(str(error.args[0])) from None
    click.echo(f"One-time password for {name}:\n{password}")


if __name__ == "__main__":
    main()
